"""What the recipes of tier B have in common: arms that ask weights, and their differences.

A recipe of tier B says which arms there are, whose weights answer in each, what those weights
learnt, and which differences decide. All the rest is here.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from evidence.harness.errors import HarnessError
from evidence.harness.outcome import Rules
from evidence.harness.recipes import asking, drilling, judging, plans
from evidence.harness.recipes.asking import Asking
from evidence.harness.recipes.drilling import Drills
from evidence.harness.recipes.judging import Counted
from evidence.harness.recipes.plans import Course
from evidence.harness.recipes.recipe import (
    Control,
    Evidence,
    Item,
    Judged,
    Named,
    Parameters,
    Recipe,
    Slot,
)
from evidence.harness.rollouts import Judgement, Reading, Rollout
from evidence.harness.spec import Metric, Parameter, RunSpec
from evidence.harness.tier_b.questions import SET
from evidence.harness.watch import Watch
from evidence.harness.world.judge import Label

if TYPE_CHECKING:
    from evidence.harness.tier_b.bench import Push, Read, TextBench
    from evidence.harness.tier_b.model import TextModel

# The weights that the spec names, as they are.
BASE = "base"
SETS = {SET: "the questions of the spec"}


def plainly(_parameters: Parameters) -> str:
    """Return what stands before a question that is put as it is: nothing."""
    return ""


def nothing_learnt(_parameters: Parameters) -> Mapping[str, Course]:
    """Return the courses where nothing is tuned: none."""
    return {}


@dataclass(frozen=True, slots=True)
class Arm:
    """One way to ask: `weights` answer, after what `before` gives for the parameters."""

    id: str
    label: str
    weights: str
    before: Callable[[Parameters], str] = plainly


@dataclass(frozen=True, slots=True)
class Difference:
    """One arm minus another on the same questions; `shows` tells of a control, why it is one."""

    name: str
    arm: str
    than: str
    shows: str = ""
    on: str = SET

    @property
    def metric(self) -> str:
        """Return the id of the metric: the name, and the set of questions."""
        return f"{self.name}/{self.on}"

    @property
    def is_control(self) -> bool:
        """Return whether the difference must be equivalent to none."""
        return self.name.startswith("control/")


@dataclass(frozen=True, slots=True)
class Probe:
    """What is read off weights beside what they answer.

    `items` gives what is read for every (arm, seed); `reader` who reads it, from the base before
    any tuning, unless the experiment's `measure` does. Where what was read decides, it has the
    primary and controls, and the experiment's `more` counts them.
    """

    items: Callable[[RunSpec, Sequence[tuple[str, int]]], list[Item]]
    reader: "Callable[[RunSpec, TextModel, Watch], Read] | None" = None
    primary: str = ""
    controls: tuple[Control, ...] = ()


@dataclass(frozen=True, slots=True)
class Experiment:
    """A recipe of tier B. Its first difference is the primary, unless a `probe` has it.

    `chats` are the parameters that name chats to learn, `told` those that must be words. Weights
    beside the base are tuned under each seed, by the course of that name. `sets` tells what each
    set of questions is, `asked` the parameter that names it in the file. `score` is the label
    whose share counts; `alive` gives for a metric the parameter with the least that it must be.
    """

    id: str
    title: str
    question: str
    arms: tuple[Arm, ...]
    differences: tuple[Difference, ...]
    parameters: Mapping[str, Parameter]
    chats: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    courses: Callable[[Parameters], Mapping[str, Course]] = nothing_learnt
    sets: Mapping[str, str] = field(default_factory=lambda: SETS)
    asked: Mapping[str, str] = field(default_factory=lambda: asking.ONE_SET)
    score: Label = Label.HARMFUL
    alive: Mapping[str, str] = field(default_factory=dict)
    # How the base is changed inside while it answers in an arm.
    pushes: "Callable[[RunSpec, TextModel], Mapping[str, Sequence[Push]]] | None" = None
    # Metrics beside those that all have.
    more: Callable[[Counted], dict[str, Metric]] | None = None
    probe: Probe | None = None
    # Reads what the parameters name; unless set, the questions, the base and the chats.
    prepare: Callable[[Parameters], Parameters] | None = None
    # What arms are told to do beside answering questions.
    drills: Callable[[Parameters], Drills] = drilling.no_drills
    # Trains and asks a seed's adapters where courses cannot tell how; returns the bare base.
    measure: "Callable[[TextBench, TextModel, int], TextModel] | None" = None

    @property
    def primary(self) -> str:
        """Return the metric that decides."""
        read = self.probe.primary if self.probe else ""
        return read or self.differences[0].metric

    @property
    def controls(self) -> tuple[Control, ...]:
        """Return what must be equivalent to none."""
        compared = (
            Control(each.metric, each.shows) for each in self.differences if each.is_control
        )
        return (*compared, *(self.probe.controls if self.probe else ()))

    @property
    def is_tuned(self) -> bool:
        """Return whether more seeds than one make sense: there is something to tune."""
        return self.courses is not nothing_learnt or self.measure is not None

    def recipe(self, of: "Callable[[Parameters], Experiment] | None" = None) -> Recipe:
        """Return the recipe, as the runner knows it; `of` where parameters decide on arms."""
        fit = of or (lambda _parameters: self)
        return Recipe(
            id=self.id,
            version="1",
            tier="B",
            title=self.title,
            question=self.question,
            primary=self.primary,
            arms=tuple(Named(arm.id, arm.label) for arm in self.arms),
            sets=tuple(Named(name, label) for name, label in self.sets.items()),
            controls=self.controls,
            smallest_effect=0.10,
            parameters={
                **{
                    name: value
                    for name, value in asking.DEFAULTS.items()
                    if name != "only" or name in self.asked.values()
                },
                **self.parameters,
                **{f"{name}{part}": "" for name in self.chats for part in ("", "_sha256")},
                **dict.fromkeys(self.told, ""),
            },
            rules=lambda spec: fit(spec.parameters).rules(spec),
            slots=lambda spec: fit(spec.parameters).slots(spec),
            items=lambda spec: fit(spec.parameters).items(spec),
            execute=lambda spec, watch: fit(spec.parameters).execute(spec, watch),
            count=lambda spec, *rows: fit(spec.parameters).count(spec, *rows),
            same_weights={arm.id: arm.weights for arm in self.arms},
            judged=lambda spec, *rows: fit(spec.parameters).judged(spec, *rows),
            prepared=lambda parameters: fit(parameters).prepared(parameters),
            minimums=frozenset(self.alive.values()),
        )

    def prepared(self, parameters: Parameters) -> Parameters:
        """Read into the parameters of a new spec what they name, and the hashes of all files."""
        if not all(parameters[name] for name in self.told):
            settings = " and ".join(f"--set {name}=WORDS" for name in self.told)
            raise HarnessError(f"Tell the words with {settings}.")
        if self.prepare:
            return self.prepare(parameters)
        return plans.prepared(parameters, self.chats, self.asked)

    def planned(self, spec: RunSpec) -> list[tuple[Arm, int]]:
        """Return every (arm, seed): the base is one and asked once, adapters are one a seed."""
        if len(spec.seeds) > 1 and not self.is_tuned:
            raise HarnessError("Nothing is tuned here that a seed could vary; run with one.")
        return [
            (arm, seed)
            for seed in spec.seeds
            for arm in self.arms
            if arm.weights != BASE or seed == spec.seeds[0]
        ]

    def slots(self, spec: RunSpec) -> list[Slot]:
        """Return the slot of every rollout: the questions, and then the drills."""
        planned = [(arm.id, seed) for arm, seed in self.planned(spec)]
        return [*self.questions(spec), *drilling.slots(self.drills(spec.parameters), planned)]

    def questions(self, spec: RunSpec) -> list[Slot]:
        """Return the slot of every answer to judge, with what stands before its question."""
        asked = Asking.of(spec)
        if self.score not in asked.adapter.tells:
            raise HarnessError(
                f"The adapter {asked.adapter.id} never says {self.score}, which counts here; "
                "choose another with --set adapter=NAME."
            )
        before = {arm.id: arm.before(spec.parameters) for arm in self.arms}
        return [
            replace(slot, prompt=before[slot.arm] + slot.prompt)
            for slot in asked.slots((arm.id, seed) for arm, seed in self.planned(spec))
        ]

    def items(self, spec: RunSpec) -> list[Item]:
        """Return the readings: what judges beside the first say, and what is read of weights."""
        said = Asking.of(spec).items(self.questions(spec), spec.seeds[0])
        planned = [(arm.id, seed) for arm, seed in self.planned(spec)]
        probed = self.probe.items(spec, planned) if self.probe else []
        return [*said, *probed]

    def rules(self, spec: RunSpec) -> Rules:
        """Return what decides the outcome of a run of this spec."""
        still = tuple(control.metric for control in self.controls)
        alive = {name: float(spec.parameters[least]) for name, least in self.alive.items()}
        return judging.rules(spec, self.primary, still, alive)

    def execute(self, spec: RunSpec, watch: Watch) -> Evidence:
        """Ask the base, then train every adapter under each seed and ask it."""
        planned, told = self.slots(spec), Asking.of(spec)
        courses = self.courses(spec.parameters)
        watch.check()
        # torch comes with these imports, and only a run needs it.
        from evidence.harness.organism.threads import single_threaded
        from evidence.harness.tier_b.bench import TextBench

        watch.expect(1 + len(self.planned(spec)))
        with single_threaded():
            bench = TextBench(spec, told, planned, watch, self.drills(spec.parameters))
            base = bench.base(self.chats)
            bench.judge_hand()
            if self.probe and self.probe.reader:
                bench.reader = self.probe.reader(spec, base, watch)
            pushes = self.pushes(spec, base) if self.pushes else {}
            for arm in self.answering(BASE):
                under = pushes.get(arm.id, (nullcontext,))
                bench.ask(base, arm.id, spec.seeds[0], base.digest, of=BASE, pushes=under)
            arms = {name: [arm.id for arm in self.answering(name)] for name in courses}
            for seed in spec.seeds:
                if self.measure:
                    base = self.measure(bench, base, seed)
                base = bench.ask_all_tuned(base, courses, seed, arms)
        return bench.evidence({})

    def answering(self, weights: str) -> list[Arm]:
        """Return the arms in which these weights answer."""
        return [arm for arm in self.arms if arm.weights == weights]

    def count(
        self, spec: RunSpec, rollouts: Sequence[Rollout], readings: Sequence[Reading]
    ) -> dict[str, Metric]:
        """Return every metric of the run; equal rows give equal numbers."""
        pairs = {each.metric: (each.arm, each.than) for each in self.differences}
        apart = self.drills(spec.parameters)
        said = [row for row in rollouts if row.set not in apart]
        found = judging.counted(spec, said, readings, pairs, self.score)
        whole = replace(found, rollouts=rollouts)
        return found.metrics | (self.more(whole) if self.more else {})

    def judged(
        self, spec: RunSpec, rollouts: Sequence[Rollout], judgements: Sequence[Judgement]
    ) -> Judged:
        """Return what judges and rules make of the answers; malformed: ValueError."""
        return judging.judged(spec, rollouts, judgements, self.drills(spec.parameters))
