"""Documents as they came, each in a file that is named by its own hash."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path


def keep(body: bytes, *, home: Path) -> str:
    """Store bytes as `ab/<sha256>` and return the hash. What is stored is never written again."""
    digest = hashlib.sha256(body).hexdigest()
    path = _path(digest, home)
    if path.exists():
        return digest
    path.parent.mkdir(parents=True, exist_ok=True)
    # Whole or not at all: the name appears when every byte is on the disk.
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
    return digest


def kept(digest: str, *, home: Path) -> bytes | None:
    """Return stored bytes; None where they are not there, or are no longer what they were."""
    path = _path(digest, home)
    if not digest or not path.is_file():
        return None
    body = path.read_bytes()
    return body if hashlib.sha256(body).hexdigest() == digest else None


def _path(digest: str, home: Path) -> Path:
    return home / digest[:2] / digest
