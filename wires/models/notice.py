"""What is said in public of a wire: corrections, disputes, withdrawals, and a party's response."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from wires.models.constraints import known
from wires.models.source import Source
from wires.models.wire import Wire


class Notice(models.Model):
    class Kind(models.TextChoices):
        CORRECTION = "correction"
        DISPUTE = "dispute"
        WITHDRAWAL = "withdrawal"

    wire = models.ForeignKey(Wire, models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=10, choices=Kind)
    text = models.TextField()
    related = models.ForeignKey(
        Wire, models.PROTECT, null=True, blank=True, related_name="named_in",
        help_text="The other wire that it speaks of; its page shows the notice too.",
    )  # fmt: skip
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            known("kind", ["correction", "dispute", "withdrawal"], "notice_kind_is_known"),
            models.CheckConstraint(condition=~Q(text=""), name="notice_has_text"),
            models.CheckConstraint(
                condition=Q(related__isnull=True) | ~Q(related=F("wire")),
                name="notice_is_related_to_another_wire",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.wire_id}"


class Response(models.Model):
    """What a party that a wire names says of it, in that party's words. Never changed: a trigger refuses."""

    wire = models.ForeignKey(Wire, models.PROTECT, related_name="responses")
    party = models.CharField(max_length=120, help_text="Who responds.")
    said_on = models.DateField()
    text = models.TextField()
    source = models.ForeignKey(
        Source, models.PROTECT, related_name="responses", help_text="Where it stands."
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["said_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(party=""), name="response_has_a_party_and_text"
            )
        ]

    def __str__(self) -> str:
        return f"{self.party} on {self.wire_id}"
