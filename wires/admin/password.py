"""Passwords that work once: until a new one is chosen, the desk shows nothing else."""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from unfold.forms import AdminOwnPasswordChangeForm, AdminPasswordChangeForm

from wires.models import User


class OneTimePasswordMiddleware:
    """Send a person with a one-time password to the page that takes a new one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(reverse("admin:index")) and _must_change(request):
            return redirect("admin:password_change")
        return self.get_response(request)


class OwnPasswordForm(AdminOwnPasswordChangeForm):
    """A new password of one's own. It is no longer the one that somebody else knew."""

    def clean_new_password1(self) -> str:
        new: str = self.cleaned_data["new_password1"]
        if self.user.check_password(new):
            raise ValidationError("This is the old password. Choose another one.")
        return new

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002 - Django's signature
        self.user.must_change_password = False
        user: User = super().save(commit)
        return user


class OneTimePasswordForm(AdminPasswordChangeForm):
    """A password that an administrator gives to somebody: it works once."""

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002 - Django's signature
        self.user.must_change_password = True
        user: User = super().save(commit)
        return user


def _must_change(request: HttpRequest) -> bool:
    still_open = (reverse("admin:password_change"), reverse("admin:logout"))
    if request.path in still_open:
        return False
    user = request.user
    return isinstance(user, User) and user.must_change_password
