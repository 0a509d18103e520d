"""The vault, to read: every source with its text and the hash of it."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from wires.admin.roles import DeskAdmin
from wires.models import Source


@admin.register(Source)
class SourceAdmin(DeskAdmin):
    list_display = ("title_or_address", "publisher", "published_on", "tier", "group", "kind",
                    "cited_by", "hash")  # fmt: skip
    list_filter = ("kind", "tier")
    search_fields = ("title", "url", "publisher", "group", "record_id", "sha256")
    ordering = ("-pk",)
    fields = ("title", "address", "publisher", "published_on", "tier", "group", "kind",
              "record_id", "sha256", "repairs", "added_by", "added_at", "stored_text")  # fmt: skip
    readonly_fields = ("address", "stored_text")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        sources: QuerySet[Source] = super().get_queryset(request).select_related("added_by")
        return sources.annotate(cited=Count("citations__version__wire", distinct=True))

    @admin.display(description="source")
    def title_or_address(self, source: Source) -> str:
        return str(source)

    @admin.display(description="wires", ordering="cited")
    def cited_by(self, source: Source) -> int:
        return source.cited  # type: ignore[attr-defined, no-any-return] # annotated above

    @admin.display(description="SHA-256")
    def hash(self, source: Source) -> SafeString:
        return format_html('<code title="{}">{}</code>', source.sha256, source.sha256[:12])

    @admin.display(description="address")
    def address(self, source: Source) -> str:
        if not source.url.startswith(("http://", "https://")):
            return source.url
        return format_html('<a href="{0}" rel="noreferrer">{0}</a>', source.url)

    @admin.display(description="text")
    def stored_text(self, source: Source) -> SafeString:
        return format_html('<div class="desk-stored">{}</div>', source.text)
