"""Where runs, their checkpoints, the signing key and the ledger lie in the data folder."""

import shutil
from pathlib import Path

from django.conf import settings

from evidence.models import Run


def bundle_dir(row: Run) -> Path:
    return settings.DATA_DIR / "runs" / str(row.pk)


def checkpoints_dir(row: Run) -> Path:
    """Return where a run that is killed leaves what the next attempt goes on from."""
    return settings.DATA_DIR / "runs" / f"{row.pk}.checkpoints"


def home_dir() -> Path:
    """Return where this site keeps its signing key and its ledger."""
    return settings.DATA_DIR / "harness"


def cleared(bundle: Path) -> None:
    """Remove what a dead worker left: the bundle's own folder and its unfinished siblings."""
    shutil.rmtree(bundle, ignore_errors=True)
    for left in bundle.parent.glob(f".{bundle.name}.*"):
        shutil.rmtree(left, ignore_errors=True)
    bundle.parent.mkdir(parents=True, exist_ok=True)
