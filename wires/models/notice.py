"""A public correction, dispute or withdrawal."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from wires.models.constraints import known
from wires.models.wire import Wire


class Notice(models.Model):
    class Kind(models.TextChoices):
        CORRECTION = "correction"
        DISPUTE = "dispute"
        WITHDRAWAL = "withdrawal"

    wire = models.ForeignKey(Wire, models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=10, choices=Kind)
    text = models.TextField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            known("kind", ["correction", "dispute", "withdrawal"], "notice_kind_is_known"),
            models.CheckConstraint(condition=~Q(text=""), name="notice_has_text"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.wire_id}"
