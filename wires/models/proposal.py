"""What the classifier says of a version, and where its vector is kept."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from pgvector.django import HalfVectorField, HnswIndex

from classifier.models import ClassifierVersion
from wires.models.constraints import known, together
from wires.models.taxonomy import Code
from wires.models.wire import Version

DIMENSIONS = 384  # of the bundled encoder


class Proposal(models.Model):
    version = models.OneToOneField(Version, models.CASCADE, related_name="proposal")
    classifier = models.ForeignKey(ClassifierVersion, models.PROTECT, related_name="proposals")
    abstained = models.BooleanField(help_text="No code was confident enough to be ticked.")
    event_class = models.CharField(max_length=14, blank=True)
    factors = models.JSONField(default=dict)
    level = models.CharField(max_length=5, blank=True, help_text="By the written rule.")
    rationale = models.JSONField(
        default=dict, help_text="The four slots, hedges, other causes."
    )
    similar = models.JSONField(default=list, help_text="[{wire, score}], most similar first.")
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"proposal for {self.version_id}"


class ProposedCode(models.Model):
    class Decision(models.TextChoices):
        OPEN = "open"
        ACCEPTED = "accepted"
        REJECTED = "rejected"

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="codes")
    code = models.ForeignKey(Code, models.PROTECT, related_name="+")
    score = models.FloatField(help_text="Cosine with the code's definition, centred.")
    ticked = models.BooleanField()
    decision = models.CharField(max_length=8, choices=Decision, default=Decision.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-score", "code"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "code"], name="code_is_proposed_once"),
            known(
                "decision", ["open", "accepted", "rejected"], "proposed_code_decision_is_known"
            ),
            together("proposed_code_decision_is_signed", "decided_by", "decided_at"),
            models.CheckConstraint(
                condition=models.Q(decision="open") ^ models.Q(decided_at__isnull=False),
                name="proposed_code_is_dated_iff_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.score:.2f}"


class Embedding(models.Model):
    version = models.OneToOneField(Version, models.CASCADE, related_name="embedding")
    encoder = models.CharField(max_length=64, help_text="SHA-256 of the encoder's weights.")
    vector = HalfVectorField(dimensions=DIMENSIONS)

    class Meta:
        indexes = [
            HnswIndex(
                name="embedding_nearest", fields=["vector"], opclasses=["halfvec_cosine_ops"]
            )
        ]

    def __str__(self) -> str:
        return f"vector of {self.version_id}"
