"""What every recipe of tier A is made of, so that its own file holds only what is its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from evidence.harness.outcome import Rules
from evidence.harness.recipes.recipe import Control, Evidence, Item, Named, Recipe, Slot
from evidence.harness.recipes.settings import Common
from evidence.harness.rollouts import Reading, Rollout
from evidence.harness.spec import Metric, RunSpec
from evidence.harness.watch import Watch
from evidence.harness.world.corpus import Authorship

if TYPE_CHECKING:
    from evidence.harness.counting import Table
    from evidence.harness.organism.bench import Bench

SMALLEST_EFFECT = 0.10


def gate_items(spec: RunSpec, documents: int) -> list[Item]:
    """Return the item of every reading of the gate of both worlds' base models."""
    return [
        Item(f"gate/{authorship}/{history}", str(document), seed)
        for seed in spec.seeds
        for authorship in Authorship
        for history in ("after_bad", "after_good")
        for document in range(documents)
    ]


def nothing(_spec: RunSpec) -> list[Item]:
    """Return no item: such a recipe reads answers only."""
    return []


def mechanism(
    name: str,
    *,
    version: str,
    title: str,
    question: str,
    primary: str,
    arms: tuple[Named, ...],
    sets: tuple[Named, ...],
    controls: tuple[Control, ...],
    settings: Common,
    alive: Mapping[str, str],
    slots: Callable[[RunSpec], list[Slot]],
    measure: "Callable[[Bench, int], None]",
    steps: int,
    count: "Callable[[RunSpec, Table, Sequence[Reading]], dict[str, Metric]]",
    items: Callable[[RunSpec], list[Item]] = nothing,
    same_weights: Mapping[str, str] | None = None,
) -> Recipe:
    """Return a recipe of tier A: one thread, seed after seed, decided by primary and controls.

    `settings` are its parameters unless a run sets them. `alive` names the parameter that each
    metric of a positive control must reach. `measure` asks and reads one seed's organisms, in
    so many `steps`; `count` has the answers as a table.
    """

    def rules(spec: RunSpec) -> Rules:
        told = type(settings).of(spec)
        return Rules(
            primary=primary,
            alive={metric: getattr(told, least) for metric, least in alive.items()},
            still=tuple(control.metric for control in controls),
            smallest_effect=spec.smallest_effect,
            equivalence_bound=spec.equivalence_bound,
        )

    def execute(spec: RunSpec, watch: Watch) -> Evidence:
        watch.check()
        # torch comes with these imports, and only a run needs it.
        from evidence.harness.organism.bench import Bench
        from evidence.harness.organism.threads import single_threaded

        with single_threaded():
            bench = Bench(spec, slots(spec), type(settings).of(spec).answer_limit, watch)
            watch.expect(len(spec.seeds) * steps)
            for seed in spec.seeds:
                measure(bench, seed)
        return bench.evidence()

    def counted(
        spec: RunSpec, rollouts: Sequence[Rollout], readings: Sequence[Reading]
    ) -> dict[str, Metric]:
        # numpy comes with these imports, and only counting needs it.
        from evidence.harness.counting import Table
        from evidence.harness.intervals import Bootstrap

        told = type(settings).of(spec)
        bootstrap = Bootstrap(told.resamples, told.bootstrap_seed)
        return count(spec, Table.of(rollouts, bootstrap), readings)

    return Recipe(
        id=name,
        version=version,
        tier="A",
        title=title,
        question=question,
        primary=primary,
        arms=arms,
        sets=sets,
        controls=controls,
        smallest_effect=SMALLEST_EFFECT,
        parameters=asdict(settings),
        rules=rules,
        slots=slots,
        items=items,
        execute=execute,
        count=counted,
        same_weights=same_weights or {},
        minimums=frozenset(alive.values()),
    )
