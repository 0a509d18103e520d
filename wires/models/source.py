"""The vault: documents that wires cite, with their text and its hash."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from wires.models.constraints import known
from wires.models.wire import Version, Wire


def folded_group(name: str) -> str:
    """Return a group's name as it is stored and compared: without its case and extra spaces."""
    return " ".join(name.lower().split())[:100]


class Source(models.Model):
    """A stored document. Its text and hash never change: a trigger refuses."""

    class Text(models.TextChoices):
        FETCHED = "fetched"
        UPLOADED = "uploaded"
        NOTES = "notes"
        RECORD = "record"

    class Tier(models.TextChoices):
        PRIMARY = "primary"
        REPORTING = "reporting"
        COMMENTARY = "commentary"

    class Fate(models.TextChoices):
        LIVE = "live"
        CHANGED = "changed"
        GONE = "gone"

    kind = models.CharField(max_length=8, choices=Text, help_text="What its text is.")
    title = models.CharField(max_length=300, blank=True)
    url = models.URLField(max_length=1000, blank=True)
    publisher = models.CharField(max_length=200, blank=True)
    published_on = models.DateField(null=True, blank=True)
    tier = models.CharField(max_length=10, choices=Tier, blank=True)
    group = models.CharField(
        max_length=100,
        blank=True,
        help_text="Sources that retell one paper share a group. Empty: not known, not counted.",
    )
    record_id = models.CharField(max_length=80, blank=True, help_text="For a record: its id.")
    reports = models.PositiveIntegerField(
        null=True, blank=True, help_text="For a record: how many reports it lists."
    )
    archive_url = models.URLField(
        max_length=1000, blank=True, help_text="A copy in a public web archive."
    )
    original_sha256 = models.CharField(
        max_length=64, blank=True, help_text="Of the document's own bytes, kept in the vault."
    )
    media_type = models.CharField(max_length=80, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)
    fate = models.CharField(
        max_length=7,
        choices=Fate,
        blank=True,
        help_text="What the last look at its address found.",
    )
    looked_at = models.DateTimeField(null=True, blank=True)
    text = models.TextField()
    sha256 = models.CharField(max_length=64, unique=True)
    repairs = models.JSONField(default=list)
    descriptions = models.JSONField(
        default=list, help_text="Who said what of it after it was stored, and when."
    )
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            known("kind", ["fetched", "uploaded", "notes", "record"], "source_kind_is_known"),
            known("tier", ["", "primary", "reporting", "commentary"], "source_tier_is_known"),
            known("fate", ["", "live", "changed", "gone"], "source_fate_is_known"),
            models.CheckConstraint(
                condition=Q(fate="") ^ Q(looked_at__isnull=False), name="source_fate_is_dated"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="source_has_text"),
            models.CheckConstraint(
                condition=Q(kind="record") ^ Q(record_id=""),
                name="source_names_its_record_iff_record",
            ),
            models.CheckConstraint(
                condition=Q(kind="record") | Q(reports__isnull=True),
                name="source_lists_reports_only_if_record",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.url or self.sha256[:12]


class Citation(models.Model):
    """A version cites a source, by the key that stands in its text."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="citations")
    source = models.ForeignKey(Source, models.PROTECT, related_name="citations")
    key = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="citation_key_is_unique"),
            models.UniqueConstraint(
                fields=["version", "source"], name="citation_is_once_per_source"
            ),
            models.CheckConstraint(
                condition=Q(key__regex=r"^[A-Za-z0-9][A-Za-z0-9._-]*$"),
                name="citation_key_is_a_word",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Look(models.Model):
    """One look at a source's address after it was stored, and what was found there."""

    class Finding(models.TextChoices):
        SAME = "same"
        CHANGED = "changed"
        GONE = "gone"
        UNREACHABLE = "unreachable"  # says nothing of the document: tried again later

    source = models.ForeignKey(Source, models.CASCADE, related_name="looks")
    at = models.DateTimeField(auto_now_add=True)
    finding = models.CharField(max_length=11, choices=Finding)
    status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="HTTP status.")
    detail = models.TextField(blank=True, help_text="In words, for the editor.")
    text = models.TextField(blank=True, help_text="What stands there now, where it changed.")

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            known(
                "finding", ["same", "changed", "gone", "unreachable"], "look_finding_is_known"
            ),
            models.CheckConstraint(
                condition=Q(finding="changed") ^ Q(text=""), name="look_keeps_text_iff_changed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding} {self.source_id}"


class Fetch(models.Model):
    """An address that the desk wants in the vault, for one wire or for none yet."""

    class State(models.TextChoices):
        WAITING = "waiting"
        STORED = "stored"
        FAILED = "failed"

    wire = models.ForeignKey(
        Wire, models.PROTECT, null=True, blank=True, related_name="fetches"
    )
    url = models.URLField(max_length=1000)
    key = models.CharField(max_length=60, blank=True, help_text="What the text cites it by.")
    publisher = models.CharField(max_length=200, blank=True)
    tier = models.CharField(max_length=10, choices=Source.Tier, blank=True)
    group = models.CharField(max_length=100, blank=True)
    progress = models.CharField(max_length=7, choices=State, default=State.WAITING)
    problem = models.TextField(blank=True, help_text="Why it failed, and what to do.")
    source = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, related_name="fetches"
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            known("progress", ["waiting", "stored", "failed"], "fetch_progress_is_known"),
            known("tier", ["", "primary", "reporting", "commentary"], "fetch_tier_is_known"),
            models.CheckConstraint(
                condition=Q(progress="stored") ^ Q(source__isnull=True),
                name="fetch_names_its_source_iff_stored",
            ),
            models.CheckConstraint(
                condition=Q(progress="failed") ^ Q(problem=""),
                name="fetch_failure_is_explained",
            ),
            models.CheckConstraint(
                condition=Q(progress="waiting") ^ Q(ended_at__isnull=False),
                name="fetch_is_dated_iff_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.progress} {self.url}"
