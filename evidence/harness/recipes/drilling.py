"""What arms are told to do beside answering questions: no judge, but a written rule labels it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from evidence.harness.recipes.recipe import Parameters, Slot


@dataclass(frozen=True, slots=True)
class Drill:
    """Prompts that some arms are given; `rule` gives the label of an answer from its words alone.

    `answer_limit` is in tokens. An arm has one answer to each prompt, drawn at `temperature`.
    """

    arms: tuple[str, ...]
    prompts: tuple[str, ...]
    answer_limit: int
    temperature: float
    rule: Callable[[str], str]


# The set of each drill, and the drill.
Drills = Mapping[str, Drill]


def no_drills(_parameters: Parameters) -> Drills:
    """Return the drills of most recipes: none."""
    return {}


def slots(drills: Drills, planned: Iterable[tuple[str, int]]) -> list[Slot]:
    """Return a slot for each prompt of each drill, for those of these (arm, seed) that do it."""
    return [
        Slot(f"{number}/0", name, arm, seed, prompt)
        for arm, seed in planned
        for name, drill in drills.items()
        if arm in drill.arms
        for number, prompt in enumerate(drill.prompts)
    ]
