"""Runs, to read. They are asked for and cancelled on the page of a wire."""

# ruff: noqa: ARG002 - the signatures are Django's

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from evidence.models import Run


@admin.register(Run)
class RunAdmin(ModelAdmin):
    list_display = ("id", "recipe", "tier", "status", "outcome", "asked_by", "queued_at",
                    "finished_at", "taken_at")  # fmt: skip
    list_filter = ("status", "outcome", "recipe", "tier")
    search_fields = ("id", "recipe", "asked_by", "spec_sha256", "manifest_sha256")
    ordering = ("-id",)
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Run | None = None) -> bool:
        # Which of the staff belong to the desk is known to the product, which guards the site.
        return request.user.is_active and request.user.is_staff

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Run | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Run | None = None) -> bool:
        return False
