"""Two records kept apart: what became public, and every act of the desk."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from wires.models.constraints import known
from wires.models.wire import Wire


class ChangeCounter(models.Model):
    """One row. Its lock is held until commit, so `seq` follows the order of commits."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    seq = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="change_counter_is_one_row")
        ]

    def __str__(self) -> str:
        return str(self.seq)


class Change(models.Model):
    """A public change. Never updated or deleted: a trigger refuses."""

    class Kind(models.TextChoices):
        PUBLISHED = "published"
        AMENDED = "amended"
        DISPUTED = "disputed"
        RESOLVED = "resolved"
        WITHDRAWN = "withdrawn"
        RECODED = "recoded"
        EXHIBITED = "exhibited"
        RESPONDED = "responded"
        LINKED = "linked"
        MERGED = "merged"

    seq = models.PositiveBigIntegerField(primary_key=True)
    wire = models.ForeignKey(Wire, models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=10, choices=Kind)
    version = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    sha256 = models.CharField(max_length=64, help_text="Of the record, its address left out.")
    record = models.JSONField()

    class Meta:
        ordering = ["seq"]
        constraints = [
            known("kind", ["published", "amended", "disputed", "resolved", "withdrawn", "recoded",
                           "exhibited", "responded", "linked", "merged"], "change_kind_is_known"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"


class Event(models.Model):
    """One act of the desk on one wire. Never updated or deleted: a trigger refuses."""

    wire = models.ForeignKey(Wire, models.PROTECT, related_name="events")
    act = models.CharField(max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    note = models.TextField(blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.act} {self.wire_id}"
