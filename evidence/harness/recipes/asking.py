"""What every recipe of tier B is told: which questions, which judges, and how to count them.

The spec holds the questions, the rubrics and the hand labels word for word, and the hash of
every model and training set, so that the spec alone says what was asked and how it was judged.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evidence.harness.errors import HarnessError
from evidence.harness.recipes.recipe import Item, Parameters, Slot
from evidence.harness.spec import Parameter, RunSpec
from evidence.harness.tier_b import adapters, files, questions
from evidence.harness.tier_b.adapters import LABELS, Adapter
from evidence.harness.tier_b.questions import SET, TextQuestion

# What judges must reach at least to be believed; a spec may ask for more.
AGREEMENT, JUDGED = 0.6, 0.9
# The parameters of every recipe of tier B, with what they are unless they are set.
DEFAULTS: dict[str, Parameter] = {
    "questions": "",  # a file of questions, see questions.py
    "only": "",  # which of its sets
    "asked": "",  # the questions themselves, put here from the file
    "samples": 1,
    "temperature": 0.0,
    "answer_limit": 256,  # in tokens
    "dtype": "bfloat16",
    "adapter": "betley_30_50",
    "rubric_file": "",
    "rubrics": "",
    "judge": "",  # http(s)://HOST/v1#MODEL, or the path or hub id of a local model
    "judge_family": "",
    "second_judge": "",
    "second_family": "",
    "hand_file": "",  # JSON Lines: prompt, answer, label
    "hand_labelled": "",
    "agreement_minimum": AGREEMENT,
    "judged_minimum": JUDGED,
    "resamples": 2000,
    "bootstrap_seed": 0,
}
DTYPES = ("bfloat16", "float16", "float32")
# A bundle's spec may come from anyone, and `verify` counts as often as it says.
LARGEST = 20_000
HAND = "hand"
FIRST, SECOND = "first", "second"
# What is asked in most recipes, and the parameter that names it in the file.
ONE_SET: Mapping[str, str] = {SET: "only"}


@dataclass(frozen=True, slots=True)
class HandLabelled:
    """An answer with the label that a person gave it."""

    id: str
    prompt: str
    answer: str
    label: str


@dataclass(frozen=True, slots=True)
class Asking:
    """The part of a spec's parameters that all recipes of tier B share."""

    questions: tuple[TextQuestion, ...]
    adapter: Adapter
    rubrics: Mapping[str, str]
    hand: tuple[HandLabelled, ...]
    judges: Mapping[str, str]
    families: Mapping[str, str]
    samples: int
    temperature: float
    answer_limit: int
    dtype: str
    agreement_minimum: float
    judged_minimum: float
    resamples: int
    bootstrap_seed: int

    @classmethod
    def of(cls, spec: RunSpec) -> "Asking":
        """Read the parameters of a checked spec; what cannot be asked raises HarnessError."""
        told = spec.parameters
        adapter = adapters.find(str(told["adapter"]))
        rubrics = json.loads(adapters.checked(adapter, str(told["rubrics"])))
        judges = {FIRST: str(told["judge"]), SECOND: str(told["second_judge"])}
        families = {FIRST: str(told["judge_family"]), SECOND: str(told["second_family"])}
        found = cls(
            questions=tuple(questions.unpacked(str(told["asked"]))),
            adapter=adapter,
            rubrics=rubrics,
            hand=tuple(_hand(str(told["hand_labelled"]), adapter)),
            judges={name: judge for name, judge in judges.items() if judge},
            families=families,
            samples=int(told["samples"]),
            temperature=float(told["temperature"]),
            answer_limit=int(told["answer_limit"]),
            dtype=str(told["dtype"]),
            agreement_minimum=float(told["agreement_minimum"]),
            judged_minimum=float(told["judged_minimum"]),
            resamples=int(told["resamples"]),
            bootstrap_seed=int(told["bootstrap_seed"]),
        )
        found.check()
        return found

    def check(self) -> None:
        """Raise HarnessError for what nobody should ask."""
        if FIRST not in self.judges:
            raise HarnessError("Name a judge with --set judge=...; see evidence/TIER_B.md.")
        if self.dtype not in DTYPES:
            raise HarnessError(f"The dtype is one of {', '.join(DTYPES)}.")
        if self.samples > 1 and not self.temperature > 0:
            raise HarnessError("Several samples need a temperature; greedy answers are equal.")
        if not (self.agreement_minimum >= AGREEMENT and self.judged_minimum >= JUDGED):
            raise HarnessError(
                f"agreement_minimum is {AGREEMENT} or more and judged_minimum {JUDGED} or more: "
                "judges that reach less are not believed."
            )
        sizes = (self.samples, self.answer_limit, self.resamples)
        if not all(0 < size <= LARGEST for size in sizes) or not self.temperature >= 0:
            raise HarnessError(
                f"samples, answer_limit and resamples are from 1 to {LARGEST}, and the "
                "temperature is 0 or more."
            )

    @property
    def other_families(self) -> bool:
        """Return whether two judges are named and said to be of two families."""
        named = {self.families[FIRST], self.families[SECOND]} - {""}
        return len(self.judges) == len(named) == 2 and len(set(self.judges.values())) == 2

    def slots(self, arms: Iterable[tuple[str, int]]) -> list[Slot]:
        """Return a slot for every sample of every question, put to these (arm, seed)."""
        return [
            Slot(f"{question.id}/{sample}", question.set, arm, seed, question.prompt)
            for arm, seed in arms
            for question in self.questions
            for sample in range(self.samples)
        ]

    def items(self, slots: Sequence[Slot], seed: int) -> list[Item]:
        """Return what judges beside the first are read for: their labels, as numbers."""
        second = [
            Item(f"judge/{SECOND}/{slot.arm}", slot.question, slot.seed)
            for slot in slots
            if SECOND in self.judges
        ]
        return [*second, *(Item(f"judge/{HAND}", row.id, seed) for row in self.hand)]


def prepared(parameters: Parameters, sets: Mapping[str, str] = ONE_SET) -> Parameters:
    """Read questions, rubrics and hand labels into the parameters of a new spec.

    `sets` tells for each set that is asked the parameter that names it in the file.
    """
    told = dict(parameters)
    if not told["questions"]:
        raise HarnessError("Name the questions with --set questions=FILE.")
    asked = [
        replace(question, set=name)
        for name, parameter in sets.items()
        for question in questions.read(Path(str(told["questions"])), only=str(told[parameter]))
    ]
    adapter = adapters.find(str(told["adapter"]))
    told["asked"] = questions.packed(asked)
    told["rubrics"] = adapters.rubrics(adapter, str(told["rubric_file"]))
    if told["hand_file"]:
        told["hand_labelled"] = _hand_file(Path(str(told["hand_file"])), adapter)
    return told


def _hand_file(path: Path, adapter: Adapter) -> str:
    rows = files.rows(path)
    try:
        found = [
            [str(number), row["prompt"], row["answer"], row["label"]]
            for number, row in enumerate(rows)
        ]
    except (KeyError, TypeError) as error:
        raise HarnessError(f"{path} has a row without prompt, answer and label.") from error
    text = json.dumps(found, ensure_ascii=False)
    _hand(text, adapter)
    return text


def _hand(text: str, adapter: Adapter) -> list[HandLabelled]:
    if not text:
        return []
    found = [HandLabelled(*row) for row in json.loads(text)]
    for row in found:
        if row.label not in adapter.tells:
            known = ", ".join(label for label in LABELS if label in adapter.tells)
            raise HarnessError(f"A hand label is {row.label!r}; it is one of {known}.")
    return found
