"""A run shown on a wire."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from evidence.models import Run
from wires.models.claim import Claim
from wires.models.constraints import known
from wires.models.wire import Wire


class Exhibit(models.Model):
    class Reading(models.TextChoices):
        SUPPORTS = "supports"
        CONTRADICTS = "contradicts"
        INCONCLUSIVE = "inconclusive"

    wire = models.ForeignKey(Wire, models.PROTECT, related_name="exhibits")
    run = models.ForeignKey(Run, models.PROTECT, related_name="exhibits")
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="exhibits")
    predicts_effect = models.BooleanField(
        default=True, help_text="The claim says that the effect happens."
    )
    reading = models.CharField(max_length=12, choices=Reading)
    attached_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    attached_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["wire", "run"], name="exhibit_is_once_per_run"),
            known(
                "reading",
                ["supports", "contradicts", "inconclusive"],
                "exhibit_reading_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} on {self.wire_id}"
