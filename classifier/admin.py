"""Which classifier said what, to read."""

# ruff: noqa: ARG002 - the signatures are Django's

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from classifier.models import ClassifierVersion


@admin.register(ClassifierVersion)
class ClassifierVersionAdmin(ModelAdmin):
    list_display = ("digest", "encoder", "checker", "made_at")
    search_fields = ("digest", "encoder", "checker")
    ordering = ("-made_at",)
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(
        self, request: HttpRequest, obj: ClassifierVersion | None = None
    ) -> bool:
        # Which of the staff belong to the desk is known to the product, which guards the site.
        return request.user.is_active and request.user.is_staff

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: ClassifierVersion | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: ClassifierVersion | None = None
    ) -> bool:
        return False
