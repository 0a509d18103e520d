"""Two versions of a wire held against each other."""

from __future__ import annotations

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from wires.admin import diff
from wires.models import Citation, Version, Wire


def compare(request: HttpRequest, wire_id: int) -> HttpResponse:
    """Show what changed from `?old=1` to `?new=2`; without them, what the newest changed."""
    wire = get_object_or_404(Wire, pk=wire_id)
    versions = list(wire.versions.select_related("made_by").order_by("number"))
    numbers = {str(version.number): version for version in versions}
    new = _asked(request, "new", numbers, versions[-1])
    old = _asked(request, "old", numbers, versions[max(versions.index(new) - 1, 0)])
    context = {
        **admin.site.each_context(request),
        "title": f"{wire}, version {old.number} and {new.number}",
        "wire": wire,
        "versions": versions,
        "old": old,
        "new": new,
        "headline": diff.parts(old.headline, new.headline),
        "body": diff.parts(old.body, new.body),
        "gone": _sources(old, without=new),
        "came": _sources(new, without=old),
    }
    return render(request, "admin/wires/wire/compare.html", context)


def _sources(version: Version, *, without: Version) -> list[Citation]:
    """Return the citations of a version that another one has not: another key or document."""
    others = set(without.citations.values_list("key", "source"))
    cited = version.citations.select_related("source").defer("source__text")
    return [row for row in cited if (row.key, row.source_id) not in others]


def _asked(
    request: HttpRequest, name: str, known: dict[str, Version], default: Version
) -> Version:
    number = request.GET.get(name)
    if number is not None and number not in known:
        raise Http404(f"There is no version {number}.")
    return known[number] if number else default
