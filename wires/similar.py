"""Which other wires may tell the same event, and what speaks for it. It decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import F, prefetch_related_objects
from pgvector.django import CosineDistance

from classifier import engine
from wires.models import Embedding, Version, Wire, WireQuerySet

SHOWN = 3
NEAR = 24  # texts by their vectors, among which the words decide too


@dataclass(frozen=True, slots=True)
class Agreement:
    """What two wires have in common: days between their events, providers, and other ids.

    `days` is None where the date of one is not known.
    """

    days: int | None
    providers: tuple[str, ...]
    names: tuple[str, ...]

    @classmethod
    def between(cls, one: Wire, other: Wire) -> Agreement:
        apart = (
            abs((one.occurred_on - other.occurred_on).days)
            if one.occurred_on and other.occurred_on
            else None
        )
        return cls(
            apart,
            tuple(sorted(_providers(one) & _providers(other))),
            tuple(sorted(_names(one) & _names(other))),
        )


@dataclass(frozen=True, slots=True)
class Likeness:
    """Another wire; `score` is the mean of the cosines of meaning and of words, 0 to 1."""

    wire: str
    score: float
    agreement: Agreement

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Likeness:
        """Read a stored one; what an older proposal did not compare is not known."""
        return cls(
            data["wire"],
            data["score"],
            Agreement(
                data.get("days"),
                tuple(data.get("providers", ())),
                tuple(data.get("names", ())),
            ),
        )

    def as_json(self) -> dict[str, Any]:
        return {"wire": self.wire, "score": self.score, **asdict(self.agreement)}


def likely(version: Version, vector: engine.Vector, *, encoder: str) -> list[Likeness]:
    """Return the wires whose current texts are most like this one, best first.

    It is for the desk's eyes only: wires that wait are among them. Those that were discarded
    or merged away are not. Takes a fixed number of queries.
    """
    near = {str(row.version_id): row for row in _near(version, vector, encoder)}
    corpus = [
        engine.Document(key, _text(row.version), tuple(row.vector))
        for key, row in near.items()
    ]
    prefetch_related_objects([version.wire], "providers", "aliases")
    found = []
    for match in engine.similar(_text(version), vector, corpus, limit=SHOWN):
        other = near[match.id].version.wire
        agreement = Agreement.between(version.wire, other)
        found.append(Likeness(other.public_id, round(match.score, 4), agreement))
    return found


def _near(version: Version, vector: engine.Vector, encoder: str) -> list[Embedding]:
    texts = Embedding.objects.filter(
        encoder=encoder, version__wire__current=F("version"), version__wire__in=_standing()
    ).exclude(version__wire=version.wire_id)
    nearest = texts.annotate(distance=CosineDistance("vector", list(vector)))
    return list(
        nearest.select_related("version__wire")
        .prefetch_related("version__wire__providers", "version__wire__aliases")
        .order_by("distance", "pk")[:NEAR]
    )


def _standing() -> WireQuerySet:
    known = Wire.objects.public() | Wire.objects.in_queue()
    return known.filter(merged_into__isnull=True)


def _providers(wire: Wire) -> set[str]:
    return {provider.name for provider in wire.providers.all()}


def _names(wire: Wire) -> set[str]:
    """Return the ids that other databases give to it, and its own: a merged wire's leads here."""
    return {wire.public_id, *(alias.name for alias in wire.aliases.all())}


def _text(version: Version) -> str:
    return f"{version.headline}\n\n{version.body}"
