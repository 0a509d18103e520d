"""The queue: every wire, those that wait for the desk first, the oldest of them first."""

# ruff: noqa: ARG002 - the signatures are Django's

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, cast

from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from unfold.views import ChangeList

from wires import gate
from wires.admin import dashboard, texts
from wires.admin.review import address, review
from wires.admin.roles import DeskAdmin
from wires.admin.similar import beside
from wires.admin.versions import compare
from wires.models import Claim, Coding, Proposal, Wire, WireQuerySet

STOPS = Q(current__claims__dismissed_at__isnull=True) & (
    Q(current__claims__verdict=Claim.Verdict.CONTRADICTED)
    | Q(
        current__claims__verdict__in=[Claim.Verdict.UNSUPPORTED, Claim.Verdict.UNCHECKED],
        current__claims__override_note="",
    )
)


class Shown(admin.SimpleListFilter):
    """Waiting wires, until a state, a search or everything is asked for."""

    title = "shown"
    parameter_name = "shown"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("everything", "Everything")]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        everything = self.value() == "everything"
        parameters = changelist.get_query_string
        yield from (
            {
                "selected": not everything,
                "query_string": parameters(remove=[self.parameter_name]),
                "display": "Waiting",
            },
            {
                "selected": everything,
                "query_string": parameters({self.parameter_name: "everything"}),
                "display": "Everything",
            },
        )

    def queryset(self, request: HttpRequest, queryset: QuerySet[Wire]) -> QuerySet[Wire]:
        asked = any(
            request.GET.get(name) for name in ("state__exact", "q", "bulk", "attention")
        )
        if self.value() == "everything" or asked:
            return queryset
        return cast("WireQuerySet", queryset).in_queue()


class Age(admin.SimpleListFilter):
    """How long a wire has been with the desk."""

    title = "filed"
    parameter_name = "age"
    WAITS = (("1", "a day ago or more"), ("3", "three days ago or more"),
             ("7", "a week ago or more"), ("30", "a month ago or more"))  # fmt: skip

    def lookups(self, request: HttpRequest, model_admin: object) -> Sequence[tuple[str, str]]:
        return self.WAITS

    def queryset(self, request: HttpRequest, queryset: QuerySet[Wire]) -> QuerySet[Wire]:
        if self.value() not in dict(self.WAITS):
            return queryset
        return queryset.filter(filed_at__lte=Now() - timedelta(days=int(self.value() or 0)))


class Gate(admin.SimpleListFilter):
    """Which rule of the gate fails, as of the last act on a wire."""

    title = "gate"
    parameter_name = "gate"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        rules = [(str(n), f"rule {n} fails: {title}") for n, (title, _) in gate.RULES.items()]
        return [("open", "open"), ("closed", "closed"), *rules, ("unknown", "not known yet")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Wire]) -> QuerySet[Wire]:
        asked = self.value() or ""
        if asked in map(str, gate.RULES):
            return queryset.filter(closed_rules__contains=[int(asked)])
        known = {
            "open": Q(closed_rules=[]),
            "closed": Q(closed_rules__len__gt=0),
            "unknown": Q(closed_rules=None),
        }
        if asked not in known:
            return queryset.none() if asked else queryset
        return queryset.filter(known[asked])


class Attention(admin.SimpleListFilter):
    """What the first page of the desk calls for, all of it."""

    title = "calls for attention"
    parameter_name = "attention"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("overdue", "embargo is over, and it is not out"),
                ("alert", "sent back at its time"),
                ("asked", "a request is open")]  # fmt: skip

    def queryset(self, request: HttpRequest, queryset: QuerySet[Wire]) -> QuerySet[Wire]:
        called = {
            "overdue": dashboard.overdue().values("pk"),
            "alert": dashboard.alerts().values("wire"),
            "asked": dashboard.requests().values("wire"),
        }
        wires = called.get(self.value() or "")
        return queryset if wires is None else queryset.filter(pk__in=wires)


class Bulk(admin.SimpleListFilter):
    """Wires with codes that a batch put and no editor has reviewed."""

    title = "bulk codes"
    parameter_name = "bulk"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("open", "not yet reviewed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Wire]) -> QuerySet[Wire]:
        marked = Coding.objects.filter(origin=Coding.Origin.BULK).values("wire")
        return queryset.filter(pk__in=marked) if self.value() == "open" else queryset


class Queue(ChangeList):
    """Rows lead to their review page."""

    def url_for_result(self, result: Wire) -> str:
        return address(result.pk)


@admin.register(Wire)
class WireAdmin(DeskAdmin):
    """Wires are read here and changed on their review pages, never through a plain form."""

    list_display = ("wire", "headline", "in_state", "age", "severity", "to_decide", "failing",
                    "proposed")  # fmt: skip
    list_display_links = ("wire", "headline")
    list_filter = (
        Shown,
        Age,
        Gate,
        Attention,
        Bulk,
        "state",
        "event_class",
        "severity_reported",
        "severity_verified",
    )
    list_before_template = "admin/wires/wire/states.html"
    search_fields = ("public_id", "current__headline")
    ordering = ("filed_at", "pk")

    def get_queryset(self, request: HttpRequest) -> WireQuerySet:
        wires: WireQuerySet = super().get_queryset(request).select_related("current")
        return wires.annotate(
            stops=Count("current__claims", filter=STOPS),
            has_proposal=Exists(Proposal.objects.filter(version=OuterRef("current"))),
        )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Queue

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("file/", self.admin_site.admin_view(texts.file), name="wires_wire_file"),
            path(
                "<int:wire_id>/review/",
                self.admin_site.admin_view(review),
                name="wires_wire_review",
            ),
            path(
                "<int:wire_id>/compare/",
                self.admin_site.admin_view(compare),
                name="wires_wire_compare",
            ),
            path(
                "<int:wire_id>/beside/<int:other_id>/",
                self.admin_site.admin_view(beside),
                name="wires_wire_beside",
            ),
            path(
                "<int:wire_id>/revise/",
                self.admin_site.admin_view(texts.revise),
                name="wires_wire_revise",
            ),
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        if not object_id.isdecimal():
            raise Http404("A wire's number at the desk has digits only.")
        return redirect("admin:wires_wire_review", wire_id=int(object_id))

    @admin.display(description="wire", ordering="public_id")
    def wire(self, wire: Wire) -> SafeString:
        return format_html('<span class="desk-id">{}</span>', wire)

    @admin.display(description="headline", ordering="current__headline")
    def headline(self, wire: Wire) -> SafeString:
        words = wire.current.headline if wire.current else "no text"
        return format_html('<span class="desk-headline">{}</span>', words)

    @admin.display(description="state", ordering="state")
    def in_state(self, wire: Wire) -> str:
        return wire.get_state_display().capitalize()

    @admin.display(description="filed", ordering="filed_at")
    def age(self, wire: Wire) -> SafeString:
        return format_html(
            '<time datetime="{}" title="{} UTC">{} ago</time>', wire.filed_at.isoformat(),
            f"{wire.filed_at:%d %b %Y, %H:%M}", timesince(wire.filed_at, depth=1),
        )  # fmt: skip

    @admin.display(description="reported / verified")
    def severity(self, wire: Wire) -> str:
        return f"{wire.severity_reported or '-'} / {wire.severity_verified or '-'}"

    @admin.display(description="open sentences", ordering="stops")
    def to_decide(self, wire: Wire) -> int:
        return wire.stops  # type: ignore[attr-defined, no-any-return] # annotated above

    @admin.display(description="gate")
    def failing(self, wire: Wire) -> str:
        if wire.closed_rules is None:
            return "not known yet"
        rules = ", ".join(map(str, wire.closed_rules))
        return f"closed by {rules}" if rules else "open"

    @admin.display(description="proposal")
    def proposed(self, wire: Wire) -> str:
        return "made" if wire.has_proposal else "awaited"  # type: ignore[attr-defined] # annotated
