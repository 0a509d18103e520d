"""Which other wires may tell the same event, and what speaks for it. It decides nothing.

First come those that may be of the same event: no further apart than a window of days and with an
entity in common, as far as either is known. Among them, and among what fills up the rest, the
nearer text comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, prefetch_related_objects
from pgvector.django import CosineDistance

from classifier import engine
from wires.models import Alias, Embedding, Provider, Version, Wire, WireQuerySet

SHOWN = 3
NEAR = 24  # texts of each part by their vectors, among which the words decide too
_ANY = ~Q(pk__in=())  # an empty condition would be left out of an "or"
WINDOW = timedelta(days=31)  # a day of an event is often given as that of its first report


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
    prefetch_related_objects([version.wire], "providers", "aliases")
    near = _near(version, vector, encoder)
    corpus = [
        engine.Document(key, _text(text.row.version), tuple(text.row.vector))
        for key, text in near.items()
    ]
    matches = engine.similar(_text(version), vector, corpus, limit=len(corpus))
    found = []
    for match in sorted(matches, key=lambda match: not near[match.id].may_be)[:SHOWN]:
        other = near[match.id].row.version.wire
        agreement = Agreement.between(version.wire, other)
        found.append(Likeness(other.public_id, round(match.score, 4), agreement))
    return found


@dataclass(frozen=True, slots=True)
class _Text:
    """A text that is near, and whether it may be of the same event."""

    row: Embedding
    may_be: bool


def _near(version: Version, vector: engine.Vector, encoder: str) -> dict[str, _Text]:
    """Return the nearest texts of wires that may be of the same event, and the nearest of all."""
    texts = Embedding.objects.filter(
        encoder=encoder, version__wire__current=F("version"), version__wire__in=_standing()
    ).exclude(version__wire=version.wire_id)
    distance = CosineDistance("vector", list(vector))
    # Not the column's own order: few are left, and the index would look among all the others.
    admitted = _nearest(texts.filter(_may_be(version.wire)), distance + 0.0)
    with transaction.atomic():
        _search_on()
        overall = _nearest(texts, distance)
    rows = Embedding.objects.filter(pk__in={*admitted, *overall}).select_related(
        "version__wire"
    )
    loaded = rows.prefetch_related("version__wire__providers", "version__wire__aliases")
    return {str(row.version_id): _Text(row, row.pk in admitted) for row in loaded}


def _nearest(texts: QuerySet[Embedding], distance: Any) -> list[int]:
    ordered = texts.annotate(distance=distance).order_by("distance", "pk")
    return [pk for pk, _ in ordered.values_list("pk", "distance")[:NEAR]]


def _search_on() -> None:
    """Have the index searched until enough rows pass the filter, to the transaction's end.

    Else it gives its nearest forty of all texts, and the filter takes from these alone.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('hnsw.iterative_scan', 'strict_order', true)")


def _may_be(wire: Wire) -> Q:
    """Keep what may be of the same event as a wire; what is not known speaks against nothing.

    An id that both have in another database says more than dates and parties.
    """
    names = _names(wire)
    other = OuterRef("version__wire")
    shared = Q(Exists(Alias.objects.filter(wire=other, name__in=names)))
    shared |= Q(version__wire__public_id__in=names)
    return shared | _at_the_time(wire) & _by_the_same(wire)


def _at_the_time(wire: Wire) -> Q:
    if wire.occurred_on is None:
        return _ANY
    window = (wire.occurred_on - WINDOW, wire.occurred_on + WINDOW)
    unknown = Q(version__wire__occurred_on__isnull=True)
    return unknown | Q(version__wire__occurred_on__range=window)


def _by_the_same(wire: Wire) -> Q:
    mine = _providers(wire)
    if not mine:
        return _ANY
    named = Provider.objects.filter(wires=OuterRef("version__wire"))
    return Q(Exists(named.filter(name__in=mine))) | ~Q(Exists(named))


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
