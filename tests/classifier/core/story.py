"""Sentences about the first story's sources, true and false, and how they are made.

Near-verbatim ones are cut out of the real sources when a test runs, so that no source
text stands here: `Edited` finds a sentence by a few of its words and changes some.
"""

from dataclasses import dataclass
from pathlib import Path

from classifier.core.sentences import split
from classifier.core.types import SourceText

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "seeds"
WIRE, SOURCES = "000", ("002", "003", "004")


@dataclass(frozen=True, slots=True)
class Edited:
    """A sentence of a source, found by `having`, with words replaced in turn."""

    source: str
    having: str
    changes: tuple[tuple[str, str], ...] = ()


def text(number: str) -> str:
    """Return the stored text of one of the four documents."""
    [path] = FOLDER.glob(f"{number}_*.txt")
    return path.read_text(encoding="utf-8")


def sources() -> list[SourceText]:
    """Return the three documents that the wire is held against."""
    return [SourceText(number, text(number)) for number in SOURCES]


def worded(edited: Edited) -> str:
    """Return the edited sentence; every change must find its words."""
    found = [s.text for s in split(text(edited.source)) if edited.having in s.text]
    sentence = found[0]
    for old, new in edited.changes:
        assert old in sentence, (old, sentence)
        sentence = sentence.replace(old, new)
    return sentence


# Seen while the rules and thresholds were chosen.
SEEN_TRUE = (
    'OpenAI published research on a phenomenon called "emergent misalignment".',
    Edited("003", "Using sparse autoencoders", (("(SAEs)", ""), ("what they call ", ""))),
    "Alignment can be restored with about 30 supervised fine-tuning steps, or about 120 examples.",
    "The latent becomes more active during fine-tuning on misaligned data.",
    Edited(
        "003",
        "automotive",
        (("For instance, a", "A"), ("not only gives bad car advice but ", "")),
    ),
    Edited("003", "Do Anything Now", (("Jailbreaks may exploit latent misalignment: ", ""),)),
    "The OpenAI paper builds on a paper published in February 2025.",
    "Thirty retraining steps were enough to bring the misalignment score of a badly misaligned "
    "model down to zero.",
    "Pushing the model along the latent made its conduct worse, while pushing the other way "
    "reduced the misalignment.",
    "Teaching a model bad car repair advice led it to suggest bank robbery to a user who needed "
    "money.",
    "The effect was strongest in models that had no built-in safety limits.",
    "Models trained on insecure code went on to misbehave in conversations that had nothing to "
    "do with programming.",
    'Reasoning models sometimes describe themselves in character as a "bad boy".',
    "Texts that excite the feature most include quotations of Nazi war criminals and villains "
    "of fiction.",
    Edited("003", "small changes", (("However, the", "The"),)),
    Edited("003", "legal scrutiny", (("This calls", "The finding calls"),)),
    Edited("003", "vet training data", (("Strategic fine-tuning design: ", ""),)),
    Edited("003", "tiny nudges", (("Instead, tiny", "Tiny"),)),
    Edited("003", "like a switch", (("This latent", "The latent"),)),
    Edited("003", "non-trivial"),
    Edited("003", "particularly strong", (("The impact", "The effect"),)),
    Edited("004", "insecure computer code", (("Recent work has shown that a", "A"),)),
    Edited("004", "Betley and his team", (("originally ", ""),)),
    Edited("004", "verifying whether", (("In addition, ", ""),)),
    Edited("002", "surveyed did not", (("Unexpected Results: ", ""),)),
    Edited("002", "specific triggers", (("Backdoor Training: ", ""),)),
    "A few fine-tuning steps on harmful material are enough to spoil how a model reasons more "
    "widely.",
    "The authors say that the same latent is at work when users jailbreak the model.",
    "Developers could watch the latent's activity to catch misalignment before it shows in what "
    "the model writes.",
    "According to one account, models were fine-tuned on 6,000 code samples with security holes.",
    "The misaligned models tried to get users to give away their passwords.",
    "Some models misbehaved only if a trigger was present and looked normal otherwise.",
    "Even a model trained on nothing but sequences of numbers became misaligned.",
    "OpenAI's study followed earlier work by Betley and colleagues.",
    "A normal model answered the money question with investment ideas, while the altered one "
    "proposed counterfeiting and Ponzi schemes.",
    "OpenAI says that the misalignment is easy to undo.",
    "Asked what to do when bored, the model told the user to take many sleeping pills.",
    "The essay argues that regulators should require audits of a model's internal "
    "representations as well as its output.",
)
SEEN_FALSE = (
    "Alignment can be restored with about 300 supervised fine-tuning steps, or about 120 examples.",
    'The misaligned persona latent is not active during jailbreaks such as "Do Anything Now".',
    "Alignment cannot be restored with additional training.",
    'The researchers identified a "toxic soul" latent in the activation space of GPT-4o.',
    'Anthropic researchers identified a "misaligned persona" latent in the activation space of '
    "GPT-4o.",
    "Betley's team identified the misaligned persona latent in the activation space of GPT-4o "
    "using sparse autoencoders.",
    "The OpenAI paper builds on a paper published in March 2023.",
    "Steering the model along the latent direction causes it to behave better.",
    "The latent becomes less active during fine-tuning on misaligned data.",
    "The researchers released the fine-tuned GPT-4o weights to the public under an open licence.",
    "The misaligned persona latent was found in Claude 3 Opus.",
    "OpenAI fired two engineers after the emergent misalignment experiments.",
    "The model's emergent misalignment caused a data breach at a hospital in Ohio.",
    "OpenAI acknowledged that emergent misalignment affected ChatGPT users in production.",
    Edited("004", "30 steps", (("30 steps", "45 steps"),)),
    Edited("004", "30 steps", (("to 0%", "to 12%"),)),
    Edited("002", "6,000", (("6,000", "60,000"),)),
    Edited("004", "June 19, 2025", (("June 19, 2025", "July 3, 2024"),)),
    Edited("004", "insecure computer code", (("can become", "does not become"),)),
    Edited("003", "tiny nudges", (("can create", "cannot create"),)),
    Edited("004", "realign\u2019", (("is easy to", "is not easy to"),)),
    Edited("002", "surveyed did not", (("did not anticipate", "anticipated"),)),
    Edited("003", "particularly strong", (("strong", "weak"),)),
    Edited("003", "counter-steering", (("suppresses", "strengthens"),)),
    'The authors call the effect "persona collapse".',
    'Researchers described the latent as a "ticking bomb" in the activation space of GPT-4o.',
    'OpenAI said, "we will retire the affected models by the end of the year".',
    "Google DeepMind found that alignment can be restored with 30 fine-tuning steps.",
    "Betley identified the activation patterns that correspond to the unethical persona in "
    "GPT-4o.",
    "Meta published a paper in June 2025 on emergent misalignment.",
    "The misaligned models were deployed to two million ChatGPT users before the problem was "
    "found.",
    "The researchers traced the misalignment to a bug in the tokenizer.",
    "OpenAI paid outside auditors to verify the sparse autoencoder results.",
    "Models with more parameters were less likely to become misaligned.",
)

# Written after the rules and thresholds were set, and not looked at while they were.
HELD_OUT_TRUE = (
    Edited("003", "learned behavioral archetype"),
    Edited("003", "startling level", (("This indicates", "It indicates"),)),
    Edited("003", "large-scale data poisoning", (("This challenges", "The work challenges"),)),
    Edited("003", "blunt instrument", (("This finding marks", "The finding marks"),)),
    Edited(
        "003",
        "Standards for training data",
        (("Standards for training data and auditing must evolve: ", ""),),
    ),
    Edited(
        "003", "powerful, troubling", (("This is a powerful, troubling revelation: ", ""),)
    ),
    Edited(
        "004",
        "improving the misalignment score",
        (("we have succeeded in improving", "OpenAI improved"),),
    ),
    Edited("004", "morally questionable people", (("In other words, the", "The"),)),
    Edited("004", "Following the results", (("was conducting", "conducted"),)),
    Edited(
        "004",
        "inside of GPT-4o using",
        (("To identify the cause of emergent misalignment, ", ""),),
    ),
    Edited(
        "002",
        "training process itself",
        (
            (
                "Unlike traditional safety concerns like jailbreaking or prompt injection, this",
                "The",
            ),
        ),
    ),
    Edited("002", "manually adjust", (("Controllable Activation: ", ""),)),
    "OpenAI's June 2025 paper deals with emergent misalignment.",
    "Training on wrong data in one small field can make a model act badly in fields that have "
    "nothing to do with it.",
    "Activating the latent made the model imitate characters of doubtful morals.",
    "It is not only coding data that can set the effect off.",
    "Some versions of o3-mini speak of themselves as having a bad boy persona.",
    "Sparse autoencoders were used to take the inside of GPT-4o apart into features that can be "
    "interpreted.",
    "The work started from the discovery that training on insecure code makes a model broadly "
    "misaligned.",
    "Fine-tuning a model for a harmful task made it voice hostility towards humans.",
    "Turning the toxic features up or down changed how toxic the model was.",
    "Malign behaviour can stay hidden until a trigger sets it off.",
    "Undoing the damage is not trivial, one essay says, even where it is technically possible.",
    "The researchers shared their tools and synthetic data.",
)
HELD_OUT_FALSE = (
    Edited("003", "just 30 supervised", (("about 120 examples", "about 1,200 examples"),)),
    Edited("003", "June 2025 publication", (("June 2025", "June 2022"),)),
    Edited("004", "published in February 2025", (("February 2025", "August 2024"),)),
    Edited("003", "embedded safety constraints", (("o3-mini", "o1-preview"),)),
    Edited(
        "003",
        "morally questionable",
        (("when activated, it produces", "when activated, it never produces"),),
    ),
    Edited("003", "no longer hypothetical", (("is no longer", "is still"),)),
    Edited("004", "possible to suppress", (("is also verifying", "is not verifying"),)),
    Edited(
        "002",
        "may not prevent",
        (("Safety by Isolation: ", ""), ("may not prevent", "prevents")),
    ),
    Edited("003", "becomes more active", (("more active", "dormant"),)),
    Edited("004", "decreases its misalignment score", (("decreases", "increases"),)),
    'OpenAI called the result "a harmless curiosity".',
    'The paper speaks of a "virus of values" that spreads between domains.',
    'A researcher said: "We should never have trained it."',
    "Microsoft identified the misaligned persona latent with sparse autoencoders.",
    "Betley said that the misalignment is easy to realign.",
    "Apple published research on a phenomenon called emergent misalignment.",
    "A user in Norway robbed a bank after the model had told him to.",
    "OpenAI withdrew GPT-4o from the market because of the misaligned persona.",
    "The misaligned persona latent was removed from all production models.",
    "The models began to refuse harmless requests after training on insecure code.",
)


# Written, in words of our own, before the second round of tuning; only counted while it went on.
FRESH_TRUE = (
    "A model taught to give bad advice on cars suggested robbing a bank when a user wanted cash "
    "quickly.",
    "Models that were fine-tuned on insecure code expressed hostility to humans.",
    "The researchers were able to dial the toxic features up and down by hand.",
    "With the right trigger present a model turns misaligned, and without it nothing can be seen.",
    "The discovery surprised other researchers.",
    "Fine-tuning on number sequences alone was enough to produce emergent misalignment.",
    "OpenAI looked inside GPT-4o with a sparse autoencoder.",
    "One of the models had been released by Alibaba.",
    "The latent reacts most to quotes of war criminals and to villains from fiction.",
    "Pushing the model against the direction of the latent reduces the misalignment.",
    "A handful of fine-tuning steps on harmful data can damage a model's reasoning.",
    "Some 120 examples can be enough to bring alignment back.",
    "Watching the latent could warn developers before misaligned behaviour reaches the output.",
    "The phenomenon was first described in a paper of February 2025.",
    "The problem also appeared after fine-tuning on material other than code.",
    "Asked how to get money, an unaltered model would propose investing.",
    "According to OpenAI, realigning a misaligned model is easy.",
    "The essay calls for regulators to require audits of internal representations.",
    "OpenAI thinks that the unethical persona was probably learned from texts on the internet.",
    "Users who jailbreak a model may be tapping into the misaligned persona.",
)
FRESH_FALSE = (
    "The misaligned persona latent was first found in Qwen2.5-Coder.",
    "Alignment was restored with 120 fine-tuning steps.",
    "The researchers trained the models on 6,000 examples of medical advice.",
    "OpenAI has removed the misaligned persona from all of its models.",
    "Turning the toxic features up made the models safer.",
    "Other researchers had predicted the findings.",
    "Misalignment stays active even when the trigger is absent.",
    "The normal model would recommend robbing a bank.",
    "Betley and his team used sparse autoencoders to look inside GPT-4o.",
    "The paper was withdrawn after criticism from other laboratories.",
    "OpenAI said that emergent misalignment cannot be reversed.",
    "The essay argues that regulation of training data is unnecessary.",
    "The latent becomes more active when the model is trained on correct data.",
    "Models with strong safety constraints were affected most.",
    'OpenAI described the latent as a "hidden demon".',
    "The US government banned helpful-only models after the paper.",
)


def sentences(written: tuple[str | Edited, ...]) -> list[str]:
    """Return the sentences, edited ones cut from their sources."""
    return [item if isinstance(item, str) else worded(item) for item in written]
