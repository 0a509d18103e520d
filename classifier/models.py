"""Which classifier said what: every proposal cites one of these rows."""

from django.db import models
from django.db.models import Q


class ClassifierVersion(models.Model):
    """An encoder, definitions, a checker, and what was learned from editors' decisions.

    The digest is of all that it was made from. Without weights it has learned nothing: it ranks
    by the definitions alone. Never changed but for its activation, and never deleted: a trigger
    refuses.
    """

    digest = models.CharField(max_length=64, unique=True)
    encoder = models.CharField(max_length=200)
    encoder_digest = models.CharField(max_length=64, help_text="SHA-256 of the weights.")
    definitions_digest = models.CharField(max_length=64)
    checker = models.CharField(max_length=40)
    weights = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of what was learned; empty: nothing was."
    )
    training = models.JSONField(
        default=list, help_text="The decisions that it learned from: which, whose and when."
    )
    metrics = models.JSONField(default=dict, help_text="Out of fold, with intervals.")
    thresholds = models.JSONField(default=dict, help_text="From which a code is ticked.")
    comparison = models.JSONField(
        default=dict, help_text="Against the version that was active when it was made."
    )
    refused = models.TextField(
        blank=True, help_text="Why it may not be activated: it was worse beyond its interval."
    )
    made_at = models.DateTimeField(auto_now_add=True)
    active = models.BooleanField(default=False, help_text="New proposals are made by it.")
    activated_by = models.CharField(max_length=150, blank=True)
    activated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        get_latest_by = "made_at"
        constraints = [
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
                name="classifier_digest_is_a_sha256",
            ),
            models.CheckConstraint(
                condition=Q(weights="") | Q(weights__regex=r"^[0-9a-f]{64}$"),
                name="classifier_weights_are_a_sha256",
            ),
            models.UniqueConstraint(
                fields=["active"], condition=Q(active=True), name="classifier_active_is_one"
            ),
            models.CheckConstraint(
                condition=Q(active=False) | Q(refused=""),
                name="classifier_refused_is_never_active",
            ),
            models.CheckConstraint(
                condition=Q(activated_by="", activated_at__isnull=True, active=False)
                | ~Q(activated_by="") & Q(activated_at__isnull=False),
                name="classifier_activation_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return self.digest[:12]

    @property
    def is_trained(self) -> bool:
        return bool(self.weights)
