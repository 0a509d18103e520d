"""The wires whose but-for text is the same formula as this one's, with other names in it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add, attrgetter

from django.db.models import Case, Value, When
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from classifier import engine
from wires.models import Rationale, Wire

SLOTS = ("system", "act", "harm", "counterfactual")
SHARED_AT_MOST = 3  # wires that may share a formula before it counts as boilerplate
COMPARED = 30  # texts that are compared word for word, whatever the archive's size
PROBES = {"act": 3, "harm": 3, "counterfactual": 8}  # stretches of each slot


def shared_with(rationale: Rationale, providers: Sequence[str]) -> list[str]:
    """Return the ids of the other wires with the same formula, as a whole or without the account.

    The database counts which stretches of this text stand in each other one, and only those
    that hold the most are read. Discarded wires do not count.
    """
    others = _nearest(rationale)
    known = [[provider.name for provider in other.wire.providers.all()] for other in others]
    alike = set[str]()
    for read in (_slots, _counterfactual):
        texts = [(read(other), names) for other, names in zip(others, known, strict=True)]
        shares = engine.wordings(read(rationale), providers, texts)
        alike |= {
            other.wire.public_id
            for other, share in zip(others, shares, strict=True)
            if share >= engine.SAME_FORMULA
        }
    return sorted(alike)


def _nearest(rationale: Rationale) -> list[Rationale]:
    """Return those that hold the most stretches of this one, each in the same slot."""
    held = [
        Case(When(GreaterThan(StrIndex(slot, Value(probe)), 0), then=1), default=0)
        for slot, most in PROBES.items()
        for probe in engine.probes(getattr(rationale, slot), limit=most)
    ]
    if not held:
        return []
    others = Rationale.objects.exclude(pk=rationale.pk).exclude(
        wire__state=Wire.State.DISCARDED
    )
    return list(
        others.annotate(held=reduce(add, held))
        .order_by("-held", "pk")
        .select_related("wire")
        .prefetch_related("wire__providers")[:COMPARED]
    )


def _slots(rationale: Rationale) -> list[str]:
    return list(attrgetter(*SLOTS)(rationale))


def _counterfactual(rationale: Rationale) -> list[str]:
    return [rationale.counterfactual]
