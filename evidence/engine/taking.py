"""Take in a bundle that was made on another machine: verified first, and stored once."""

import tempfile
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from evidence.engine import places, reading
from evidence.harness import bundle
from evidence.harness.canonical import sha256
from evidence.harness.errors import HarnessError
from evidence.models import Run

# A bundle is seven files of text and packed rows; what is larger was not made by the harness.
LARGEST = 2**30


def take(folder: Path, *, asked_by: str, trusted_key: str | None = None) -> tuple[Run, bool]:
    """Store a bundle as a finished run, and say whether it is new here.

    The copy is what is verified, so nothing can change between check and use. A bundle that
    fails or cannot be checked raises HarnessError and leaves nothing. Without `trusted_key`,
    a fingerprint known from elsewhere, anyone may have signed it.
    """
    known = _known(folder)
    if known is not None:
        return known, False
    try:
        if sum(path.lstat().st_size for path in folder.iterdir()) > LARGEST:
            raise HarnessError(f"{folder} is larger than {LARGEST} bytes, which no bundle is.")
        (settings.DATA_DIR / "runs").mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            dir=settings.DATA_DIR / "runs", prefix=".taken-"
        ) as at:
            copy = Path(at) / "bundle"
            copy.mkdir()
            for path in folder.iterdir():
                (copy / path.name).write_bytes(_read(folder, path.name))
            _require_sound(copy, folder, trusted_key)
            return _stored(copy, asked_by), True
    except IntegrityError:
        # Another process has taken the same bundle in at the same time.
        if (known := _known(folder)) is None:
            raise
        return known, False
    except (OSError, ArithmeticError) as error:
        raise HarnessError(f"{folder} cannot be taken in ({error}).") from error


def _known(folder: Path) -> Run | None:
    try:
        digest = sha256(_read(folder, bundle.MANIFEST))
    except OSError as error:
        raise HarnessError(
            f"{folder} holds no {bundle.MANIFEST}; name the folder of a bundle."
        ) from error
    return Run.objects.finished().filter(manifest_sha256=digest).first()


def _read(folder: Path, name: str) -> bytes:
    """Return a file of a folder; a link, a pipe or a folder is not opened."""
    from evidence.harness.findings import FailsError
    from evidence.harness.opened import read

    try:
        return read(folder, name)
    except FailsError as error:
        raise HarnessError(f"{folder} cannot be taken in: {error}.") from error


def _require_sound(copy: Path, folder: Path, trusted_key: str | None) -> None:
    from evidence.harness.findings import Status
    from evidence.harness.verification import verify

    found = verify(copy, trusted_key=trusted_key)
    if found.status is not Status.HOLDS:
        why = "; ".join(
            f"{finding.check}: {finding.detail}"
            for finding in found.findings
            if finding.status is not Status.HOLDS
        )
        raise HarnessError(f"{folder} is not taken in; verify says {found.status}: {why}")


def _stored(copy: Path, asked_by: str) -> Run:
    from evidence.harness.opened import Opened

    opened = Opened(copy, None)
    spec, ended = opened.spec, opened.entries[-1].at
    with transaction.atomic():
        row = Run.objects.create(
            recipe=spec.recipe, tier=spec.tier, spec=spec.to_json(), spec_sha256=spec.digest(),
            asked_by=asked_by,
        )  # fmt: skip
        place = places.bundle_dir(row)
        places.cleared(place)
        Run.objects.filter(pk=row.pk).update(
            status=Run.Status.FINISHED, taken_at=timezone.now(), finished_at=ended,
            done=1, total=1, bundle=reading.place(place), **reading.columns(copy),
        )  # fmt: skip
        copy.rename(place)
    row.refresh_from_db()
    return row
