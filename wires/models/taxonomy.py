"""The dated list of codes and the written severity rule, as data."""

from django.db import models

from wires.models.constraints import known


class TaxonomyVersion(models.Model):
    key = models.CharField(max_length=20, unique=True, help_text="For example 2026-11.")
    dated = models.DateField()
    author = models.CharField(max_length=100)
    rules = models.JSONField(help_text="Event classes, severities, factors, rule, standards.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file it was read from.")

    class Meta:
        get_latest_by = "dated"

    def __str__(self) -> str:
        return self.key


class Code(models.Model):
    class Kind(models.TextChoices):
        MECHANISM = "M"
        FIELD = "F"

    taxonomy = models.ForeignKey(TaxonomyVersion, models.PROTECT, related_name="codes")
    code = models.CharField(max_length=8)
    kind = models.CharField(max_length=1, choices=Kind)
    number = models.PositiveSmallIntegerField(help_text="Order within its kind.")
    title = models.CharField(max_length=120)
    definition = models.TextField()
    mappings = models.JSONField(default=list)

    class Meta:
        ordering = ["-kind", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["taxonomy", "code"], name="code_is_once_in_a_taxonomy"
            ),
            known("kind", ["M", "F"], "code_kind_is_known"),
            models.CheckConstraint(
                condition=models.Q(code__startswith=models.F("kind")),
                name="code_begins_with_its_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_empty(self) -> bool:
        """M0 and F0 say that nothing is established; they need no claim to rest on."""
        return self.number == 0
