"""Bulk classification: one batch, and every wire that it touches."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from classifier.models import ClassifierVersion
from wires.models.constraints import known, together
from wires.models.wire import Wire


class Batch(models.Model):
    """One run of the classifier over many wires. It can be paused, resumed and undone as a whole."""

    class Kind(models.TextChoices):
        CODES = "codes"  # puts the codes that the classifier ticked
        PROPOSALS = "proposals"  # asks the active classifier again, and puts nothing

    class Progress(models.TextChoices):
        ASKED = "asked"  # the brake holds it: a senior editor has to confirm
        RUNNING = "running"
        PAUSED = "paused"
        UNDOING = "undoing"
        FINISHED = "finished"
        UNDONE = "undone"
        DECLINED = "declined"

    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=9, choices=Kind, default=Kind.CODES)
    selection = models.JSONField(default=dict, help_text="Which wires were asked for.")
    classifier = models.ForeignKey(ClassifierVersion, models.PROTECT, related_name="+")
    progress = models.CharField(max_length=8, choices=Progress)
    braked = models.BooleanField(help_text="It touches so many public wires that two decide.")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    started_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    acts = models.JSONField(
        default=list, help_text="Who paused it, let it go on or began to undo it, and when."
    )

    class Meta:
        ordering = ["-started_at", "-pk"]
        verbose_name_plural = "batches"
        constraints = [
            known("kind", ["codes", "proposals"], "batch_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind="codes") | Q(braked=False),
                name="batch_that_changes_nothing_public_is_never_braked",
            ),
            known("progress", ["asked", "running", "paused", "undoing", "finished", "undone",
                               "declined"], "batch_progress_is_known"),
            together("batch_decision_is_signed", "decided_by", "decided_at"),
            models.CheckConstraint(
                condition=Q(braked=False)
                | Q(progress="asked", decided_by__isnull=True)
                | Q(progress="declined", decided_by__isnull=False)
                | Q(decided_by__isnull=False) & ~Q(decided_by=F("started_by")),
                name="batch_past_the_brake_is_confirmed_by_another_person",
            ),
            models.CheckConstraint(
                condition=Q(progress__in=["finished", "undone", "declined"]) ^ Q(ended_at__isnull=True),
                name="batch_is_dated_iff_ended",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="batch_has_a_title"),
            models.CheckConstraint(
                condition=Q(progress__in=["undoing", "undone"]) ^ Q(undone_by__isnull=True),
                name="batch_undoing_is_signed",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title


class BatchItem(models.Model):
    """What a batch did to one wire: the codes that it put, so that they can be taken back."""

    class Progress(models.TextChoices):
        WAITING = "waiting"
        APPLIED = "applied"
        UNCHANGED = "unchanged"
        FAILED = "failed"
        UNDONE = "undone"
        KEPT = "kept"  # in an undoing: an editor has decided on it since

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="items")
    wire = models.ForeignKey(Wire, models.PROTECT, related_name="batch_items")
    progress = models.CharField(max_length=9, choices=Progress, default=Progress.WAITING)
    before = models.JSONField(default=list, help_text="The codes that were ticked before.")
    after = models.JSONField(
        default=list, help_text="The codings that it put, or the codes ticked now."
    )
    problem = models.TextField(blank=True, help_text="Why it failed on this wire.")
    done_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "wire"], name="batch_touches_a_wire_once"),
            known("progress", ["waiting", "applied", "unchanged", "failed", "undone", "kept"],
                  "batch_item_progress_is_known"),
            together("batch_item_review_is_signed", "reviewed_by", "reviewed_at"),
            models.CheckConstraint(
                condition=Q(progress="waiting") ^ Q(done_at__isnull=False),
                name="batch_item_is_dated_iff_done",
            ),
            models.CheckConstraint(
                condition=Q(progress__in=["failed", "kept"]) ^ Q(problem=""),
                name="batch_item_failure_is_explained",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["wire"], condition=Q(progress="applied", reviewed_at__isnull=True),
                name="batch_item_not_yet_reviewed",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.progress} {self.wire_id}"
