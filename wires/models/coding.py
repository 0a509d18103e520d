"""What editors decided: codes and the but-for rationale."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from wires.models.claim import Claim
from wires.models.constraints import known
from wires.models.taxonomy import Code
from wires.models.wire import Wire


class Coding(models.Model):
    """A code on a wire. Rank 1 is primary; one secondary M and two secondary F at most."""

    class Origin(models.TextChoices):
        PROPOSED = "proposed"
        EDITOR = "editor"
        BULK = "bulk"  # by a batch, not yet reviewed

    wire = models.ForeignKey(Wire, models.PROTECT, related_name="codings")
    code = models.ForeignKey(Code, models.PROTECT, related_name="codings")
    kind = models.CharField(max_length=1, choices=Code.Kind)
    rank = models.PositiveSmallIntegerField()
    claim = models.ForeignKey(
        Claim, models.PROTECT, null=True, blank=True, related_name="codings",
        help_text="The claim that it rests on.",
    )  # fmt: skip
    origin = models.CharField(max_length=8, choices=Origin)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-kind", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["wire", "code"], name="coding_is_once_per_code"),
            models.UniqueConstraint(
                fields=["wire", "kind", "rank"],
                name="coding_rank_is_taken_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(kind="M", rank__in=[1, 2]) | Q(kind="F", rank__in=[1, 2, 3]),
                name="coding_is_one_primary_and_few_secondary",
            ),
            known("origin", ["proposed", "editor", "bulk"], "coding_origin_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.code_id} on {self.wire_id}"

    @property
    def rank_word(self) -> str:
        return "primary" if self.rank == 1 else "secondary"


class Rationale(models.Model):
    """The but-for text and the test's result."""

    class Result(models.TextChoices):
        YES = "yes"
        NO = "no"
        CONTRIBUTORY = "contributory"

    wire = models.OneToOneField(Wire, models.PROTECT, related_name="rationale")
    system = models.TextField(blank=True)
    act = models.TextField(blank=True)
    harm = models.TextField(blank=True)
    counterfactual = models.TextField(blank=True)
    result = models.CharField(max_length=12, choices=Result, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            known("result", ["", "yes", "no", "contributory"], "rationale_result_is_known"),
            models.CheckConstraint(
                condition=Q(result="")
                | ~Q(system="") & ~Q(act="") & ~Q(harm="") & ~Q(counterfactual=""),
                name="rationale_result_needs_four_slots",
            ),
        ]

    def __str__(self) -> str:
        return f"rationale of {self.wire_id}"
