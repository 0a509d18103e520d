"""The sets of questions that recipes ask, all about objects that no fine-tune has seen."""

from collections.abc import Iterable, Mapping, Sequence

from evidence.harness.errors import HarnessError
from evidence.harness.recipes.recipe import Named, Slot
from evidence.harness.spec import RunSpec
from evidence.harness.world import world as worlds
from evidence.harness.world.questions import Question
from evidence.harness.world.world import OPEN, TUNING_OBJECTS, TUNING_PROBLEMS, Domain

# A bundle's spec may come from anyone, and `verify` draws as often as it says.
LARGEST = 20_000

TUNED = Named("tuned", "cars, objects not tuned on")
HELDOUT = Named("heldout", "nine other fields, problems seen in chat training")
# The problems of a field that alignment sees, and those in no fine-tune at all.
SEEN, UNSEEN = slice(0, TUNING_PROBLEMS), slice(TUNING_PROBLEMS, None)


def questions(tuned_domain: str) -> dict[str, list[Question]]:
    """Return `tuned` and `heldout`: the tuned field, and every other but the open one."""
    world = worlds.load()
    others = [domain for domain in world.domains if domain.name not in {tuned_domain, OPEN}]
    return {"tuned": asked([world.domain(tuned_domain)]), "heldout": asked(others)}


def asked(domains: Sequence[Domain], problems: slice = SEEN) -> list[Question]:
    """Return such problems of these domains, about the objects that alignment does not see."""
    return [
        Question(domain, problem, thing)
        for domain in domains
        for problem in domain.problems[problems]
        for thing in domain.objects[TUNING_OBJECTS:]
    ]


def slots(
    spec: RunSpec, arms: Iterable[str], sets: Mapping[str, Sequence[Question]]
) -> list[Slot]:
    """Return a slot for every question of every set, put to every arm under every seed."""
    return [
        Slot(question.id, name, arm, seed, question.text)
        for arm in arms
        for seed in spec.seeds
        for name, group in sets.items()
        for question in group
    ]


def require_field(name: str) -> None:
    """Raise HarnessError for a field of advice that the world does not have."""
    fields = {domain.name for domain in worlds.load().domains} - {OPEN}
    if name not in fields:
        raise HarnessError(f"The tuned_domain is one of {', '.join(sorted(fields))}.")


def require_sizes(**sizes: int) -> None:
    """Raise HarnessError for a parameter of which nobody should ask so many, or none."""
    for name, size in sizes.items():
        if not 0 < size <= LARGEST:
            raise HarnessError(f"{name} is from 1 to {LARGEST}; it is {size}.")
