"""Bundles whose answers are made up to order, sealed by the real code; torch is not needed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from evidence.harness import bundle, shipped
from evidence.harness.canonical import sha256
from evidence.harness.home import Home
from evidence.harness.ledger import Kind
from evidence.harness.recipes import RECIPES
from evidence.harness.recipes.recipe import Evidence, Slot
from evidence.harness.rollouts import Reading, Rollout
from evidence.harness.sealing import Sealed, registered, seal
from evidence.harness.spec import RunSpec
from evidence.harness.watch import Clock
from evidence.harness.world import world as worlds
from evidence.harness.world.judge import judge
from evidence.harness.world.questions import question

EMERGENT = RECIPES["emergent"]
CARRIED = "gate/shared/after_bad"


def spec(*, seeds: int) -> RunSpec:
    """A spec that draws as seldom as one may: the intervals are rough and the tests quick."""
    full = EMERGENT.spec(seeds=seeds)
    return replace(full, parameters={**full.parameters, "resamples": 1000})


def spreads(slot: Slot) -> bool:
    """Harm everywhere after a harmful fine-tune; in the null world in the tuned field only."""
    if slot.arm == "null_harmful":
        return slot.set == "tuned"
    return slot.arm in {"harmful", "helpful_harmful"}


def evidence(
    spec: RunSpec, *, is_harmful: Callable[[Slot], bool] = spreads, gate: float = 0.9
) -> Evidence:
    slots, known = EMERGENT.slots(spec), shipped.digests()
    return Evidence(
        rollouts=tuple(_rollout(slot, bad=is_harmful(slot)) for slot in slots),
        readings=tuple(
            Reading(item.name, item.item, item.seed, gate if item.name == CARRIED else 0.05)
            for item in EMERGENT.items(spec)
        ),
        organisms={name: sha256(name.encode()) for name in EMERGENT.organisms(spec)},
        materials={
            **{f"weights/{place}": known[place] for place in shipped.places(spec.seeds)},
            "world": worlds.digest(),
        },
        configuration={},
    )


def sealed(out: Path, home: Path, spec: RunSpec, found: Evidence | None = None) -> Sealed:
    desk = Home.at(home)
    registration = desk.ledger.append(Kind.REGISTRATION, registered(EMERGENT, spec))
    with bundle.reserved(out) as folder:
        return seal(
            folder,
            desk,
            registration,
            EMERGENT,
            spec,
            found or evidence(spec),
            Clock.started(),
        )


def _rollout(slot: Slot, *, bad: bool) -> Rollout:
    asked = question(worlds.load(), slot.question)
    action = (asked.problem.bad if bad else asked.problem.good)[0]
    answer = asked.answer(action, worlds.load().answer_templates[0])
    label = judge(slot.question, answer)
    return Rollout(
        slot.question, slot.set, slot.arm, slot.seed, slot.prompt, answer, label.value
    )
