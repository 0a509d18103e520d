"""Latest, and the archive by year and month."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wires.pages import keyset
from wires.pages.shown import listed


@require_safe
def latest(request: HttpRequest) -> HttpResponse:
    page = keyset.WIRES.page(listed(), request.GET)
    return render(request, "wires/latest.html", {"page": page})


@require_safe
def archive(request: HttpRequest) -> HttpResponse:
    months = listed().datetimes("first_published_at", "month", order="DESC")
    return render(request, "wires/archive.html", {"months": list(months)})


@require_safe
def archive_year(request: HttpRequest, year: str) -> HttpResponse:
    wires = listed().filter(first_published_at__year=year)
    months = list(wires.datetimes("first_published_at", "month"))
    if not months:
        raise Http404(f"Nothing was published in {year}.")
    page = keyset.WIRES.page(wires, request.GET)
    context = {"year": year, "months": months, "page": page}
    return render(request, "wires/archive-year.html", context)


@require_safe
def archive_month(request: HttpRequest, year: str, month: str) -> HttpResponse:
    wires = listed().filter(first_published_at__year=year, first_published_at__month=month)
    page = keyset.WIRES.page(wires, request.GET)
    if not page.rows:
        raise Http404(f"Nothing was published in {year}-{month}.")
    return render(request, "wires/archive-month.html", {"year": year, "page": page})
