"""Who may see what on the desk: roles, in place of Django's permissions on models."""

# ruff: noqa: ARG002 - the signatures are Django's

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from wires.models import User
from wires.models.user import Role


def person(request: HttpRequest) -> User:
    """Return who is signed in. Raises PermissionDenied for anybody else."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def is_of_desk(request: HttpRequest) -> bool:
    """Say whether this is a real person of the staff, active, with any role at all."""
    user = request.user
    return (
        isinstance(user, User)
        and user.is_staff
        and not user.is_demonstration
        and any(user.has_role(role) for role in Role)
    )


def is_administrator(request: HttpRequest) -> bool:
    return is_of_desk(request) and person(request).has_role(Role.ADMINISTRATOR)


class DeskAdmin(ModelAdmin):
    """Rows that every role may read and nobody changes here."""

    list_per_page = 100
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_of_desk(request)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return is_of_desk(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
