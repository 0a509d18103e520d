"""The review page of one wire: it shows a sheet, and does what its forms post."""

from __future__ import annotations

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from wires.admin.attempt import Done, Refusal, attempt
from wires.admin.roles import person
from wires.admin.sheet import Sheet
from wires.models import Wire


def review(request: HttpRequest, wire_id: int) -> HttpResponse:
    """Show one wire, or do one thing to it and come back to the same place of the page."""
    get_object_or_404(Wire, pk=wire_id)
    refusal = None
    if request.method == "POST":
        outcome = attempt(request.POST, wire_id, person(request))
        if isinstance(outcome, Done):
            messages.success(request, outcome.message, extra_tags=outcome.anchor)
            return redirect(f"{address(wire_id)}#{outcome.anchor}")
        refusal = outcome
    return _page(request, wire_id, refusal)


def address(wire_id: int) -> str:
    return reverse("admin:wires_wire_review", args=[wire_id])


def _page(request: HttpRequest, wire_id: int, refusal: Refusal | None) -> HttpResponse:
    wires = Wire.objects.select_related("current", "filed_by", "scheduled_by", "merged_into")
    wire = wires.prefetch_related("providers", "aliases").get(pk=wire_id)
    context = {
        **admin.site.each_context(request),
        "title": f"{wire.public_id}, review",
        "sheet": Sheet(wire, person(request), refusal),
        "wire": wire,
        "refusal": refusal,
        # Said at the top, and once more where the page goes on after the act.
        "said": list(messages.get_messages(request)),
        "review_url": address(wire_id),
        "is_fullwidth": "1",
    }
    status = refusal.status if refusal else 200
    return render(request, "admin/wires/wire/review.html", context, status=status)
