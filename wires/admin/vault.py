"""The vault: every document with its text, what it is, and what has become of its address."""

# ruff: noqa: ARG002 - the signatures are Django's

from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from wires.admin import dashboard, sources
from wires.admin.roles import DeskAdmin
from wires.models import Source


class Fate(admin.SimpleListFilter):
    """What the last look at an address found."""

    title = "address"
    parameter_name = "fate"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [
            *Source.Fate.choices,
            ("lost", "Gone or changed, and cited"),
            ("none", "Not looked at"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Source]) -> QuerySet[Source]:
        asked = self.value()
        if asked == "lost":
            return queryset.filter(pk__in=dashboard.lost_sources().values("pk"))
        return queryset.filter(fate="" if asked == "none" else asked) if asked else queryset


@admin.register(Source)
class SourceAdmin(DeskAdmin):
    list_display = ("title_or_address", "publisher", "published_on", "tier", "group", "kind",
                    "found", "cited_by", "hash")  # fmt: skip
    list_filter = (Fate, "tier", "kind", ("group", admin.EmptyFieldListFilter))
    list_before_template = "admin/wires/source/ways.html"
    search_fields = ("title", "url", "publisher", "group", "record_id", "sha256")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        documents: QuerySet[Source] = super().get_queryset(request)
        # A list of a hundred would else carry a hundred whole documents.
        listed = documents.defer("text", "repairs")
        return listed.annotate(cited=Count("citations__version__wire", distinct=True))

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(f"{name}/", self.admin_site.admin_view(view), name=f"wires_source_{name}")
            for name, view in (("fetches", sources.fetches), ("upload", sources.upload))
        ]
        original = self.admin_site.admin_view(sources.original)
        return [
            *own,
            path("<int:source_id>/original/", original, name="wires_source_original"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        return sources.page(request, int(object_id) if object_id.isdecimal() else 0)

    @admin.display(description="source")
    def title_or_address(self, source: Source) -> str:
        return str(source)

    @admin.display(description="wires", ordering="cited")
    def cited_by(self, source: Source) -> int:
        return source.cited  # type: ignore[attr-defined, no-any-return] # annotated above

    @admin.display(description="address", ordering="fate")
    def found(self, source: Source) -> SafeString | str:
        if not source.fate:
            return "-"
        words = source.get_fate_display().lower()
        return format_html('<span class="desk-fate is-{}">{}</span>', source.fate, words)

    @admin.display(description="SHA-256")
    def hash(self, source: Source) -> SafeString:
        return format_html('<code title="{}">{}</code>', source.sha256, source.sha256[:12])
