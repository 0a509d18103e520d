"""What a row says of a sealed bundle: read from its manifest, whoever made it."""

from pathlib import Path
from typing import Any

from django.conf import settings

from evidence.engine.series import series
from evidence.harness import bundle
from evidence.harness.canonical import sha256
from evidence.harness.opened import Opened


def columns(folder: Path) -> dict[str, Any]:
    """Return the columns of a finished run, from a bundle that was sealed here or verified."""
    opened = Opened(folder, None)
    predicate = opened.predicate
    return {
        "outcome": predicate["outcome"],
        "reason": predicate["reason"],
        "metrics": predicate["metrics"],
        "series": series(opened),
        "manifest_sha256": sha256(opened.read(bundle.MANIFEST)),
        "signed_by": predicate["key"],
        "message": "",
    }


def place(folder: Path) -> str:
    """Return a bundle's folder as a row keeps it: below the data folder."""
    return str(folder.relative_to(settings.DATA_DIR))
