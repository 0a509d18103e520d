"""Where what was learned is kept: a folder a version under the data folder, by its digest."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

MAKING = ".making-"  # what a training that was stopped has left begins so


class WeightsLostError(Exception):
    """What a version learned is not here as it was kept; the message is one line."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The version that a folder is of, and the SHA-256 of what is in it."""

    digest: str
    weights: str


def keep(
    digest: str, write: Callable[[Path], None], *, known: Mapping[str, str] | None = None
) -> Kept:
    """Have a folder written whole, then put it in place under its version's digest.

    `known` are the digests, by their weights, of versions that were learned from the same
    before: what is theirs goes back to its place, and what is another's is another version.
    Stopped at any point it leaves a folder that was there whole as it was. A spoiled one, which
    nobody could have used, is then there still, gone, or replaced whole: `folder` tells, and
    keeping it again mends it.
    """
    known = known or {}
    shelf = _shelf()
    shelf.mkdir(parents=True, exist_ok=True)
    for left in shelf.glob(f"{MAKING}{digest}-*"):
        shutil.rmtree(left, ignore_errors=True)
    made = Path(tempfile.mkdtemp(prefix=f"{MAKING}{digest}-", dir=shelf))
    write(made)
    found = sha256(made)
    name = known.get(found) or (other(digest, found) if known else digest)
    there = shelf / name
    if there.exists() and sha256(there) == found:
        shutil.rmtree(made)
        return Kept(name, found)
    for path in (made, *made.rglob("*")):
        _synced(path)
    spoiled = made.with_name(f"{made.name}-spoiled")
    if there.exists():  # no system replaces a folder that is not empty in one step
        there.rename(spoiled)
    made.rename(there)
    _synced(shelf)
    shutil.rmtree(spoiled, ignore_errors=True)
    return Kept(name, found)


def other(digest: str, weights: str) -> str:
    """Return the digest of a version that was learned from the same and has other weights."""
    return hashlib.sha256(f"{digest}\n{weights}\n".encode()).hexdigest()


def folder(digest: str, weights: str) -> Path:
    """Return the folder of a version as it was kept. Raises WeightsLostError."""
    place = _shelf() / digest
    if not place.is_dir():
        raise WeightsLostError(f"its folder {place} is not there")
    if sha256(place) != weights:
        raise WeightsLostError(f"its folder {place} is not as it was written")
    return place


def sha256(place: Path) -> str:
    """Return the hash of a folder: of each file's name and content, in the order of names."""
    whole = hashlib.sha256()
    for path in sorted(path for path in place.rglob("*") if path.is_file()):
        with path.open("rb") as handle:
            content = hashlib.file_digest(handle, "sha256").hexdigest()
        whole.update(f"{path.relative_to(place).as_posix()}\n{content}\n".encode())
    return whole.hexdigest()


def _shelf() -> Path:
    return Path(settings.DATA_DIR) / "classifiers"


def _synced(path: Path) -> None:
    """Wait until a file or a folder's list of names is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
