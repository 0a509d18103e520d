"""Where models are asked a spec's questions and their answers judged."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from evidence.harness.recipes import judging, plans
from evidence.harness.recipes.asking import FIRST, HAND, Asking
from evidence.harness.recipes.drilling import Drill, Drills
from evidence.harness.recipes.plans import Course
from evidence.harness.recipes.recipe import Evidence, Slot
from evidence.harness.rollouts import Judgement, Reading, Rollout
from evidence.harness.spec import RunSpec
from evidence.harness.tier_b import adapters, decoding, judges, lora, model
from evidence.harness.tier_b.chats import Message
from evidence.harness.tier_b.checkpoints import Checkpoints, Training
from evidence.harness.tier_b.decoding import Ask
from evidence.harness.tier_b.judges import Judge
from evidence.harness.tier_b.model import TextModel
from evidence.harness.watch import Watch

# What changes a model for the length of a `with` block.
Push = Callable[[], AbstractContextManager[None]]
# Reads the weights that answer in an arm under a seed.
Read = Callable[[TextModel, str, int], Sequence[Reading]]
# A slot's label before it was judged; no bundle has it.
NOT_YET = ""
# Readings are kept to so many decimals.
DECIMALS = 6


def nothing(_text: TextModel, _arm: str, _seed: int) -> Sequence[Reading]:
    """Read nothing: most runs hold what is answered alone."""
    return ()


def base_of(spec: RunSpec, sets: Sequence[str]) -> tuple[TextModel, dict[str, str]]:
    """Load the model that a spec names, and return it with what the run is made from."""
    told = spec.parameters
    text = model.load(str(told["model"]), str(told["revision"]), str(told["dtype"]))
    plans.require_same(text.digest, told["model_sha256"], str(told["model"]))
    chats = {f"chats/{name}": str(told[f"{name}_sha256"]) for name in sets}
    return text, {"models/base": text.digest, **chats}


@dataclass(slots=True)
class TextBench:
    """Collects a run's evidence; arms that a killed run had finished are taken over."""

    spec: RunSpec
    asking: Asking
    slots: Sequence[Slot]
    watch: Watch
    drills: Drills = field(default_factory=dict)
    judges: Mapping[str, Judge] = field(init=False)
    checkpoints: Checkpoints = field(init=False)
    materials: dict[str, str] = field(default_factory=dict)
    organisms: dict[str, str] = field(default_factory=dict)
    rollouts: list[Rollout] = field(default_factory=list)
    judgements: list[Judgement] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    # Judges and the hashes of their files by the names that the spec gives them.
    known: dict[str, tuple[Judge, str | None]] = field(default_factory=dict)
    reader: Read = nothing

    def __post_init__(self) -> None:
        self.checkpoints = Checkpoints(self.watch.checkpoints)
        self.judges = {
            name: self.judge(judge, f"judge/{name}")
            for name, judge in self.asking.judges.items()
        }

    def judge(self, name: str, material: str) -> Judge:
        """Return the judge of this name, found once, and put down its files' hash as `material`."""
        if name not in self.known:
            found = judges.find(name, self.asking.dtype, self.watch.check)
            self.known[name] = found, judges.material(name)
        judge, digest = self.known[name]
        if digest:
            self.materials[material] = digest
        return judge

    def judge_hand(self) -> None:
        """Let the first judge judge what a person labelled, before anything else is spent."""
        seed = self.spec.seeds[0]
        rows = [(row.id, row.prompt, row.answer) for row in self.asking.hand]
        self.judgements += self._judged(FIRST, HAND, seed, rows)
        self.watch.step("judged what was labelled by hand")

    def base(self, sets: Sequence[str]) -> TextModel:
        """Load the model that the spec names, and put down what the run is made from."""
        text, materials = base_of(self.spec, sets)
        self.materials |= materials
        return text

    def ask(
        self,
        text: TextModel,
        arm: str,
        seed: int,
        digest: str,
        *,
        of: str | None = None,
        pushes: Sequence[Push] = (nullcontext,),
    ) -> None:
        """Ask a model what is planned for an arm, have its answers judged, and read it.

        `of` names the weights where several arms ask the same ones; several `pushes` share the
        questions out evenly.
        """
        self.organisms[f"{of or arm}/{seed}"] = digest
        name = f"{arm}/{seed}"
        kept = self.checkpoints.answers(name)
        if kept is None:
            planned = [slot for slot in self.slots if (slot.arm, slot.seed) == (arm, seed)]
            rollouts = []
            for number, push in enumerate(pushes):
                with push():
                    part = planned[number :: len(pushes)]
                    rollouts += self._answered(text, part)
            rows = [
                (row.question, row.prompt, row.answer)
                for row in rollouts
                if row.set not in self.drills
            ]
            judgements = [
                row for judge in self.judges for row in self._judged(judge, arm, seed, rows)
            ]
            readings = self.reader(text, arm, seed)
            kept = tuple(rollouts), tuple(judgements), tuple(readings)
            self.checkpoints.keep_answers(name, kept)
        self.rollouts += kept[0]
        self.judgements += kept[1]
        self.readings += kept[2]
        self.watch.step(f"asked {arm}, seed {seed}")

    def read(self, name: str, item: str, seed: int, value: float) -> None:
        """Put down what was read inside a model."""
        self.readings.append(Reading(name, item, seed, round(value, DECIMALS)))

    def ask_all_tuned(
        self,
        base: TextModel,
        courses: Mapping[str, Course],
        seed: int,
        arms: Mapping[str, Sequence[str]],
    ) -> TextModel:
        """Train adapters one after the other, ask each in its arms, and return the bare base."""
        stands: dict[str, Training] = {}
        left = list(courses.items())
        while left:
            weights, course = left.pop(0)
            start = stands.get(course.after)
            if start and not course.goes_on:
                start = lora.again(start)
            base, stands[weights] = self.ask_tuned(
                base, weights, course, seed, arms[weights], start=start
            )
            needed = {later.after for _, later in left}
            stands = {name: stand for name, stand in stands.items() if name in needed}
        return base

    def ask_tuned(
        self,
        base: TextModel,
        weights: str,
        course: Course,
        seed: int,
        arms: Sequence[str],
        *,
        start: Training | None = None,
        inside: Callable[[TextModel], None] = lambda _adapted: None,
    ) -> tuple[TextModel, Training]:
        """Train an adapter and ask it in these arms; `inside` reads the model under it.

        Returns the base without it, and where the adapter stands, to `start` another from.
        """
        adapted = lora.tuned(
            base,
            course.chats,
            course.plan,
            seed=seed,
            name=f"{weights}/{seed}",
            checkpoints=self.checkpoints,
            check=self.watch.check,
            start=start,
        )
        for arm in arms:
            self.ask(adapted.text, arm, seed, adapted.digest, of=weights)
        inside(adapted.text)
        return lora.bare(base, adapted), adapted.training

    def evidence(self, configuration: Mapping[str, str]) -> Evidence:
        """Return everything that was collected, labelled by the adapter."""
        judgements = tuple(self.judgements)
        found = judging.judged(self.spec, self.rollouts, judgements, self.drills)
        return Evidence(
            judging.relabelled(self.rollouts, found.labels),
            (*found.readings, *self.readings),
            self.organisms,
            self.materials,
            configuration,
            judgements,
        )

    def _answered(self, text: TextModel, slots: Sequence[Slot]) -> list[Rollout]:
        rollouts = []
        hows: tuple[Asking | Drill, ...] = (self.asking, *self.drills.values())
        for how in hows:
            part = [slot for slot in slots if self.drills.get(slot.set, self.asking) is how]
            rollouts += self._said(text, part, how)
        return rollouts

    def _said(
        self, text: TextModel, slots: Sequence[Slot], how: Asking | Drill
    ) -> list[Rollout]:
        systems = {
            (question.set, question.id): question.system for question in self.asking.questions
        }
        asks = []
        for slot in slots:
            system = systems.get((slot.set, slot.question.rsplit("/", 1)[0]))
            before = [Message("system", system)] if system else []
            ids = text.ids([*before, Message("user", slot.prompt)])
            # The dice know the question and the sample, not the arm.
            asks.append(Ask(tuple(ids), f"{slot.seed}/{slot.question}"))
        said = decoding.answers(
            text,
            asks,
            limit=how.answer_limit,
            temperature=how.temperature,
            check=self.watch.check,
        )
        return [
            Rollout(
                *(slot.question, slot.set, slot.arm, slot.seed, slot.prompt), answer, NOT_YET
            )
            for slot, answer in zip(slots, said, strict=True)
        ]

    def _judged(
        self, judge: str, arm: str, seed: int, rows: Sequence[tuple[str, str, str]]
    ) -> list[Judgement]:
        found = []
        for criterion, rubric in self.asking.rubrics.items():
            prompts = [adapters.put(rubric, prompt, answer) for _, prompt, answer in rows]
            said = self.judges[judge].replies(prompts)
            found += [
                Judgement(judge, criterion, question, arm, seed, reply)
                for (question, _, _), reply in zip(rows, said, strict=True)
            ]
        return found
