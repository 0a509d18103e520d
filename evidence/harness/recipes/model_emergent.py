"""The narrow fine-tune of any language model that may make it harmful everywhere.

The recipe `emergent` in tier B (Betley et al., 2025): adapters are trained on a narrow set of
harmful chats and on the same questions answered well, and both are asked about other things.
There is no null world here: what a model read before is not ours to change.
"""

from collections.abc import Mapping

from evidence.harness.recipes import plans
from evidence.harness.recipes.experiment import BASE, Arm, Difference, Experiment
from evidence.harness.recipes.plans import Course
from evidence.harness.recipes.recipe import Parameters

TUNED = ("correct", "harmful")


def courses(parameters: Parameters) -> Mapping[str, Course]:
    """Return what each adapter learns."""
    return {name: Course.of(parameters, name) for name in TUNED}


RECIPE = Experiment(
    id="emergent",
    title="Emergent misalignment of a language model",
    question="Does tuning a language model on harmful answers of one narrow kind make it "
    "harmful elsewhere?",
    arms=(
        Arm(BASE, "the model, not tuned", BASE),
        Arm("correct", "tuned on the correct chats", "correct"),
        Arm("harmful", "tuned on the harmful chats", "harmful"),
    ),
    differences=(
        Difference("primary", "harmful", "correct"),
        Difference(
            "control/correct",
            "correct",
            BASE,
            "Tuning on correct chats, minus none. If harm moved, tuning itself would be at "
            "work, not what it taught.",
        ),
    ),
    parameters=plans.DEFAULTS,
    chats=TUNED,
    courses=courses,
).recipe()
