"""Read a taxonomy file into the database, and find the one in force."""

import hashlib
from pathlib import Path
from typing import Any

import yaml
from django.db import IntegrityError, transaction

from wires.models import Code, TaxonomyVersion

SHIPPED = Path(__file__).parent / "starter" / "taxonomy-2026-11.yaml"


class TaxonomyChangedError(Exception):
    """A version that is in the database already has another text."""


def current() -> TaxonomyVersion:
    """Return the newest taxonomy version. Raises DoesNotExist before one is loaded."""
    return TaxonomyVersion.objects.latest()


@transaction.atomic
def load(path: Path = SHIPPED) -> TaxonomyVersion:
    """Store a taxonomy file. Loading the same one again changes nothing."""
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if same := TaxonomyVersion.objects.filter(digest=digest).first():
        return same
    data: dict[str, Any] = yaml.load(content, yaml.CSafeLoader)
    if stored := TaxonomyVersion.objects.filter(key=data["version"]).first():
        raise TaxonomyChangedError(
            f"{path.name} differs from the stored version {stored.key}. A version in use is not "
            "edited: give the changed file a new version and date."
        )
    try:
        with transaction.atomic():
            return _stored(data, digest)
    except IntegrityError:  # another process loads it at this moment
        return TaxonomyVersion.objects.get(key=data["version"], digest=digest)


def _stored(data: dict[str, Any], digest: str) -> TaxonomyVersion:
    rules = {key: value for key, value in data.items() if key not in ("codes", "date")}
    taxonomy = TaxonomyVersion.objects.create(
        key=data["version"],
        dated=data["date"],
        author=data["author"],
        rules=rules,
        digest=digest,
    )
    Code.objects.bulk_create(
        Code(
            taxonomy=taxonomy,
            code=entry["code"],
            kind=entry["kind"],
            number=int(entry["code"][1:]),
            title=entry["title"],
            definition=entry["definition"].strip(),
            mappings=[{**row, "date": str(row["date"])} for row in entry["mappings"]],
        )
        for entry in data["codes"]
    )
    return taxonomy
