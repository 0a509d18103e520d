"""Pages that take a text and its sources: filing a wire, and giving one a new text."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from wires import lifecycle
from wires.admin.attempt import check_is_newest
from wires.admin.filing import FileForm, ReviseForm, SourceFormSet, TextForm, filed_sources
from wires.admin.review import address
from wires.admin.roles import person
from wires.models import Wire
from wires.refusals import NotAllowedError, RefusedError


def file(request: HttpRequest) -> HttpResponse:
    """Take a new wire."""
    form, sources = _forms(request, FileForm)
    if _is_complete(request, form, sources):
        filing = form.filing(filed_sources(sources))
        try:
            wire, is_new = lifecycle.file(filing, by=person(request))
        except RefusedError as error:
            return _page(request, form, sources, refused=error)
        if is_new:
            messages.success(request, f"Filed as {wire}.")
        else:
            messages.warning(request, f"The same text is filed already, as {wire}.")
        return redirect(address(wire.pk))
    return _page(request, form, sources)


def revise(request: HttpRequest, wire_id: int) -> HttpResponse:
    """Take a new version of a wire's text, with what changed and any new sources."""
    wire = get_object_or_404(Wire.objects.select_related("current"), pk=wire_id)
    newest = wire.versions.latest()
    cited = list(newest.citations.select_related("source").defer("source__text"))
    form, sources = _forms(
        request,
        ReviseForm,
        {"headline": newest.headline, "body": newest.body, "version": newest.number},
        taken={citation.key for citation in cited},
    )
    shown = {"wire": wire, "cited": cited, "newest": newest}
    if _is_complete(request, form, sources):
        try:
            check_is_newest(wire, str(form.cleaned_data["version"]))
            made = lifecycle.revise(
                wire.pk, by=person(request), headline=form.cleaned_data["headline"],
                body=form.cleaned_data["body"].content, note=form.cleaned_data["note"],
                sources=filed_sources(sources),
            )  # fmt: skip
        except RefusedError as error:
            return _page(request, form, sources, refused=error, shown=shown)
        where = "waits until it is put in place" if wire.is_public else "is the text now"
        messages.success(request, f"Version {made.number} of {wire} {where}.")
        return redirect(address(wire.pk))
    return _page(request, form, sources, shown=shown)


def _forms(
    request: HttpRequest,
    form: type[TextForm],
    initial: dict[str, Any] | None = None,
    taken: frozenset[str] | set[str] = frozenset(),
) -> tuple[Any, Any]:
    """Return the form and its sources: empty, as posted, or as posted with one more source."""
    if request.method != "POST":
        return form(initial=initial), SourceFormSet(taken=taken)
    if "more" in request.POST:
        typed = SourceFormSet(request.POST, taken=taken)
        rows = [{name: row[name].value() for name in row.fields} for row in typed]
        return form(initial=request.POST.dict()), SourceFormSet(initial=rows, taken=taken)
    return form(request.POST), SourceFormSet(request.POST, taken=taken)


def _is_complete(request: HttpRequest, form: Any, sources: Any) -> bool:
    return bool(
        request.method == "POST" and form.is_bound and form.is_valid() and sources.is_valid()
    )


def _page(
    request: HttpRequest,
    form: Any,
    sources: Any,
    *,
    refused: RefusedError | None = None,
    shown: dict[str, Any] | None = None,
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": f"New text of {shown['wire']}" if shown else "File a wire",
        "form": form,
        "sources": sources,
        "refused": refused,
        **(shown or {}),
    }
    return render(
        request, "admin/wires/wire/text.html", context, status=_status(refused, form)
    )


def _status(refused: RefusedError | None, form: Any) -> int:
    if refused is None:
        return 422 if form.is_bound else 200
    return 403 if isinstance(refused, NotAllowedError) else 409
