"""A wire and the immutable versions of its text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse

from wires.models.constraints import known
from wires.models.search import DOCUMENT, query


class Provider(models.Model):
    """A developer or deployer that a wire names."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class WireQuerySet(models.QuerySet["Wire"]):
    def public(self) -> WireQuerySet:
        """Wires that anyone outside the desk may know of; withdrawn ones as tombstones."""
        return self.filter(state__in=Wire.PUBLIC, first_published_at__isnull=False)

    def in_queue(self) -> WireQuerySet:
        """Wires that wait for the desk."""
        return self.filter(state__in=Wire.QUEUE)

    def workable(self) -> WireQuerySet:
        """Wires whose codes may still change."""
        return self.exclude(state__in=[Wire.State.WITHDRAWN, Wire.State.DISCARDED])

    def in_states(self, states: Iterable[str]) -> WireQuerySet:
        return self.filter(state__in=list(states))

    def due(self) -> WireQuerySet:
        """Scheduled wires whose time has come, by the database's clock."""
        return self.filter(state=Wire.State.SCHEDULED, scheduled_for__lte=Now())

    def newest_first(self) -> WireQuerySet:
        return self.order_by("-first_published_at", "-pk")

    def led_to_by(self, name: str) -> WireQuerySet:
        """Keep the wire that a name leads to: an id of another database, or of a merged wire."""
        return self.filter(aliases__name=name, aliases__is_own=True)

    def saying(self, words: str) -> WireQuerySet:
        """Keep wires whose public record says these words; only public ones have one."""
        return self.annotate(document=DOCUMENT).filter(document=query(words))

    def for_record(self) -> WireQuerySet:
        """Everything that the canonical record holds, in a fixed number of queries."""
        return self.select_related("current", "rationale", "merged_into").prefetch_related(
            "providers", "notices__wire", "notices__related", "named_in__wire",
            "named_in__related", "responses__source", "aliases", "codings__code",
            "exhibits__run", "exhibits__claim", "current__citations__source",
            "current__claims__citation",
        )  # fmt: skip


class Wire(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft"
        IN_REVIEW = "in_review"
        SCHEDULED = "scheduled"
        PUBLISHED = "published"
        DISPUTED = "disputed"
        WITHDRAWN = "withdrawn"
        DISCARDED = "discarded"

    class EventClass(models.TextChoices):
        INCIDENT = "incident"
        NEAR_MISS = "near_miss"
        SERIOUS_HAZARD = "serious_hazard"
        HAZARD = "hazard"
        NOTICE = "notice"

    class Severity(models.TextChoices):
        SEV_1 = "SEV-1"
        SEV_2 = "SEV-2"
        SEV_3 = "SEV-3"
        SEV_4 = "SEV-4"
        SEV_5 = "SEV-5"

    class Standard(models.TextChoices):
        REPRODUCED = "reproduced"
        PRIMARY_ARTEFACT = "primary artefact"
        TWO_SOURCES = "two independent sources"
        PUBLIC_RECORD = "public record"
        SINGLE_SOURCE = "single source"
        DISPUTED = "disputed"

    PUBLIC = (State.PUBLISHED, State.DISPUTED, State.WITHDRAWN)
    QUEUE = (State.DRAFT, State.IN_REVIEW, State.SCHEDULED)

    public_id = models.CharField(max_length=20, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    current = models.OneToOneField(
        "Version", models.PROTECT, null=True, blank=True, related_name="+"
    )
    fingerprint = models.CharField(
        max_length=64,
        unique=True,
        help_text="SHA-256 of the filed text: the same file is one wire.",
    )
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(auto_now_add=True)
    filed = models.JSONField(
        default=dict,
        help_text="What the filing said of itself: severity, codes, sources, standard.",
    )
    occurred_on = models.DateField(null=True, blank=True)
    providers = models.ManyToManyField(Provider, blank=True, related_name="wires")

    event_class = models.CharField(max_length=14, choices=EventClass, blank=True)
    standard = models.CharField(max_length=24, choices=Standard, blank=True)
    severity_reported = models.CharField(max_length=5, choices=Severity, blank=True)
    severity_verified = models.CharField(max_length=5, choices=Severity, blank=True)
    severity_note = models.TextField(blank=True, help_text="Public reason of an override.")
    factors = models.JSONField(
        default=dict,
        blank=True,
        help_text="scale, scope, irremediability: value 0-3 and claim.",
    )
    exhibit_note = models.TextField(
        blank=True, help_text="Why no recipe bears on this wire, in one line."
    )

    closed_rules = ArrayField(
        models.PositiveSmallIntegerField(), null=True, blank=True,
        help_text="Rules of the gate that fail, as of the last act; for the desk's lists alone.",
    )  # fmt: skip

    scheduled_for = models.DateTimeField(null=True, blank=True)
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    first_published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    public_reason = models.TextField(blank=True, help_text="Why it is disputed or withdrawn.")
    record = models.JSONField(
        null=True,
        blank=True,
        help_text="The record as last made public; written by changelog alone.",
    )
    search_text = models.TextField(
        blank=True, help_text="What a search reads; written with the record."
    )
    modified_at = models.DateTimeField(
        null=True, blank=True, help_text="When its record last changed in public."
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged",
        help_text="The wire that tells the same event; this one's id leads there.",
    )  # fmt: skip

    objects = WireQuerySet.as_manager()

    class Meta:
        constraints = [
            known(
                "state",
                [
                    "draft",
                    "in_review",
                    "scheduled",
                    "published",
                    "disputed",
                    "withdrawn",
                    "discarded",
                ],
                "wire_state_is_known",
            ),
            known(
                "event_class",
                ["", "incident", "near_miss", "serious_hazard", "hazard", "notice"],
                "wire_event_class_is_known",
            ),
            known(
                "severity_reported",
                ["", "SEV-1", "SEV-2", "SEV-3", "SEV-4", "SEV-5"],
                "wire_reported_severity_is_known",
            ),
            known(
                "severity_verified",
                ["", "SEV-1", "SEV-2", "SEV-3", "SEV-4", "SEV-5"],
                "wire_verified_severity_is_known",
            ),
            known(
                "standard",
                [
                    "",
                    "reproduced",
                    "primary artefact",
                    "two independent sources",
                    "public record",
                    "single source",
                    "disputed",
                ],
                "wire_standard_is_known",
            ),
            models.CheckConstraint(
                condition=Q(public_id__regex=r"^AIW-\d{4}-\d{4,}$"),
                name="wire_public_id_is_well_formed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["published", "disputed", "withdrawn"])
                ^ Q(first_published_at__isnull=True),
                name="wire_has_publication_date_iff_public",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=["in_review", "scheduled", "published", "disputed", "withdrawn"]
                )
                | Q(current__isnull=False),
                name="wire_is_public_only_with_text",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["published", "disputed"])
                | ~Q(event_class="") & ~Q(standard="") & ~Q(severity_verified=""),
                name="wire_is_published_only_classed",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="scheduled", scheduled_for__isnull=False, scheduled_by__isnull=False
                )
                | ~Q(state="scheduled")
                & Q(scheduled_for__isnull=True, scheduled_by__isnull=True),
                name="wire_has_its_time_iff_scheduled",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_at__gte=F("first_published_at"))
                & ~Q(public_reason="")
                | ~Q(state="withdrawn") & Q(withdrawn_at__isnull=True),
                name="wire_withdrawal_is_dated_and_explained",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["disputed", "withdrawn"]) ^ Q(public_reason=""),
                name="wire_dispute_is_explained",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["published", "disputed", "withdrawn"])
                | Q(record__isnull=True),
                name="wire_has_a_public_record_only_if_public",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True)
                | Q(state__in=["withdrawn", "discarded"]) & ~Q(merged_into=F("id")),
                name="wire_is_merged_only_when_ended",
            ),
            models.CheckConstraint(
                condition=~Q(standard__in=["single source", "disputed"])
                | Q(severity_verified__in=["", "SEV-5"]),
                name="wire_from_one_source_is_verified_at_most_sev_5",
            ),
        ]
        indexes = [
            # The feed and Latest walk this; withdrawn wires stay in it as tombstones.
            models.Index(
                fields=["-first_published_at", "-id"],
                condition=Q(first_published_at__isnull=False),
                name="wire_public_newest",
            ),
            models.Index(fields=["state", "filed_at"], name="wire_queue"),
            GinIndex(
                DOCUMENT, condition=Q(first_published_at__isnull=False), name="wire_search"
            ),
            models.Index(
                fields=["scheduled_for"], condition=Q(state="scheduled"), name="wire_due"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    def get_absolute_url(self) -> str:
        return reverse("wires:page", args=[self.public_id])

    @property
    def is_public(self) -> bool:
        return self.state in self.PUBLIC

    @property
    def is_in_queue(self) -> bool:
        return self.state in self.QUEUE


class Alias(models.Model):
    """Another name of a wire: the id of the same event in another database.

    Its own names lead to it, so no two wires share one. A linked name is what another
    database counts as the same event; several wires may carry it.
    """

    wire = models.ForeignKey(Wire, models.PROTECT, related_name="aliases")
    name = models.CharField(max_length=80)
    is_own = models.BooleanField(default=True, help_text="The name leads to this wire.")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["wire", "name"], name="alias_is_once_per_wire"),
            models.UniqueConstraint(
                fields=["name"], condition=Q(is_own=True), name="alias_leads_to_one_wire"
            ),
        ]
        indexes = [models.Index(fields=["name"], name="alias_name")]

    def __str__(self) -> str:
        return self.name


class VersionQuerySet(models.QuerySet["Version"]):
    def waiting(self) -> VersionQuerySet:
        """Versions that are older than a queue takes, oldest first; amendments in waiting too."""
        limit = Now() - models.Value(timedelta(seconds=30))
        ended = [Wire.State.WITHDRAWN, Wire.State.DISCARDED]
        return self.filter(made_at__lt=limit).exclude(wire__state__in=ended).order_by("pk")

    def unchecked(self) -> VersionQuerySet:
        """Keep waiting versions that the checker has not looked at, the newest of their wires.

        It leaves its reverse coverage with each that it looks at, whatever the verdicts: a
        sentence without content words stays unchecked. A version without sources is not among
        them: there is nothing to hold it against. Nor is one that readers see: its sentences are
        settled.
        """
        later = Version.objects.filter(
            wire=models.OuterRef("wire"), number__gt=models.OuterRef("number")
        )
        return (
            self.waiting()
            .filter(reverse_coverage__isnull=True, citations__isnull=False)
            .exclude(wire__state__in=Wire.PUBLIC, pk=models.F("wire__current"))
            .exclude(models.Exists(later))
            .distinct()
        )

    def unproposed(self) -> VersionQuerySet:
        """Keep waiting versions that the classifier has not read."""
        return self.waiting().filter(proposals__isnull=True)


class Version(models.Model):
    """The text of a wire at one time. Never updated or deleted: a trigger refuses."""

    wire = models.ForeignKey(Wire, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    headline = models.CharField(max_length=200)
    body = models.TextField(help_text="Markdown; [^key] cites a source at a sentence's end.")
    note = models.TextField(blank=True, help_text="What changed. Required from version 2 on.")
    repairs = models.JSONField(default=list, help_text="What intake mended in the filed text.")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        get_latest_by = "number"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["wire", "number"], name="version_number_is_unique"
            ),
            models.CheckConstraint(
                condition=Q(number=1, note="") | Q(number__gte=2) & ~Q(note=""),
                name="version_amendment_is_explained",
            ),
            models.CheckConstraint(
                condition=~Q(body="") & ~Q(headline=""), name="version_has_text"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wire_id} v{self.number}"
