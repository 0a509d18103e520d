"""The versions of the classifier: what each learned, how it measured, and which is active."""

# ruff: noqa: ARG002 - the signatures are Django's

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from classifier.engine import HOW
from classifier.models import ClassifierVersion
from wires import learning
from wires.admin.acts.act import note
from wires.admin.roles import DeskAdmin, person
from wires.models.user import Role
from wires.refusals import NotAllowedError, RefusedError


class ActivateForm(forms.Form):
    reason = note("Reason", "Kept with the activation.")

    use_required_attribute = False


@admin.register(ClassifierVersion)
class ClassifierVersionAdmin(DeskAdmin):
    list_display = ("__str__", "state", "encoder", "checker", "made_at", "activated_at")
    search_fields = ("digest", "encoder", "checker")
    list_filter = ("active",)
    ordering = ("-made_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ClassifierVersion]:
        found: QuerySet[ClassifierVersion] = super().get_queryset(request)
        return found.defer("training", "metrics", "comparison")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        return page(request, int(object_id) if object_id.isdecimal() else 0)

    @admin.display(description="state")
    def state(self, version: ClassifierVersion) -> str:
        return state(version)


def state(version: ClassifierVersion) -> str:
    if version.active:
        return "active"
    if version.refused:
        return "refused"
    return "trained" if version.is_trained else "by definitions alone"


def _comparisons(version: ClassifierVersion) -> list[tuple[str, dict[str, Any]]]:
    """Return how a version was held against the one in use then, and what came of it."""
    found: dict[str, Any] = version.comparison
    # Older versions were compared in one way, and say its figures without its name.
    ways = {"refitted": found} if "difference" in found else found
    return [(HOW[how], figures) for how, figures in ways.items() if how in HOW]


def _of_digest(digest: str | None) -> ClassifierVersion | None:
    versions = ClassifierVersion.objects.defer("training", "metrics", "comparison")
    return versions.filter(digest=digest).first()


def page(request: HttpRequest, version_id: int) -> HttpResponse:
    """Show one version, or make it the active one."""
    version = get_object_or_404(ClassifierVersion, pk=version_id)
    form = ActivateForm(request.POST or None, label_suffix="")
    by, refused, status = person(request), None, 200
    if request.method == "POST" and form.is_valid():
        try:
            learning.activate(version_id, by=by, reason=form.cleaned_data["reason"])
        except RefusedError as error:
            refused, status = error, 403 if isinstance(error, NotAllowedError) else 409
        else:
            messages.success(request, f"Classifier {version} makes new proposals from now on.")
            return redirect(
                reverse("admin:classifier_classifierversion_change", args=[version_id])
            )
    activations = version.activations.select_related("by", "replaced")
    context = {
        **admin.site.each_context(request),
        "title": f"Classifier {version}",
        "version": version,
        "state": state(version),
        "form": form,
        "refused": refused,
        "activations": activations,
        "comparisons": _comparisons(version),
        "is_held_against": "against" in version.comparison,  # older ones do not say it
        "held_against": _of_digest(version.comparison.get("against")),
        "may_activate": by.has_role(Role.SENIOR)
        and not version.active
        and not version.refused,
    }
    return render(request, "admin/wires/classifier/version.html", context, status=status)
