"""What the archive answers to a filing, as one JSON value: gate, claims and proposal."""

from __future__ import annotations

from typing import Any

from wires import blind, gate
from wires.models import Claim, Proposal, Version, Wire

ROUND = 4


def of(wire: Wire, *, duplicate_of: str | None) -> dict[str, Any]:
    """Return the report on a wire's current text, as far as the worker has come."""
    version = wire.current
    if version is None:
        raise ValueError(f"{wire} has no text")
    failures = gate.failures(wire)
    claims = version.claims.select_related("citation")
    return {
        "wire": wire.public_id,
        "duplicate_of": duplicate_of,
        "gate": {
            "open": not failures,
            "failures": [
                {"rule": failure.rule, "detail": failure.detail} for failure in failures
            ],
        },
        "claims": [_claim(claim) for claim in claims],
        "proposal": _proposal(version),
    }


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "text": claim.text,
        "verdict": claim.verdict,
        "basis": claim.basis or None,
        "passage": claim.passage or None,
        "source": claim.citation.key if claim.citation else None,
        "missing": claim.missing,
    }


def _proposal(version: Version) -> dict[str, Any] | None:
    proposal = Proposal.objects.filter(version=version).first()
    if proposal is None:
        return None
    if Proposal.objects.hidden().filter(pk=proposal.pk).exists():
        return {"hidden": blind.WHY}
    codes = proposal.codes.select_related("code")
    return {
        "codes": [
            {
                "code": row.code.code,
                "score": round(row.score, ROUND),
                "probability": row.probability,
                "ticked": row.ticked,
            }
            for row in codes
        ],
        "severity": {
            "factors": {name: factor["value"] for name, factor in proposal.factors.items()},
            "level": proposal.level,
        },
        "rationale": {
            slot: proposal.rationale.get(slot)
            for slot in ("system", "act", "harm", "counterfactual")
        },
    }
