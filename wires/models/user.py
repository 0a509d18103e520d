"""People of the desk and their roles."""

from __future__ import annotations

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AbstractUser, Group
from django.db import models, transaction

UNUSABLE = f"{UNUSABLE_PASSWORD_PREFIX}nobody signs in"


class Role(models.TextChoices):
    """A role is a group of this name. Roles of the desk include the ones before them."""

    REPORTER = "reporter"
    EDITOR = "editor"
    SENIOR = "senior editor"
    ADMINISTRATOR = "administrator"


INCLUDES = {
    Role.REPORTER: {Role.REPORTER},
    Role.EDITOR: {Role.REPORTER, Role.EDITOR},
    Role.SENIOR: {Role.REPORTER, Role.EDITOR, Role.SENIOR},
    Role.ADMINISTRATOR: {Role.ADMINISTRATOR},
}


class User(AbstractUser):
    must_change_password = models.BooleanField(
        default=False, help_text="The password works once: the first page asks for a new one."
    )
    is_demonstration = models.BooleanField(
        default=False, help_text="Acts in the shipped story; cannot sign in."
    )

    def __str__(self) -> str:
        return f"{self.username} (demonstration)" if self.is_demonstration else self.username

    def has_role(self, role: Role) -> bool:
        """Say whether this person may act as `role`, directly or through a higher one."""
        return self.is_active and any(
            role in INCLUDES[Role(name)] for name in self._role_names()
        )

    def join(self, *roles: Role) -> None:
        self.groups.add(*(Group.objects.get_or_create(name=role.value)[0] for role in roles))
        self.__dict__.pop("_roles", None)

    def _role_names(self) -> list[str]:
        if "_roles" not in self.__dict__:
            groups = self.groups.filter(name__in=Role.values)
            self.__dict__["_roles"] = list(groups.values_list("name", flat=True))
        names: list[str] = self.__dict__["_roles"]
        return names


@transaction.atomic  # whoever finds the account finds it with its role
def account(username: str, role: Role, *, demonstration: bool) -> User:
    """Return the account of a part of the archive, made on first use; nobody signs in as it."""
    user, is_new = User.objects.get_or_create(
        username=username, defaults={"is_demonstration": demonstration, "password": UNUSABLE}
    )
    if is_new:
        user.join(role)
    return user
