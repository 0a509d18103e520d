"""Vectors of texts, and how one encoder gives way to another. The only writer of embeddings.

A new encoder reads the archive again in the background. Until it has read all of it, likeness is
told by the old one's vectors, which are kept complete meanwhile; then they are dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import transaction
from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet

from classifier import engine
from wires.models import Embedding, Proposal, Version, Wire
from wires.models.proposal import DIMENSIONS


@dataclass(frozen=True, slots=True)
class Vectors:
    """A text's vectors by encoder, and which encoder's serve."""

    encoder: str
    by_encoder: Mapping[str, engine.Vector]

    @property
    def vector(self) -> engine.Vector:
        return self.by_encoder[self.encoder]


def of(text: str) -> Vectors:
    """Read a text with the configured encoder, and with the one that serves if it is another.

    Where that one is no longer on this machine, the configured one has to do.
    """
    mine = engine.encoder_digest()
    found = {mine: engine.embed(text)}
    serves = serving()
    if serves and serves != mine and (old := engine.embed_with(serves, text)):
        found[serves] = old
    return Vectors(serves if serves in found else mine, found)


def serving() -> str | None:
    """Return the encoder whose vectors are complete; of two that are, the newer one.

    Complete is what covers most of the texts that stand. None while there is no vector.
    """
    standing = Wire.objects.public() | Wire.objects.in_queue()
    covered = Embedding.objects.filter(
        version__wire__in=standing, version__wire__current=F("version")
    )
    counted = covered.values("encoder").annotate(texts=Count("pk"), began=Min("pk"))
    return counted.order_by("-texts", "-began").values_list("encoder", flat=True).first()


def kept(version: Version) -> Embedding | None:
    """Return a version's vector of the encoder that serves, as far as there is one."""
    rows = list(Embedding.objects.filter(version=version).order_by("pk"))
    if len(rows) < 2:
        return rows[0] if rows else None
    serves = serving()
    return next((row for row in rows if row.encoder == serves), rows[-1])


def keep(version: Version, found: Vectors) -> None:
    """Store a version's vectors; those that are there stay."""
    for encoder, vector in found.by_encoder.items():
        _store(encoder, [(version, vector)])


def renew(*, limit: int) -> bool:
    """Read at most `limit` texts that lack the configured encoder's vector; say if more are left.

    Once none is left, the vectors of other encoders go. Safe to run twice, and at once.
    """
    encoder = engine.encoder_digest()
    versions = list(lacking(encoder)[:limit])
    texts = [f"{version.headline}\n\n{version.body}" for version in versions]
    _store(encoder, zip(versions, engine.embed_all(texts), strict=True))
    return not _dropped(encoder)


def lacking(encoder: str) -> QuerySet[Version]:
    """Keep texts that the classifier has read and that have no vector of this encoder."""
    later = Version.objects.filter(wire=OuterRef("wire"), number__gt=OuterRef("number"))
    used = Q(wire__current=F("pk")) | ~Exists(later)
    ours = Embedding.objects.filter(version=OuterRef("pk"), encoder=encoder)
    read = Exists(Proposal.objects.filter(version=OuterRef("pk")))
    known = Wire.objects.public() | Wire.objects.in_queue()
    return Version.objects.filter(used, read, ~Exists(ours), wire__in=known).order_by("pk")


def _store(encoder: str, found: Iterable[tuple[Version, engine.Vector]]) -> None:
    Embedding.objects.bulk_create(
        (
            Embedding(version=version, encoder=encoder, vector=list(vector))
            for version, vector in found
        ),
        ignore_conflicts=True,
    )


@transaction.atomic
def _dropped(encoder: str) -> bool:
    """Drop what other encoders made, if this one's vectors are complete; say whether they are."""
    if lacking(encoder).exists():
        return False
    Embedding.objects.exclude(encoder=encoder).delete()
    return True


@register()
def encoder_fits(**_: Any) -> list[CheckMessage]:
    """Refuse an encoder whose vectors the database has no room for, before it is loaded."""
    if not settings.ENCODER:
        return []
    try:
        dimensions = engine.encoder_dimensions()
    except engine.EncoderError as error:
        return [Error(f"ENCODER: {error}", id="butfor.E008")]
    if dimensions == DIMENSIONS:
        return []
    hint = f"Vectors are kept with {DIMENSIONS} numbers; name an encoder that makes such ones."
    return [
        Error(
            f"ENCODER {settings.ENCODER!r} makes vectors of {dimensions} numbers.",
            hint=hint,
            id="butfor.E009",
        )
    ]
