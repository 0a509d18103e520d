"""Pages of the vault: one document, those that are asked for, and one that is uploaded."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from io import BytesIO
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from wires import desk, gate, tasks, vault
from wires.admin import difference
from wires.admin.acts import sources as fields
from wires.admin.attempt import DEADLOCKED, is_deadlock
from wires.admin.review import address as review_of
from wires.admin.roles import person
from wires.models import Citation, Fetch, Look, Source, User, Wire
from wires.models.user import Role
from wires.refusals import GateClosedError, NotAllowedError, RefusedError

WIRES = 100
LOOKS = 30
TOLD = {told.name for told in dataclasses.fields(vault.Description)}
FETCHES = 100
KINDS = {
    ".pdf": "application/pdf", ".html": "text/html", ".htm": "text/html",
    ".xhtml": "application/xhtml+xml", ".txt": "text/plain", ".md": "text/plain",
}  # fmt: skip
# The first ending of each kind is its usual one.
ENDINGS = {kind: ending for ending, kind in reversed(KINDS.items())}


class DescriptionForm(forms.Form):
    title = forms.CharField(max_length=300, required=False)
    url = fields.web_address()
    publisher = forms.CharField(max_length=200, required=False)
    published_on = forms.DateField(
        label="Date",
        required=False,
        # A browser's field for dates takes this spelling alone; another would read as empty.
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    tier = fields.tier()
    group = fields.group()
    archive_url = fields.web_address("Copy in a public web archive")

    def described(self) -> vault.Description:
        return vault.Description(
            **{name: self.cleaned_data[name] for name in self.fields if name in TOLD}
        )


class DescribeForm(DescriptionForm):
    """A document of the vault, which may be a public record."""

    reports = fields.reports()


class UploadForm(DescriptionForm):
    """A document at hand, and the wire that is to cite it, if there is one already."""

    file = forms.FileField(
        help_text="A PDF, a saved web page or a plain text. It is kept as it is, and its text is read."
    )
    wire = forms.CharField(
        label="Cite it in", max_length=20, required=False, help_text="Such as AIW-2025-0001."
    )
    key = fields.key()

    field_order = ("file", "wire", "key")

    def clean_wire(self) -> Wire | None:
        name = self.cleaned_data["wire"].strip()
        found = Wire.objects.filter(public_id=name).first()
        if name and found is None:
            raise ValidationError(f"There is no wire {name}.")
        return found

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if self._ending(file) not in KINDS:
            raise ValidationError(f"Only {', '.join(KINDS)} can be read.")
        return file

    @property
    def content_type(self) -> str:
        return KINDS[self._ending(self.cleaned_data["file"])]

    @staticmethod
    def _ending(file: UploadedFile) -> str:
        name = (file.name or "").lower()
        return name[name.rfind(".") :]


class FetchForm(forms.Form):
    url = fields.web_address(required=True)
    publisher = forms.CharField(
        max_length=200, required=False, help_text="Left empty, as the page says."
    )
    tier = fields.tier()
    group = fields.group()


@dataclass(frozen=True)
class Page:
    """A document of the vault as an editor reads it, in a fixed number of queries."""

    source: Source
    by: User
    form: DescribeForm

    @property
    def is_linked(self) -> bool:
        """Say whether its address may be a link: a filing may have had anything there."""
        return self.source.url.startswith(("https://", "http://"))

    @cached_property
    def may_describe(self) -> bool:
        return self.by.has_role(Role.EDITOR)

    @cached_property
    def may_look(self) -> bool:
        return self.may_describe and vault.can_be_looked_at(self.source)

    @cached_property
    def cited(self) -> list[tuple[Wire, str]]:
        """The wires that cite it, with the newest version's key, those of now first."""
        rows = Citation.objects.filter(source=self.source)
        rows = rows.select_related("version__wire__current").defer(
            "version__body", "version__wire__record", "version__wire__current__body"
        )
        found: dict[int, tuple[Wire, str]] = {}
        for row in rows.order_by("-version__wire", "-version__number")[:WIRES]:
            found.setdefault(row.version.wire_id, (row.version.wire, row.key))
        return list(found.values())

    @property
    def descriptions(self) -> list[dict[str, Any]]:
        """What was said of it after it was stored, the newest first."""
        rows = self.source.descriptions
        return [{**row, "at": datetime.fromisoformat(row["at"])} for row in reversed(rows)]

    @cached_property
    def looks(self) -> list[Look]:
        return list(self.source.looks.defer("text")[:LOOKS])

    @cached_property
    def changed(self) -> Look | None:
        """The newest look that read another text, while that is what is known of the address."""
        if self.source.fate != Source.Fate.CHANGED:
            return None
        return self.source.looks.filter(finding=Look.Finding.CHANGED).first()

    @cached_property
    def difference(self) -> list[difference.Line]:
        return difference.lines(self.source.text, self.changed.text) if self.changed else []


def page(request: HttpRequest, source_id: int) -> HttpResponse:
    """Show a document of the vault, or do what its forms post."""
    source = get_object_or_404(Source.objects.select_related("added_by"), pk=source_id)
    shown = {name: getattr(source, name) for name in DescribeForm.base_fields}
    form, refused = DescribeForm(initial=shown, label_suffix=""), None
    if request.method == "POST":
        try:
            if "describe" in request.POST:
                form = DescribeForm(request.POST, label_suffix="")
                said = _describe(source, form, person(request))
            else:
                said = _look(source, person(request))
        except RefusedError as error:
            refused = error
        except OperationalError as error:
            if not is_deadlock(error):
                raise
            refused = RefusedError(DEADLOCKED)
        else:
            if said:
                messages.success(request, said)
                return redirect("admin:wires_source_change", source.pk)
    context = {"page": Page(source, person(request), form), "source": source, "form": form}
    return _rendered(request, "source", str(source), context, form, refused)


def original(request: HttpRequest, source_id: int) -> HttpResponseBase:
    """Hand out a document as it came. It is saved, never shown: it may hold anybody's script."""
    filed_with_bytes = Source.objects.exclude(original_sha256="").defer("text")
    source = get_object_or_404(filed_with_bytes, pk=source_id)
    body = vault.original(source)
    if body is None:
        messages.error(
            request,
            f"The file {source.original_sha256} of the vault is missing or damaged; put it back "
            "from a backup. The stored text is in the database, and as it was.",
        )
        return redirect("admin:wires_source_change", source.pk)
    name = f"{source.original_sha256[:12]}{ENDINGS.get(source.media_type, '')}"
    return FileResponse(
        BytesIO(body),
        as_attachment=True,
        filename=name,
        content_type="application/octet-stream",
    )


def fetches(request: HttpRequest) -> HttpResponse:
    """Ask for documents of the web, and see what became of those asked for."""
    form, refused = FetchForm(request.POST or None, label_suffix=""), None
    if request.method == "POST":
        try:
            said = _ask(request, form)
        except RefusedError as error:
            refused = error
        else:
            if said:
                messages.success(request, said)
                return redirect("admin:wires_source_fetches")
    rows = Fetch.objects.select_related("wire", "asked_by", "source").defer("source__text")
    is_editor = person(request).has_role(Role.EDITOR)
    context = {"form": form, "fetches": rows[:FETCHES], "may_ask": is_editor}
    return _rendered(request, "fetches", "Fetches", context, form, refused)


def upload(request: HttpRequest) -> HttpResponse:
    """Take a document that somebody has at hand, and cite it where that is wanted."""
    form, refused = UploadForm(initial=request.GET.dict(), label_suffix=""), None
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES, label_suffix="")
    if form.is_valid():
        try:
            source = vault.upload(
                form.cleaned_data["file"].read(), form.described(),
                content_type=form.content_type, by=person(request),
            )  # fmt: skip
        except RefusedError as error:
            refused = error
        else:
            return _uploaded(request, source, form)
    return _rendered(request, "upload", "Upload a document", {"form": form}, form, refused)


def _describe(source: Source, form: DescribeForm, by: User) -> str:
    if not form.is_valid():
        return ""
    vault.describe(source.pk, form.described(), by=by)
    for wire in Wire.objects.in_queue().filter(current__citations__source=source):
        desk.renew(wire.pk)
    return "It is described so now; the wires that cite it say so in their history."


def _look(source: Source, by: User) -> str:
    if not by.has_role(Role.EDITOR):
        raise NotAllowedError(f"{by.username} is no {Role.EDITOR.value}, and this needs one.")
    if not vault.can_be_looked_at(source):
        raise RefusedError("Only a document that was fetched can be held against its address.")
    tasks.queue(tasks.look_at, source.pk)
    return "Its address is being looked at: reload this page in a moment."


def _ask(request: HttpRequest, form: FetchForm) -> str:
    if again := request.POST.get("again", ""):
        asked = get_object_or_404(Fetch, pk=int(again) if again.isdecimal() else 0)
        asked = vault.retry(asked.pk, by=person(request))
    elif form.is_valid():
        asked = vault.ask_fetch(by=person(request), **form.cleaned_data)
    else:
        return ""
    tasks.queue(tasks.fetch_source, asked.pk)
    return f"{asked.url} is being fetched: reload this page in a moment."


def _uploaded(request: HttpRequest, source: Source, form: UploadForm) -> HttpResponse:
    wire: Wire | None = form.cleaned_data["wire"]
    messages.success(request, f"“{source}” is in the vault.")
    if wire is not None:
        try:
            version = vault.cite(
                wire.pk, source.pk, by=person(request), key=form.cleaned_data["key"]
            )
        except RefusedError as error:
            messages.error(request, f"It is not cited: {error}")
        else:
            tasks.queue(tasks.recheck_claims, version.pk)
            messages.success(
                request, "The text cites it; its sentences are being checked anew."
            )
            return redirect(f"{review_of(wire.pk)}#sources")
    return redirect("admin:wires_source_change", source.pk)


def _rendered(
    request: HttpRequest,
    name: str,
    title: str,
    context: dict[str, Any],
    form: forms.Form,
    refused: RefusedError | None,
) -> HttpResponse:
    details: list[str] = []
    if isinstance(refused, GateClosedError):
        failures = [row for row in refused.failures if isinstance(row, gate.Failure)]
        details = [f"Rule {row.rule}: {row.detail}" for row in failures]
    status = 422 if form.is_bound and form.errors else 200
    if refused is not None:
        status = 403 if isinstance(refused, NotAllowedError) else 409
    whole = {
        **admin.site.each_context(request),
        "title": title,
        "refused": refused,
        "details": details,
        "vault_url": reverse("admin:wires_source_changelist"),
        **context,
    }
    return render(request, f"admin/wires/source/{name}.html", whole, status=status)
