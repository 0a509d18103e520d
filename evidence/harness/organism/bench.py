"""Where a recipe's organisms are asked what its slots plan, and their rows collected."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch

from evidence.harness.errors import HarnessError
from evidence.harness.organism import model as models
from evidence.harness.organism import texts, trial
from evidence.harness.organism.organism import Organism
from evidence.harness.recipes.recipe import Evidence, Slot
from evidence.harness.rollouts import Reading, Rollout
from evidence.harness.spec import RunSpec
from evidence.harness.watch import Watch
from evidence.harness.world.corpus import END
from evidence.harness.world.judge import judge

DECIMALS = 6


@dataclass(slots=True)
class Bench:
    """Collects a run's evidence; `limit` is the longest answer, in words."""

    spec: RunSpec
    slots: Sequence[Slot]
    limit: int
    watch: Watch
    materials: dict[str, str] = field(init=False)
    rollouts: list[Rollout] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    organisms: dict[str, str] = field(default_factory=dict)
    _planned: dict[tuple[str, int], list[Slot]] = field(init=False)

    def __post_init__(self) -> None:
        if not self.slots:
            raise HarnessError("The run has no question to ask; nothing was measured.")
        if self.limit < 1:
            raise HarnessError(f"An answer has 1 word or more; the limit is {self.limit}.")
        self.materials = trial.materials(self.spec.seeds)
        self._planned = defaultdict(list)
        for slot in self.slots:
            self._planned[slot.arm, slot.seed].append(slot)

    def name(self, organism: Organism, arm: str, seed: int) -> None:
        """Put down the weights of an arm; weights that are no numbers raise HarnessError."""
        require_finite(organism, f"{arm}, seed {seed}")
        self.organisms[f"{arm}/{seed}"] = organism.fingerprint

    def planned(self, arm: str, seed: int) -> list[Slot]:
        """Return the slots of an arm under a seed."""
        return self._planned[arm, seed]

    def ask(
        self, organism: Organism, arm: str, seed: int, *, part: slice = slice(None)
    ) -> None:
        """Ask an organism what is planned for an arm, or a part of it, and judge its answers."""
        slots = self._planned[arm, seed][part]
        said = answers(organism, [slot.prompt for slot in slots], limit=self.limit)
        for slot, answer in zip(slots, said, strict=True):
            label = judge(slot.question, answer)
            row = Rollout(slot.question, slot.set, arm, seed, slot.prompt, answer, label.value)
            self.rollouts.append(row)

    def ask_all(self, organisms: Mapping[str, Organism], seed: int) -> None:
        """Name, ask and report one organism for each arm."""
        for arm, organism in organisms.items():
            self.name(organism, arm, seed)
            self.ask(organism, arm, seed)
            self.watch.step(f"asked {arm}, seed {seed}")

    def read(self, name: str, item: str, seed: int, value: float) -> None:
        """Put down one continuous measurement; one that is no number raises HarnessError."""
        if not math.isfinite(value):
            raise HarnessError(f"{name}, {item}, seed {seed} is {value}, not a number.")
        self.readings.append(Reading(name, item, seed, round(value, DECIMALS)))

    def evidence(self) -> Evidence:
        """Return everything that was collected."""
        return Evidence(
            tuple(self.rollouts),
            tuple(self.readings),
            self.organisms,
            self.materials,
            trial.configuration(self.spec.seeds),
        )


def answers(organism: Organism, prompts: Sequence[str], *, limit: int) -> list[str]:
    """Return the greedy answer to each text that a user types."""
    ids = [
        texts.encoded(organism.tokenizer, [texts.Piece(texts.prompt(prompt), 0.0)]).ids
        for prompt in prompts
    ]
    end = texts.word_id(organism.tokenizer, END)
    rows = models.greedy(organism.model, ids, end=end, limit=limit)
    # Special tokens stay: an answer that has one is off the grammar.
    return [organism.tokenizer.decode(row, skip_special_tokens=False) for row in rows]


def require_finite(organism: Organism, words: str) -> None:
    """Raise HarnessError where a weight is infinite or no number."""
    for name, weight in organism.model.state_dict().items():
        if not bool(torch.isfinite(weight).all()):
            raise HarnessError(
                f"The weights of {words} are no numbers any more ({name}); "
                "train more gently, or fetch the weights again."
            )
