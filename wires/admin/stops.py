"""The gate as the review page shows it: what each rule stops at, with a link to the place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wires.gate import Failure, RuleState
from wires.models import Claim

SHOWN = 3  # stops of a rule before the fold
# Where on the page a part of the wire is decided.
SECTIONS = {
    "text": ("text", "the text"),
    "sources": ("sources", "the sources"),
    "sentences": ("claims", "the sentences"),
    "rationale": ("but-for", "the but-for form"),
    "severity": ("severity", "class and severity"),
    "codes": ("codes", "the codes"),
}


@dataclass(frozen=True, slots=True)
class Stop:
    """What is wrong, and the place of the page where it is put right."""

    detail: str
    anchor: str
    place: str


@dataclass(frozen=True, slots=True)
class Row:
    """One rule of the gate."""

    state: RuleState
    first: tuple[Stop, ...]
    rest: tuple[Stop, ...]


def row(state: RuleState, claims: Mapping[int, Claim]) -> Row:
    """Return a rule with its stops; `claims` are those of the text that is shown, by place."""
    stops = tuple(_stop(failure, claims) for failure in state.failures)
    return Row(state, stops[:SHOWN], stops[SHOWN:])


def _stop(failure: Failure, claims: Mapping[int, Claim]) -> Stop:
    claim = claims.get(failure.sentence or 0)
    if failure.part == "sentences" and claim:
        return Stop(failure.detail, f"claim-{claim.pk}", f"sentence {claim.n}")
    return Stop(failure.detail, *SECTIONS[failure.part])
