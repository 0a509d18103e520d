"""Wires that look like another one, in words, and two wires side by side."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import admin
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from wires.models import Claim, Proposal, Source, Wire
from wires.similar import Agreement, Likeness

OPENING = 4  # sentences of each text that stand side by side
WEEK, MONTH = 7, 31


@dataclass(frozen=True, slots=True)
class Similar:
    """Another wire, how alike the texts are, and what else agrees, in words."""

    wire: Wire
    score: float
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """A wire as one of two columns."""

    wire: Wire
    opening: tuple[str, ...]
    codes: tuple[str, ...]


def shown(proposal: Proposal | None) -> list[Similar]:
    """Return what a proposal found, in its order; a wire that has gone since is said to be."""
    found = [Likeness.from_json(row) for row in proposal.similar] if proposal else []
    wires = Wire.objects.select_related("current", "merged_into").in_bulk(
        [likeness.wire for likeness in found], field_name="public_id"
    )
    return [
        Similar(wires[likeness.wire], likeness.score, words(likeness.agreement))
        for likeness in found
        if likeness.wire in wires
    ]


def words(agreement: Agreement) -> tuple[str, ...]:
    return (
        _apart(agreement.days),
        f"both name {', '.join(agreement.providers)}" if agreement.providers
        else "no provider in common",
        f"shares {', '.join(agreement.names)}" if agreement.names else "no id in common",
    )  # fmt: skip


def beside(request: HttpRequest, wire_id: int, other_id: int) -> HttpResponse:
    """Show two wires side by side, so that a person can tell whether they tell one event."""
    wires = Wire.objects.select_related("current", "merged_into").prefetch_related(
        "providers",
        "aliases",
        "codings__code",
        Prefetch("current__claims", Claim.objects.order_by("n")),
        Prefetch("current__citations__source", Source.objects.defer("text")),
    )
    found = wires.in_bulk([wire_id, other_id])
    if len(found) != len({wire_id, other_id}) or wire_id == other_id:
        raise Http404("Two wires are compared, and one of these is not there.")
    one, other = found[wire_id], found[other_id]
    context = {
        **admin.site.each_context(request),
        "title": f"{one} beside {other}",
        "columns": [_column(one), _column(other)],
        "said": words(Agreement.between(one, other)),
        "is_fullwidth": "1",
    }
    return render(request, "admin/wires/wire/beside.html", context)


def _column(wire: Wire) -> Beside:
    claims = wire.current.claims.all()[:OPENING] if wire.current else []
    codings = [f"{row.code} {row.code.title}, {row.rank_word}" for row in wire.codings.all()]
    return Beside(wire, tuple(claim.text for claim in claims), tuple(codings))


def _apart(days: int | None) -> str:
    if days is None:
        return "the date of one is not known"
    if days == 0:
        return "on the same day"
    apart = f"{days} day{'' if days == 1 else 's'} apart"
    if days <= WEEK:
        return f"within a week, {apart}"
    return f"within a month, {apart}" if days <= MONTH else apart
