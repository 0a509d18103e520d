"""What a select of the review page offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wires.models import Claim, Code

LONGEST = 56  # characters of a sentence in a select

Choices = list[tuple[Any, Any]]


def sentences(
    claims: Sequence[Claim], *, also: object = None, all_of_them: bool = False
) -> Choices:
    """Return the sentences that a decision may rest on, by number; `also` names one more."""
    return [
        (claim.n, _short(claim))
        for claim in claims
        if all_of_them or _may_carry(claim) or str(claim.n) == str(also)
    ]


def codes_by_kind(codes: Sequence[Code]) -> Choices:
    """Return the codes as two groups of choices, in the order of the taxonomy."""
    words = {"M": "Mechanism", "F": "Field of failure"}
    return [
        (
            word,
            [(code.code, f"{code.code} {code.title}") for code in codes if code.kind == kind],
        )
        for kind, word in words.items()
    ]


def _may_carry(claim: Claim) -> bool:
    return claim.is_standing and claim.dismissed_at is None


def _short(claim: Claim) -> str:
    text = claim.text if len(claim.text) <= LONGEST else f"{claim.text[:LONGEST].rstrip()}…"
    verdict = "" if _may_carry(claim) else f" ({claim.get_verdict_display().lower()})"
    return f"{claim.n}. {text}{verdict}"
