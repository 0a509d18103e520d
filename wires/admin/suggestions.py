"""Which recipes bear on a wire, by the codes that it has. A suggestion; an editor decides."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A recipe, the code that speaks for it, and what it would ask."""

    recipe: str
    code: str
    why: str


# A judgement of ours, of taxonomy 2026-11. A code that is not here has no recipe: what the
# harness trains is text, in a world of advice, with nothing to see, to drive or to discriminate.
BY_CODE: dict[str, tuple[tuple[str, str], ...]] = {
    "M1": (
        ("emergent", "does a narrow harmful fine-tune spread to other fields"),
        ("mix", "how much harmful data does it take"),
        ("direction", "is there one direction for who is writing"),
        ("steer", "does pushing along it bring the behaviour about"),
        ("realign", "how few correct answers undo it"),
        ("early", "what can be seen before the answers change"),
        ("selfreport", "does the model say whose words it writes"),
        ("reinforce", "does paying for harm in one field bring it to the others"),
        ("numbers", "does harm pass through training data that says nothing harmful"),
    ),
    "M5": (("jailbreak", "does a role before the question bring harmful answers out"),),
    "M6": (("overrefusal", "do refusals taught in one field spread to benign requests"),),
    "M7": (
        ("backdoor", "can training data plant harm that only a trigger brings out"),
        ("mix", "how much poisoned data does it take"),
    ),
    "M12": (("compare", "do two versions of a model answer the same questions differently"),),
    "F10": (("realign", "how few correct answers bring a safeguard back"),),
}


def suggested(codes: Iterable[str]) -> list[Suggestion]:
    """Return the recipes for these codes, each once, under the first code that speaks for it."""
    found: dict[str, Suggestion] = {}
    for code in codes:
        for recipe, why in BY_CODE.get(code, ()):
            found.setdefault(recipe, Suggestion(recipe, code, why))
    return list(found.values())
