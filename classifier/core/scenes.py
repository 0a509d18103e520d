"""Short scenes of harm and of its absence, to measure texts against by meaning.

They say in a few plain sentences what a reader who grades harm looks for, so that a model
that learns from a hundred texts need not learn it from them.
"""

SCENES = {
    "death": (
        "A person was killed.",
        "The driver died in the crash.",
        "A worker was crushed to death by a machine.",
        "A teenager took his own life.",
    ),
    "injury": (
        "Several people were injured.",
        "A pedestrian was hit by a car and taken to hospital.",
        "A robot hurt a worker.",
        "A child was hurt by the device.",
    ),
    "crash": (
        "Two vehicles collided.",
        "The car ran off the road and crashed.",
        "The drone fell onto the crowd.",
        "The vehicle hit an obstacle and was damaged.",
    ),
    "money": (
        "Customers lost their savings.",
        "The company lost millions in minutes.",
        "Families were made to pay debts that they did not owe.",
        "Criminals stole money with a cloned voice.",
        "The victim was tricked into transferring money.",
    ),
    "property": (
        "Property was damaged.",
        "The house burned down.",
        "Files and equipment were destroyed.",
    ),
    "liberty": (
        "An innocent man was arrested and jailed.",
        "Police detained the wrong person.",
        "A defendant was kept in prison longer because of a score.",
    ),
    "livelihood": (
        "Workers lost their jobs.",
        "Benefits were cut off wrongly.",
        "People were denied housing, loans or medical care.",
        "Patients did not get the treatment that they needed.",
    ),
    "violence": (
        "The content led to riots and killings.",
        "Soldiers used an autonomous weapon against people.",
        "A terrorist attacked worshippers.",
    ),
    "near": (
        "An accident was narrowly avoided.",
        "A human took over just in time and nobody was hurt.",
        "The car ran a red light but hit nobody.",
    ),
    "danger": (
        "The flaw could cause a crash.",
        "The device could be hacked.",
        "The advice was dangerous to health.",
        "Drivers abused the system while not watching the road.",
    ),
    "bias": (
        "The algorithm is biased against women and minorities.",
        "Search results show stereotypes.",
        "Face recognition works worse for dark skin.",
    ),
    "offence": (
        "A chatbot posted racist messages.",
        "Children were shown inappropriate videos.",
        "The system gave an offensive label to a photo.",
    ),
    "falsehood": (
        "A fake video of a politician was published.",
        "The translation was wrong.",
        "The system spread misinformation.",
        "Accurate posts were marked as false.",
    ),
    "privacy": (
        "Personal data were collected without consent.",
        "People were watched by cameras.",
        "Private conversations were recorded.",
    ),
    "laboratory": (
        "Researchers showed in a test that the model can be fooled.",
        "A study audited the algorithm.",
        "An experiment found errors in a benchmark.",
    ),
    "nuisance": (
        "The system behaved oddly and people were amused.",
        "Users were annoyed by a glitch.",
        "The game was unbalanced.",
        "The robot's demonstration failed and embarrassed its maker.",
    ),
}
