"""Which classifier said what: every proposal cites one of these rows."""

from django.db import models
from django.db.models import Q


class ClassifierVersion(models.Model):
    """An encoder, a set of definitions and a checker. The digest is of all three."""

    digest = models.CharField(max_length=64, unique=True)
    encoder = models.CharField(max_length=200)
    encoder_digest = models.CharField(max_length=64, help_text="SHA-256 of the weights.")
    definitions_digest = models.CharField(max_length=64)
    checker = models.CharField(max_length=40)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        get_latest_by = "made_at"
        constraints = [
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
                name="classifier_digest_is_a_sha256",
            )
        ]

    def __str__(self) -> str:
        return self.digest[:12]
