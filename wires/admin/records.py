"""Records to read: public changes, the desk's history, notices, the taxonomy, providers."""

# ruff: noqa: ARG002 - the signatures are Django's

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline

from wires.admin.roles import DeskAdmin, is_of_desk
from wires.models import Change, Code, Event, Notice, Provider, TaxonomyVersion


@admin.register(Change)
class ChangeAdmin(DeskAdmin):
    list_display = ("seq", "wire", "kind", "version", "at", "sha256")
    list_filter = ("kind",)
    search_fields = ("wire__public_id", "sha256")
    list_select_related = ("wire",)
    ordering = ("-seq",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Change]:
        changes: QuerySet[Change] = super().get_queryset(request)
        listed = request.resolver_match and request.resolver_match.url_name == (
            "wires_change_changelist"
        )
        return changes.defer("record") if listed else changes


@admin.register(Event)
class EventAdmin(DeskAdmin):
    list_display = ("at", "by", "act", "wire", "note")
    list_filter = ("act",)
    search_fields = ("wire__public_id", "by__username", "note")
    list_select_related = ("wire", "by")
    ordering = ("-pk",)


@admin.register(Notice)
class NoticeAdmin(DeskAdmin):
    list_display = ("made_at", "kind", "wire", "text", "made_by")
    list_filter = ("kind",)
    search_fields = ("wire__public_id", "text")
    list_select_related = ("wire", "made_by")
    ordering = ("-pk",)


class CodeInline(TabularInline):
    model = Code
    fields = ("code", "title", "definition")
    readonly_fields = fields
    extra = 0
    can_delete = False
    ordering = ("-kind", "number")

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return is_of_desk(request)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(TaxonomyVersion)
class TaxonomyVersionAdmin(DeskAdmin):
    list_display = ("key", "dated", "author", "digest")
    inlines = (CodeInline,)
    ordering = ("-dated",)


@admin.register(Code)
class CodeAdmin(DeskAdmin):
    list_display = ("code", "title", "definition", "taxonomy")
    list_filter = ("kind", "taxonomy")
    search_fields = ("code", "title", "definition")
    list_select_related = ("taxonomy",)
    ordering = ("-taxonomy", "-kind", "number")


@admin.register(Provider)
class ProviderAdmin(DeskAdmin):
    list_display = ("name", "slug")
    search_fields = ("name", "slug")
