"""The sentences of a version, held against the stored sources, and these against the version."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from wires.models.constraints import known, together
from wires.models.source import Citation
from wires.models.wire import Version


class ClaimQuerySet(models.QuerySet["Claim"]):
    def checkable(self) -> ClaimQuerySet:
        """Sentences that no editor has marked as not a claim."""
        return self.filter(dismissed_at__isnull=True)

    def standing(self) -> ClaimQuerySet:
        """Claims whose wording was found, at least in part."""
        return self.checkable().filter(
            verdict__in=[Claim.Verdict.SUPPORTED, Claim.Verdict.PARTLY]
        )


class Claim(models.Model):
    class Verdict(models.TextChoices):
        SUPPORTED = "supported"
        PARTLY = "partly"
        UNSUPPORTED = "unsupported"
        CONTRADICTED = "contradicted"
        UNCHECKED = "unchecked"

    class Basis(models.TextChoices):
        WORDING = "wording"
        ENTAILMENT = "entailment"
        TOPIC = "topic"
        ABSENT = "absent"
        NUMBER = "number"
        NEGATION = "negation"
        ATTRIBUTION = "attribution"

    version = models.ForeignKey(Version, models.PROTECT, related_name="claims")
    n = models.PositiveSmallIntegerField(help_text="Place in the body, from 1.")
    text = models.TextField()
    start = models.PositiveIntegerField(help_text="Offset in the body, in characters.")
    end = models.PositiveIntegerField()
    cites = models.JSONField(default=list, help_text="Citation keys at the sentence's end.")

    verdict = models.CharField(max_length=12, choices=Verdict, default=Verdict.UNCHECKED)
    basis = models.CharField(max_length=11, choices=Basis, blank=True)
    score = models.FloatField(null=True, blank=True, help_text="Graded support, 0 to 1.")
    citation = models.ForeignKey(
        Citation, models.PROTECT, null=True, blank=True, related_name="claims",
        help_text="The source that the passage stands in.",
    )  # fmt: skip
    passage = models.CharField(max_length=300, blank=True)
    passage_start = models.PositiveIntegerField(null=True, blank=True)
    passage_end = models.PositiveIntegerField(null=True, blank=True)
    missing = models.JSONField(
        default=dict, help_text="names, numbers, quotes, terms that no source has."
    )
    checker = models.CharField(max_length=40, blank=True, help_text="Version of the checker.")
    checked_at = models.DateTimeField(null=True, blank=True)

    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    dismissed_at = models.DateTimeField(null=True, blank=True, help_text="Marked not a claim.")
    dismissal_note = models.TextField(blank=True, help_text="Public: why it is not a claim.")
    override_note = models.TextField(
        blank=True, help_text="Public: why it may stand all the same."
    )
    overridden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    overridden_at = models.DateTimeField(null=True, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["n"]
        constraints = [
            models.UniqueConstraint(fields=["version", "n"], name="claim_place_is_unique"),
            known("verdict", ["supported", "partly", "unsupported", "contradicted", "unchecked"],
                  "claim_verdict_is_known"),
            known("basis", ["", "wording", "entailment", "topic", "absent", "number", "negation",
                            "attribution"], "claim_basis_is_known"),
            models.CheckConstraint(
                condition=Q(verdict="unchecked", basis="", checked_at__isnull=True)
                | ~Q(verdict="unchecked") & ~Q(basis="") & Q(checked_at__isnull=False),
                name="claim_verdict_has_a_basis_and_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(verdict="supported") | Q(basis__in=["wording", "entailment"], citation__isnull=False),
                name="claim_is_supported_only_by_a_passage",
            ),
            models.CheckConstraint(
                condition=~Q(verdict="contradicted") | Q(basis__in=["number", "negation", "attribution"],
                                                          citation__isnull=False),
                name="claim_is_contradicted_only_by_a_passage",
            ),
            together("claim_passage_has_a_place", "citation", "passage_start", "passage_end"),
            models.CheckConstraint(
                condition=Q(citation__isnull=True) ^ ~Q(passage=""), name="claim_passage_has_text"
            ),
            models.CheckConstraint(
                condition=Q(end__gt=F("start")), name="claim_has_a_place_in_the_body"
            ),
            together("claim_dismissal_is_signed", "dismissed_by", "dismissed_at"),
            together("claim_override_is_signed", "overridden_by", "overridden_at"),
            models.CheckConstraint(
                condition=Q(overridden_at__isnull=True) ^ ~Q(override_note=""),
                name="claim_override_is_explained",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.n}: {self.text[:60]}"

    @property
    def is_standing(self) -> bool:
        return self.verdict in (self.Verdict.SUPPORTED, self.Verdict.PARTLY)


class ReverseCoverage(models.Model):
    """What two or more sources of a version dwell on and its text leaves out, once looked for."""

    version = models.OneToOneField(Version, models.CASCADE, related_name="reverse_coverage")
    omissions = models.JSONField(
        default=list,
        help_text="[{term, sources}], the keys of those that dwell on it; most first.",
    )
    checker = models.CharField(max_length=40, help_text="Version of the checker.")
    checked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(checker=""), name="reverse_coverage_names_its_checker"
            )
        ]

    def __str__(self) -> str:
        return f"reverse coverage of {self.version_id}"
