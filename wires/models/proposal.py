"""What the classifier says of a version, and where its vectors are kept."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from pgvector.django import HalfVectorField, HnswIndex

from classifier.models import ClassifierVersion
from wires.models.batch import Batch
from wires.models.constraints import known, together
from wires.models.taxonomy import Code
from wires.models.wire import Version, Wire

DIMENSIONS = 384  # of the bundled encoder


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def newest(self) -> ProposalQuerySet:
        """Keep of each version the proposal that is shown: the one made last."""
        later = Proposal.objects.filter(version=OuterRef("version"), pk__gt=OuterRef("pk"))
        return self.exclude(Exists(later))

    def hidden(self) -> ProposalQuerySet:
        """Keep those of the blind sample that nobody may see yet."""
        waiting = Wire.objects.in_queue()
        return self.filter(is_blind=True, unseen__isnull=True, version__wire__in=waiting)


class Proposal(models.Model):
    """One classifier's word on a version. Those of other classifiers stay beside it."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="proposals")
    classifier = models.ForeignKey(ClassifierVersion, models.PROTECT, related_name="proposals")
    batch = models.ForeignKey(
        Batch, models.PROTECT, null=True, blank=True, related_name="proposals",
        help_text="That proposed anew; empty: it came with the text.",
    )  # fmt: skip
    abstained = models.BooleanField(help_text="No code was confident enough to be ticked.")
    is_blind = models.BooleanField(
        default=False, help_text="Of the sample that is hidden until the editor has decided."
    )
    unseen = models.JSONField(
        null=True, blank=True,
        help_text="Codes that stood by an editor's hand when it was first shown; blind ones only.",
    )  # fmt: skip
    event_class = models.CharField(max_length=14, blank=True)
    factors = models.JSONField(default=dict)
    level = models.CharField(max_length=5, blank=True, help_text="By the written rule.")
    rationale = models.JSONField(
        default=dict,
        help_text="The four slots, hedges, other causes, a template, and a model's draft.",
    )
    similar = models.JSONField(default=list, help_text="[{wire, score}], most similar first.")
    made_at = models.DateTimeField(auto_now_add=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "classifier"], name="proposal_is_once_per_classifier"
            ),
            models.CheckConstraint(
                condition=models.Q(is_blind=True) | models.Q(unseen__isnull=True),
                name="proposal_is_unseen_only_if_blind",
            ),
        ]

    def __str__(self) -> str:
        return f"proposal for {self.version_id}"

    def is_hidden(self, wire: Wire) -> bool:
        """Say of one proposal for a wire what `hidden` asks of all."""
        return self.is_blind and self.unseen is None and wire.is_in_queue


class ProposedCode(models.Model):
    class Decision(models.TextChoices):
        OPEN = "open"
        ACCEPTED = "accepted"
        REJECTED = "rejected"

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="codes")
    code = models.ForeignKey(Code, models.PROTECT, related_name="+")
    score = models.FloatField(
        help_text="By it the codes of a kind are ranked; no probability."
    )
    probability = models.FloatField(
        null=True,
        blank=True,
        help_text="Calibrated; empty where too little was decided on it.",
    )
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
            models.CheckConstraint(
                condition=models.Q(probability__isnull=True)
                | models.Q(probability__gte=0, probability__lte=1),
                name="proposed_code_probability_is_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.score:.2f}"


class Embedding(models.Model):
    """A version's vector. While the encoder is being changed, a version has two."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="embeddings")
    encoder = models.CharField(max_length=64, help_text="SHA-256 of the encoder's weights.")
    vector = HalfVectorField(dimensions=DIMENSIONS)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "encoder"], name="embedding_is_once_per_encoder"
            )
        ]
        indexes = [
            HnswIndex(
                name="embedding_nearest", fields=["vector"], opclasses=["halfvec_cosine_ops"]
            )
        ]

    def __str__(self) -> str:
        return f"vector of {self.version_id}"


class Activation(models.Model):
    """A senior editor's act: from here on new proposals are made by this version.

    Never updated or deleted: a trigger refuses.
    """

    classifier = models.ForeignKey(
        ClassifierVersion, models.PROTECT, related_name="activations"
    )
    replaced = models.ForeignKey(
        ClassifierVersion, models.PROTECT, null=True, blank=True, related_name="+"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    reason = models.TextField()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reason=""), name="activation_is_explained"
            )
        ]

    def __str__(self) -> str:
        return f"{self.classifier} by {self.by}"
