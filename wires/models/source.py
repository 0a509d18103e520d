"""The vault: documents that wires cite, with their text and its hash."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from wires.models.constraints import known
from wires.models.wire import Version


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
    text = models.TextField()
    sha256 = models.CharField(max_length=64, unique=True)
    repairs = models.JSONField(default=list)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            known("kind", ["fetched", "uploaded", "notes", "record"], "source_kind_is_known"),
            known("tier", ["", "primary", "reporting", "commentary"], "source_tier_is_known"),
            models.CheckConstraint(condition=~Q(text=""), name="source_has_text"),
            models.CheckConstraint(
                condition=Q(kind="record") ^ Q(record_id=""),
                name="source_names_its_record_iff_record",
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
