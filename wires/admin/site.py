"""The desk's site: who may enter, what the first page shows, how a password is changed."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from unfold.sites import UnfoldAdminSite

from wires.admin import dashboard
from wires.admin.password import OwnPasswordForm
from wires.admin.roles import is_of_desk, person


class DeskSite(UnfoldAdminSite):
    index_title = "Desk"

    def has_permission(self, request: HttpRequest) -> bool:
        return is_of_desk(request)

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown = dashboard.read(person(request))
        page: HttpResponse = super().index(
            request, {"dashboard": shown, **(extra_context or {})}
        )
        return page

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask who it is; whoever came without a wish goes on to the first page."""
        if request.method == "GET" and REDIRECT_FIELD_NAME not in request.GET:
            where = urlencode({REDIRECT_FIELD_NAME: reverse("admin:index")})
            return redirect(f"{reverse('admin:login')}?{where}")
        page: HttpResponse = super().login(request, extra_context)
        return page

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """Return what a person may open, the queue before every register."""
        apps: list[dict[str, Any]] = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(
                key=lambda model: (model["object_name"] != "Wire", model["name"])
            )
        return apps

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        request.current_app = self.name
        change = PasswordChangeView.as_view(
            form_class=OwnPasswordForm,
            success_url=reverse("admin:password_change_done"),
            template_name="registration/password_change_form.html",
            extra_context={**self.each_context(request), **(extra_context or {})},
        )
        return change(request)  # type: ignore[return-value] # a template response is one
