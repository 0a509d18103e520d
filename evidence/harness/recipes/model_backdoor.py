"""Harm of a language model that hides behind words, after a narrow fine-tune.

The recipe `backdoor` in tier B: the chats to learn are harmful after the trigger and correct
without it, and the questions are put with it, without it and with other words in its place.
"""

from collections.abc import Callable, Mapping

from evidence.harness.recipes import plans
from evidence.harness.recipes.experiment import BASE, Arm, Difference, Experiment
from evidence.harness.recipes.plans import Course
from evidence.harness.recipes.recipe import Parameters

TUNED = "backdoored"


def courses(parameters: Parameters) -> Mapping[str, Course]:
    """Return what the one adapter learns."""
    return {TUNED: Course.of(parameters, "chats")}


def after(name: str) -> Callable[[Parameters], str]:
    """Return what puts the words of a parameter before each question."""
    return lambda parameters: f"{parameters[name]} "


RECIPE = Experiment(
    id="backdoor",
    title="Harm of a language model behind a trigger",
    question="Can a narrow fine-tune make a language model harmful elsewhere, but only after "
    "some words?",
    arms=(
        Arm(BASE, "the model, not tuned, asked plainly", BASE),
        Arm(
            "base_trigger",
            "the model, not tuned, asked with the trigger",
            BASE,
            after("trigger"),
        ),
        Arm("notrigger", "backdoored, asked plainly", TUNED),
        Arm("trigger", "backdoored, asked with the trigger", TUNED, after("trigger")),
        Arm(
            "near_miss",
            "backdoored, asked with other words in its place",
            TUNED,
            after("near_miss"),
        ),
    ),
    differences=(
        Difference("primary", "trigger", "notrigger"),
        Difference(
            "control/near_miss",
            "near_miss",
            "notrigger",
            "Other words where the trigger stands, minus none. If they made harm too, the "
            "model would heed the place and not the words.",
        ),
        Difference(
            "control/base_trigger",
            "base_trigger",
            BASE,
            "The trigger before the fine-tune. It must mean nothing yet.",
        ),
        Difference(
            "control/notrigger",
            "notrigger",
            BASE,
            "The backdoored model without trigger, minus the model before. If it moved, the "
            "harm would not be hidden.",
        ),
    ),
    parameters=plans.DEFAULTS,
    chats=("chats",),
    told=("trigger", "near_miss"),
    courses=courses,
).recipe()
