"""The text of a version as the review page shows it: sentence by sentence, with verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from wires.admin.acts import Act
from wires.models import Citation, Claim, ReverseCoverage

PARTS = (
    ("names", "names"),
    ("numbers", "numbers"),
    ("quotes", "quoted phrases"),
    ("terms", "terms"),
)
NOT_A_CLAIM = "not a claim"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the body: a sentence with its claim, or what stands between two."""

    text: str
    claim: Claim | None = None

    @property
    def verdict(self) -> str:
        return verdict(self.claim) if self.claim else ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A claim beside the passage that it rests on."""

    claim: Claim
    citation: Citation | None
    acts: list[Act]

    @property
    def verdict(self) -> str:
        return verdict(self.claim)

    @property
    def anchor(self) -> str:
        return f"claim-{self.claim.pk}"

    @property
    def needs_work(self) -> bool:
        return _is_open(self.claim)

    @property
    def missing(self) -> list[tuple[str, str]]:
        return [
            (word, ", ".join(self.claim.missing[part]))
            for part, word in PARTS
            if self.claim.missing.get(part)
        ]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many sentences have which verdict, and which of them still need an editor."""

    counts: tuple[tuple[str, int], ...]
    open: tuple[Claim, ...]
    total: int

    @classmethod
    def of(cls, claims: Sequence[Claim]) -> Tally:
        counts = Counter(verdict(claim) for claim in claims)
        words = [*Claim.Verdict.values, NOT_A_CLAIM]
        return cls(
            tuple((word, counts[word]) for word in words if counts[word]),
            tuple(claim for claim in claims if _is_open(claim)),
            len(claims),
        )


@dataclass(frozen=True, slots=True)
class Omission:
    """A term that the text leaves out, and the sources that dwell on it."""

    term: str
    citations: tuple[Citation, ...]


def omissions(found: ReverseCoverage, citations: Sequence[Citation]) -> list[Omission]:
    """Return what was found to be left out, most first, as far as its sources are still cited."""
    by_key = {citation.key: citation for citation in citations}
    told = [
        Omission(row["term"], tuple(by_key[key] for key in row["sources"] if key in by_key))
        for row in found.omissions
    ]
    return [omission for omission in told if omission.citations]


def pieces(body: str, claims: Sequence[Claim]) -> list[Piece]:
    """Cut a body at its sentences; joined again, the pieces are the body."""
    found, end = [], 0
    for claim in claims:
        if claim.start > end:
            found.append(Piece(body[end : claim.start]))
        found.append(Piece(body[claim.start : claim.end], claim))
        end = claim.end
    if end < len(body):
        found.append(Piece(body[end:]))
    return found


def verdict(claim: Claim) -> str:
    return NOT_A_CLAIM if claim.dismissed_at else str(claim.verdict)


def _is_open(claim: Claim) -> bool:
    """Say whether the publish gate would stop at this sentence's verdict."""
    if claim.verdict == Claim.Verdict.CONTRADICTED:
        return True
    return not (claim.dismissed_at or claim.is_standing or claim.override_note)
