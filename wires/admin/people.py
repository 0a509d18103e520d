"""People and their roles, for administrators. A password given here works once."""

# ruff: noqa: ARG002 - the signatures are Django's

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import ManyToManyField, QuerySet
from django.forms import ModelForm
from django.forms.models import ModelMultipleChoiceField
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import UserChangeForm, UserCreationForm

from wires.admin.password import OneTimePasswordForm
from wires.admin.roles import is_administrator, person
from wires.models import User
from wires.models.user import Role

admin.site.unregister(Group)  # roles are groups that the migrations make


@admin.register(User)
class PersonAdmin(UserAdmin, ModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = OneTimePasswordForm
    list_display = ("username", "name", "roles", "is_active", "must_change_password",
                    "is_demonstration", "last_login")  # fmt: skip
    list_filter = ("is_active", "is_demonstration", "groups")
    search_fields = ("username", "first_name", "last_name", "email")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password", "must_change_password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Desk", {"fields": ("is_active", "groups")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": ("username", "password1", "password2"),
                "description": "The password works once: the first page asks for a new one. "
                "Roles are given on the next page.",
            },
        ),
    )

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request)

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return is_administrator(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # Whoever acts in the shipped story stays as shipped, without a password.
        return is_administrator(request) and not (obj and obj.is_demonstration)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # the record names people; they are deactivated instead

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def get_readonly_fields(
        self, request: HttpRequest, obj: User | None = None
    ) -> tuple[str, ...]:
        """Nobody gives a role to themselves, or locks themselves out."""
        fixed = ("must_change_password", "last_login", "date_joined")
        own = obj is not None and obj.pk == person(request).pk
        return (*fixed, "is_active", "groups") if own else fixed

    def formfield_for_manytomany(
        self, db_field: ManyToManyField, request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField | None:
        if db_field.name == "groups":
            kwargs["label"], kwargs["help_text"] = (
                "Roles",
                "An editor may do what a reporter may.",
            )
            kwargs["queryset"] = Group.objects.filter(name__in=Role.values).order_by("pk")
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: User, form: ModelForm, change: Any
    ) -> None:
        if not change:
            obj.is_staff = True
            obj.must_change_password = True
        super().save_model(request, obj, form, change)

    @admin.display(description="name")
    def name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description="roles")
    def roles(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all()) or "none"
