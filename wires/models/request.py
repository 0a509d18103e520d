"""A move that one person asks for and another confirms."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from wires.models.constraints import known, together
from wires.models.wire import Wire


class MoveRequest(models.Model):
    class Move(models.TextChoices):
        PUBLISH = "publish"
        DISPUTE = "dispute"
        RESOLVE = "resolve"
        WITHDRAW = "withdraw"
        MERGE = "merge"
        REGRADE = "regrade"

    wire = models.ForeignKey(Wire, models.PROTECT, related_name="requests")
    move = models.CharField(max_length=8, choices=Move)
    reason = models.TextField(blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    confirmed = models.BooleanField(null=True, blank=True)
    scheduled_for = models.DateTimeField(
        null=True, blank=True, help_text="Publish at this time."
    )
    into = models.ForeignKey(
        Wire, models.PROTECT, null=True, blank=True, related_name="+",
        help_text="Merge with this wire.",
    )  # fmt: skip
    detail = models.JSONField(
        default=dict, blank=True, help_text="Regrade to this class, standard and severity."
    )

    class Meta:
        constraints = [
            known("move", ["publish", "dispute", "resolve", "withdraw", "merge", "regrade"],
                  "request_move_is_known"),
            models.CheckConstraint(
                condition=Q(move="merge") ^ Q(into__isnull=True),
                name="request_names_the_other_wire_iff_merge",
            ),
            together("request_decision_is_signed", "decided_by", "decided_at", "confirmed"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | Q(confirmed=False)
                | ~Q(decided_by=F("asked_by")),
                name="request_is_confirmed_by_another_person",
            ),
            models.CheckConstraint(
                condition=Q(move="publish") | ~Q(reason=""), name="request_is_explained"
            ),
            models.UniqueConstraint(
                fields=["wire"],
                condition=Q(decided_at__isnull=True),
                name="request_is_the_only_open_one_of_its_wire",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.move} {self.wire_id}"
