"""What a recipe is: how it is told to readers, how it is run and how it is counted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evidence.harness.errors import HarnessError
from evidence.harness.outcome import Rules
from evidence.harness.rollouts import Judgement, Reading, Rollout
from evidence.harness.spec import Metric, Parameter, RunSpec
from evidence.harness.watch import Watch

# How the names of readings begin that hold what judges said.
BY_JUDGES = "judge/"
# What a control may move at most, as a difference of rates: three seeds can show less.
BOUND, BOUND_OF_THREE_SEEDS = 0.05, 0.03
# Fewer draws than these, and an interval is narrower than it is: of one draw it has no width.
LEAST_RESAMPLES = 1000
# A spec may come from anyone, and all that a run plans is planned for every seed.
MOST_SEEDS = 100


@dataclass(frozen=True, slots=True)
class Named:
    """An arm or a set of questions, with what a reader is told it is."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Control:
    """A metric that must behave for the claim to stand, and what it shows."""

    metric: str
    shows: str


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """Where one rollout belongs; a run fills each of its slots once."""

    question: str
    set: str
    arm: str
    seed: int
    prompt: str


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """Where one reading belongs; a run fills each of its items once."""

    name: str
    item: str
    seed: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a recipe measured; every number is counted from the rollouts and readings.

    `organisms` and `materials` are SHA-256s by name; `configuration` says how the shipped
    weights were made.
    """

    rollouts: tuple[Rollout, ...]
    readings: tuple[Reading, ...]
    organisms: Mapping[str, str]
    materials: Mapping[str, str]
    configuration: Mapping[str, Any]
    judgements: tuple[Judgement, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """The labels, in the order of the rollouts, and the readings that judgements give."""

    labels: tuple[str, ...]
    readings: tuple[Reading, ...]


# How labels and readings of tier B come out of what judges said; malformed: ValueError.
Judging = Callable[[RunSpec, Sequence[Rollout], Sequence[Judgement]], Judged]
Parameters = Mapping[str, Parameter]


@dataclass(frozen=True, slots=True)
class Recipe:
    """A named experiment. Importing one loads neither torch nor numpy."""

    id: str
    version: str
    tier: str
    title: str
    question: str
    primary: str
    arms: tuple[Named, ...]
    sets: tuple[Named, ...]
    controls: tuple[Control, ...]
    smallest_effect: float
    parameters: Mapping[str, Parameter]
    rules: Callable[[RunSpec], Rules]
    slots: Callable[[RunSpec], list[Slot]]
    items: Callable[[RunSpec], list[Item]]
    execute: Callable[[RunSpec, Watch], Evidence]
    count: Callable[[RunSpec, Sequence[Rollout], Sequence[Reading]], dict[str, Metric]]
    # Arms that only ask another arm's weights in another way, and whose weights those are.
    same_weights: Mapping[str, str] = field(default_factory=dict)
    # How far a replay on another machine may move a number: of itself, or of one if smaller.
    tolerance: float = 0.05
    # In tier B: how judges' replies become labels. In tier A the world itself decides.
    judged: Judging | None = None
    # Reads into the parameters what they name, so that the spec alone determines the run.
    prepared: Callable[[Parameters], Parameters] = lambda parameters: parameters
    # Parameters that say what a positive control must reach; a spec may only raise them.
    minimums: frozenset[str] = frozenset()

    def organisms(self, spec: RunSpec) -> set[str]:
        """Return the name of every set of weights that a run of this spec asks."""
        return {
            f"{self.same_weights.get(slot.arm, slot.arm)}/{slot.seed}"
            for slot in self.slots(spec)
        }

    def spec(
        self, *, seeds: int = 1, changes: Mapping[str, Parameter] | None = None
    ) -> RunSpec:
        """Return the spec of a run with the seeds 0 to `seeds` - 1, some parameters changed.

        More than MOST_SEEDS raise HarnessError.
        """
        _require_seeds(seeds)
        return RunSpec(
            recipe=self.id,
            version=self.version,
            tier=self.tier,
            seeds=tuple(range(seeds)),
            smallest_effect=self.smallest_effect,
            equivalence_bound=_bound(seeds),
            parameters=self.prepared({**self.parameters, **(changes or {})}),
        )

    def read(self, settings: Sequence[str]) -> dict[str, Parameter]:
        """Read `name=value` settings as this recipe's parameters; else raise HarnessError."""
        changes: dict[str, Parameter] = {}
        for setting in settings:
            name, _, value = setting.partition("=")
            if name not in self.parameters:
                known = ", ".join(sorted(self.parameters))
                raise HarnessError(f"{self.id} has no parameter {name!r}; it has: {known}.")
            kind = type(self.parameters[name])
            try:
                changes[name] = kind(value)
            except ValueError as error:
                raise HarnessError(f"{name} is a {kind.__name__}, not {value!r}.") from error
        return changes

    def check(self, spec: RunSpec) -> None:
        """Raise HarnessError for a spec that this recipe cannot run."""
        if (spec.recipe, spec.version, spec.tier) != (self.id, self.version, self.tier):
            raise HarnessError(
                f"The spec is for {spec.recipe} {spec.version} of tier {spec.tier}; "
                f"this is {self.id} {self.version} of tier {self.tier}."
            )
        for name in sorted(set(self.parameters) | set(spec.parameters)):
            given, known = spec.parameters.get(name), self.parameters.get(name)
            if type(given) is not type(known):
                raise HarnessError(
                    f"The spec's {name} is {given!r}; {self.id} takes one like {known!r}."
                )
        _require_seeds(len(spec.seeds))
        self._require_strict(spec)

    def _require_strict(self, spec: RunSpec) -> None:
        """Raise HarnessError where a spec asks for less than this recipe does.

        Else its maker would choose what counts as an effect, or as a control that held.
        """
        bound = _bound(len(spec.seeds))
        if not spec.equivalence_bound <= bound:
            raise HarnessError(
                f"The spec's equivalence_bound is {spec.equivalence_bound}; with "
                f"{len(spec.seeds)} seeds it is {bound} at most."
            )
        least: dict[str, float] = {"smallest_effect": self.smallest_effect}
        asked: dict[str, float] = {"smallest_effect": spec.smallest_effect}
        for name in sorted(self.minimums):
            least[name], asked[name] = (
                float(of[name]) for of in (self.parameters, spec.parameters)
            )
        if "resamples" in self.parameters:
            least["resamples"] = LEAST_RESAMPLES
            asked["resamples"] = float(spec.parameters["resamples"])
        for name, limit in least.items():
            if not asked[name] >= limit:
                raise HarnessError(
                    f"The spec's {name} is {asked[name]:g}; {self.id} takes {limit:g} or more."
                )


def _bound(seeds: int) -> float:
    return BOUND if seeds < 3 else BOUND_OF_THREE_SEEDS


def _require_seeds(seeds: int) -> None:
    if not 1 <= seeds <= MOST_SEEDS:
        raise HarnessError(f"A run has from 1 to {MOST_SEEDS} seeds, not {seeds}.")
