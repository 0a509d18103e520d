"""Bulk classification: the register of batches, one batch, and the form that starts one."""

# ruff: noqa: ARG002 - the signatures are Django's

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse

from wires import batches, tasks
from wires.admin.acts.act import words
from wires.admin.roles import DeskAdmin, person
from wires.models import Batch, BatchItem, User, Wire
from wires.models.user import Role
from wires.refusals import NotAllowedError, RefusedError

PROBLEMS = 100  # wires that a page names
Progress = Batch.Progress
STATES = [
    Wire.State.DRAFT, Wire.State.IN_REVIEW, Wire.State.SCHEDULED, Wire.State.PUBLISHED,
    Wire.State.DISPUTED,
]  # fmt: skip
# What a button posts, what it says, and what is done.
ACTS: dict[str, tuple[str, Callable[..., Batch]]] = {
    "confirm": ("Let it go", batches.confirm),
    "decline": ("Decline it", batches.decline),
    "pause": ("Pause", batches.pause),
    "resume": ("Go on", batches.resume),
    "undo": ("Undo the whole batch", batches.undo),
}
OFFERED = {
    Progress.ASKED: ("confirm", "decline"),
    Progress.RUNNING: ("pause", "undo"),
    Progress.PAUSED: ("resume", "undo"),
    Progress.FINISHED: ("undo",),
}


class StartForm(forms.Form):
    kind = forms.ChoiceField(
        label="What it does",
        choices=[
            (Batch.Kind.CODES, "put the codes that the classifier ticked"),
            (Batch.Kind.PROPOSALS, "ask the active classifier again, and put nothing"),
        ],
        initial=Batch.Kind.CODES,
        widget=forms.RadioSelect,
        required=False,
    )
    title = forms.CharField(
        max_length=120,
        help_text="Readers see it beside codes that it puts, until an editor confirms them.",
    )
    states = forms.MultipleChoiceField(
        label="Wires that are",
        choices=words(list(STATES)),
        widget=forms.CheckboxSelectMultiple,
    )
    uncoded = forms.BooleanField(label="Only wires without any code", required=False)
    filed_until = forms.DateField(
        label="Filed until",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    use_required_attribute = False

    def selection(self) -> batches.Selection:
        given = self.cleaned_data
        return batches.Selection(
            tuple(given["states"]), uncoded=given["uncoded"], filed_until=given["filed_until"],
            kind=given["kind"] or Batch.Kind.CODES,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tally:
    """How many wires of a batch came to which end."""

    counts: tuple[tuple[str, int], ...]
    total: int
    done: int

    @classmethod
    def of(cls, batch: Batch) -> Tally:
        found = dict(batch.items.values_list("progress").annotate(Count("pk")))
        total = sum(found.values())
        waiting = found.get(BatchItem.Progress.WAITING, 0)
        counts = tuple((p.label.lower(), found[p]) for p in BatchItem.Progress if p in found)
        return cls(counts, total, total - waiting)


@admin.register(Batch)
class BatchAdmin(DeskAdmin):
    """Batches are read in a list, and acted on by the forms of their own page."""

    list_display = (
        "title",
        "kind",
        "progress",
        "started_at",
        "started_by",
        "decided_by",
        "wires",
        "to_review",
    )
    list_filter = ("progress", "kind")
    list_select_related = ("started_by", "decided_by")
    list_before_template = "admin/wires/batch/ways.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Batch]:
        found: QuerySet[Batch] = super().get_queryset(request)
        open_ones = Q(kind="codes", items__progress="applied", items__reviewed_at__isnull=True)
        return found.annotate(
            count=Count("items"), unreviewed=Count("items", filter=open_ones)
        )

    def get_urls(self) -> list[URLPattern]:
        start_view = self.admin_site.admin_view(start)
        return [path("start/", start_view, name="wires_batch_start"), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        return page(request, int(object_id) if object_id.isdecimal() else 0)

    @admin.display(description="wires", ordering="count")
    def wires(self, batch: Batch) -> int:
        return batch.count  # type: ignore[attr-defined, no-any-return] # annotated above

    @admin.display(description="not yet reviewed", ordering="unreviewed")
    def to_review(self, batch: Batch) -> int:
        return batch.unreviewed  # type: ignore[attr-defined, no-any-return] # annotated above


def start(request: HttpRequest) -> HttpResponse:
    """Show what a batch would touch; begin it once that has been seen."""
    form = StartForm(request.POST or None, label_suffix="")
    plan, refused = None, None
    if request.method == "POST" and form.is_valid():
        plan = batches.plan(form.selection())
        if "start" in request.POST:
            try:
                batch = _started(form, person(request))
            except RefusedError as error:
                refused = error
            else:
                messages.success(request, f"“{batch}” {_begun(batch)}")
                return redirect(_address(batch.pk))
    context = {"title": "Classify in bulk", "form": form, "plan": plan, "refused": refused}
    return _rendered(request, "start", context, refused, form)


def page(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Show one batch, or do to it what a button of its page posts."""
    batch = get_object_or_404(
        Batch.objects.select_related("classifier", "started_by", "decided_by"),
        pk=batch_id,
    )
    refused = None
    if request.method == "POST":
        try:
            done = _acted(request.POST.get("_act", ""), batch_id, person(request))
            messages.success(request, f"“{batch}” is {done.get_progress_display().lower()}.")
            return redirect(_address(batch_id))
        except RefusedError as error:
            refused = error
    problems = batch.items.exclude(problem="").select_related("wire")
    puts = batch.kind == Batch.Kind.CODES
    unreviewed = batch.items.filter(progress="applied", reviewed_at__isnull=True)
    context = {
        "title": batch.title,
        "batch": batch,
        "asked_for": _asked_for(batch),
        "history": [{**act, "at": datetime.fromisoformat(act["at"])} for act in batch.acts],
        "tally": Tally.of(batch),
        "problems": problems[:PROBLEMS],
        "unreviewed": unreviewed.select_related("wire")[:PROBLEMS] if puts else [],
        "report": None if puts else batches.report(batch),
        "acts": [(name, ACTS[name][0]) for name in _offered(batch, person(request))],
        "refused": refused,
    }  # fmt: skip
    return _rendered(request, "batch", context, refused)


def _asked_for(batch: Batch) -> str:
    """Return in words which wires were chosen when it began."""
    chosen = batch.selection
    states = ", ".join(Wire.State(state).label.lower() for state in chosen.get("states", ()))
    words = [f"wires that are {states}"]
    if chosen.get("uncoded"):
        words.append("without any code")
    if chosen.get("filed_until"):
        words.append(f"filed until {chosen['filed_until']}")
    return ", ".join(words)


def _started(form: StartForm, by: User) -> Batch:
    with transaction.atomic():
        batch = batches.start(form.cleaned_data["title"], form.selection(), by=by)
        tasks.queue(tasks.run_batch, batch.pk)
    return batch


def _acted(name: str, batch_id: int, by: User) -> Batch:
    if name not in ACTS:
        raise Http404("This page has no such act.")
    with transaction.atomic():
        batch = ACTS[name][1](batch_id, by=by)
        tasks.queue(tasks.run_batch, batch.pk)
    return batch


def _offered(batch: Batch, by: User) -> list[str]:
    if not by.has_role(Role.EDITOR):
        return []
    decides = by.has_role(Role.SENIOR) and batch.started_by_id != by.pk
    offered = OFFERED.get(Progress(batch.progress), ())
    return [name for name in offered if decides or name not in OFFERED[Progress.ASKED]]


def _begun(batch: Batch) -> str:
    if batch.progress == Progress.ASKED:
        return "is held by the brake: a senior editor who did not start it decides."
    return "has begun; reload its page to see how far it is."


def _address(batch_id: int) -> str:
    return reverse("admin:wires_batch_change", args=[batch_id])


def _rendered(
    request: HttpRequest,
    name: str,
    context: dict[str, object],
    refused: RefusedError | None,
    form: StartForm | None = None,
) -> HttpResponse:
    status = 200
    if refused:
        status = 403 if isinstance(refused, NotAllowedError) else 409
    elif form is not None and form.is_bound and not form.is_valid():
        status = 422
    whole = {**admin.site.each_context(request), **context}
    return render(request, f"admin/wires/batch/{name}.html", whole, status=status)
