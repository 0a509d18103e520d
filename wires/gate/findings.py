"""What a rule finds, and what the desk shows of it."""

from dataclasses import dataclass
from typing import Literal

Part = Literal["text", "sources", "sentences", "rationale", "severity", "codes"]
"""What of a wire has to change for a rule to hold."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, in words; with which sentence, or with which other part than the rule's."""

    detail: str
    sentence: int | None = None
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A rule that does not hold, and the part or the sentence that it fails on."""

    rule: int
    detail: str
    part: Part
    sentence: int | None = None


@dataclass(frozen=True, slots=True)
class RuleState:
    """One rule as the desk shows it: its words, and what fails under it."""

    rule: int
    title: str
    failures: tuple[Failure, ...]

    @property
    def holds(self) -> bool:
        return not self.failures
