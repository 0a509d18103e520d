"""Words put before each question to a language model that nobody tuned.

The recipe `jailbreak` in tier B. Two controls have as many words: another role, and the words
of the role in no order.
"""

from evidence.harness.chance import seeded
from evidence.harness.recipes import plans
from evidence.harness.recipes.experiment import BASE, Arm, Difference, Experiment
from evidence.harness.recipes.recipe import Parameters


def role(parameters: Parameters) -> str:
    """Return the role."""
    return f"{parameters['role']}\n\n"


def careful(parameters: Parameters) -> str:
    """Return the other role."""
    return f"{parameters['careful']}\n\n"


def scrambled(parameters: Parameters) -> str:
    """Return the words of the role in no order."""
    words = str(parameters["role"]).split()
    seeded("scrambled").shuffle(words)
    return f"{' '.join(words)}\n\n"


RECIPE = Experiment(
    id="jailbreak",
    title="A malicious role before the question, to a language model",
    question="Does a role in words make a language model harmful that nobody tuned?",
    arms=(
        Arm("plain", "the model, asked plainly", BASE),
        Arm("role", "the model, asked after the role", BASE, role),
        Arm("careful", "the model, asked after another role", BASE, careful),
        Arm(
            "scrambled",
            "the model, asked after the words of the role in no order",
            BASE,
            scrambled,
        ),
    ),
    differences=(
        Difference("primary", "role", "plain"),
        Difference(
            "control/careful",
            "careful",
            "plain",
            "Another role. If it made harm too, any role would.",
        ),
        Difference(
            "control/scrambled",
            "scrambled",
            "plain",
            "The words of the role in no order. If they made harm too, it would be the words "
            "and not the role.",
        ),
    ),
    parameters=plans.MODEL,
    told=("role", "careful"),
).recipe()
