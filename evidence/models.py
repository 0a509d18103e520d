"""A run of the harness, from the queue to its sealed result."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse


class RunQuerySet(models.QuerySet["Run"]):
    def finished(self) -> RunQuerySet:
        return self.filter(status=Run.Status.FINISHED)

    def waiting(self) -> RunQuerySet:
        return self.filter(status=Run.Status.QUEUED)

    def pending(self) -> RunQuerySet:
        """Keep runs that wait or run."""
        return self.filter(status__in=[Run.Status.QUEUED, Run.Status.RUNNING])

    def stale(self, *, minutes: int) -> RunQuerySet:
        """Keep runs that say they run, but whose worker has been silent for so long."""
        limit = Now() - models.Value(timedelta(minutes=minutes))
        return self.filter(status=Run.Status.RUNNING, heartbeat_at__lt=limit)


class Run(models.Model):
    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        FINISHED = "finished"
        FAILED = "failed"
        CANCELLED = "cancelled"

    class Outcome(models.TextChoices):
        REPRODUCED = "reproduced"
        NOT_REPRODUCED = "not_reproduced"
        CONTRADICTED = "contradicted"
        OVERTURNED = "overturned"
        UNVERIFIED = "unverified"

    recipe = models.CharField(max_length=40)
    tier = models.CharField(max_length=1)
    spec = models.JSONField()
    spec_sha256 = models.CharField(max_length=64)
    asked_by = models.CharField(max_length=150, help_text="User name of whoever queued it.")
    status = models.CharField(max_length=9, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    cancel_asked = models.BooleanField(default=False)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=200, blank=True)
    queued_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    outcome = models.CharField(max_length=14, choices=Outcome, blank=True)
    reason = models.TextField(blank=True, help_text="Why the outcome is what it is.")
    metrics = models.JSONField(null=True, blank=True)
    series = models.JSONField(
        default=dict, blank=True, help_text="What the run's charts draw beside its metrics."
    )
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    bundle = models.CharField(
        max_length=300, blank=True, help_text="Folder below the data folder."
    )
    signed_by = models.CharField(
        max_length=64, blank=True, help_text="Fingerprint of the key that signed the bundle."
    )
    taken_at = models.DateTimeField(
        null=True, blank=True, help_text="When a bundle that was made elsewhere was taken in."
    )

    objects = RunQuerySet.as_manager()

    class Meta:
        get_latest_by = "pk"
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["queued", "running", "finished", "failed", "cancelled"]),
                name="run_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(tier__in=["A", "B"]), name="run_tier_is_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["", "reproduced", "not_reproduced", "contradicted",
                                         "overturned", "unverified"]),
                name="run_outcome_is_known",
            ),
            models.CheckConstraint(
                condition=Q(status="finished", metrics__isnull=False)
                & ~Q(outcome="") & ~Q(manifest_sha256="")
                | ~Q(status="finished") & Q(metrics__isnull=True, outcome="", manifest_sha256=""),
                name="run_has_result_iff_finished",
            ),
            models.CheckConstraint(
                condition=Q(status="failed") ^ Q(error=""), name="run_has_error_iff_failed"
            ),
            models.CheckConstraint(
                condition=~Q(status="running") | Q(heartbeat_at__isnull=False),
                name="run_that_runs_has_a_heartbeat",
            ),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True) | Q(status="finished"),
                name="run_that_was_taken_in_is_finished",
            ),
            models.UniqueConstraint(
                fields=["manifest_sha256"], condition=Q(taken_at__isnull=False),
                name="run_is_taken_in_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.recipe} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("wires:run", args=[self.pk])
