"""The append-only chain of runs: every registration, and what became of it.

Each entry holds the hash of the one before it and is signed, so that an entry cannot be
changed, dropped or put between others without the key.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from io import FileIO
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from evidence.harness import signing
from evidence.harness.canonical import canonical, lines, parsed, sha256
from evidence.harness.errors import HarnessError

GENESIS = "0" * 64


class Kind(StrEnum):
    """What an entry records."""

    REGISTRATION = "registration"
    RESULT = "result"
    ABANDONED = "abandoned"
    # The process of a registered run died, and another one goes on with it.
    RESUMED = "resumed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger; `sha256` is over the fields above it, signed by the key."""

    seq: int
    previous: str
    at: str
    kind: str
    body: Mapping[str, Any]
    sha256: str
    signature: str

    @classmethod
    def from_line(cls, line: bytes | str) -> "Entry":
        """Read one line; a malformed one raises ValueError."""
        data = parsed(line)
        if not isinstance(data, dict) or set(data) != set(cls.__slots__):
            raise ValueError("a ledger entry has other fields")
        return cls(**data)

    def to_line(self) -> str:
        """Return the entry as `from_line` reads it, with its line end."""
        return canonical(asdict(self)).decode() + "\n"


@dataclass(frozen=True, slots=True)
class Ledger:
    """The chain in one file; safe for several processes at once."""

    path: Path
    key: Ed25519PrivateKey

    def append(self, kind: Kind, body: Mapping[str, Any]) -> Entry:
        """Add an entry and return it once it is on the disk."""
        with _locked(self.path) as file:
            entries = _whole_entries(file, self.path)
            entry = self._next(entries, kind, body)
            end = file.tell()
            try:
                left = entry.to_line().encode()
                while left:
                    left = left[file.write(left) :]
                os.fsync(file.fileno())
            except OSError as error:
                os.truncate(self.path, end)
                raise _unwritable(self.path, error) from error
        return entry

    def segment(self, first: int, last: int) -> list[Entry]:
        """Return the entries from one sequence number to another, both included."""
        with _locked(self.path) as file:
            return _whole_entries(file, self.path)[first - 1 : last]

    def since(self, first: int) -> list[Entry]:
        """Return every entry from a sequence number on."""
        with _locked(self.path) as file:
            return _whole_entries(file, self.path)[first - 1 :]

    def _next(self, entries: Sequence[Entry], kind: Kind, body: Mapping[str, Any]) -> Entry:
        previous = entries[-1].sha256 if entries else GENESIS
        at = datetime.now(UTC).isoformat(timespec="microseconds")
        digest = _digest(len(entries) + 1, previous, at, kind, body)
        signature = signing.sign(self.key, _message(digest))
        return Entry(len(entries) + 1, previous, at, kind, body, digest, signature)


def broken(entries: Sequence[Entry], key: Ed25519PublicKey) -> str | None:
    """Return what is wrong with a stretch of the chain, or None when it is sound."""
    for before, entry in zip([None, *entries], entries, strict=False):
        if entry.sha256 != _digest(
            entry.seq, entry.previous, entry.at, entry.kind, entry.body
        ):
            return f"ledger entry {entry.seq} was changed: its hash is another"
        if not signing.is_signed(key, _message(entry.sha256), entry.signature):
            return f"ledger entry {entry.seq} is not signed with the bundle's key"
        if before and (entry.seq, entry.previous) != (before.seq + 1, before.sha256):
            return f"ledger entry {entry.seq} does not follow entry {before.seq}"
    return None


@contextmanager
def _locked(path: Path) -> Iterator[FileIO]:
    try:
        # Unbuffered: what did not fit must not be tried again when the file is closed.
        opened = path.open("a+b", buffering=0)
    except OSError as error:
        raise _unwritable(path, error) from error
    with opened as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _unwritable(path: Path, error: OSError) -> HarnessError:
    return HarnessError(
        f"The ledger {path} cannot be written ({error.strerror}); make room, or name another "
        "home with --home."
    )


def _whole_entries(file: FileIO, path: Path) -> list[Entry]:
    """Read the ledger; a last line that a crash cut short was never an entry and goes."""
    file.seek(0)
    data = file.read()
    whole = data[: data.rfind(b"\n") + 1]
    if len(whole) < len(data):
        file.truncate(len(whole))
    file.seek(0, os.SEEK_END)
    try:
        return [Entry.from_line(line) for line in lines(whole)]
    except ValueError as error:
        raise HarnessError(
            f"{path} is damaged ({error}); restore it, or move it away."
        ) from error


def _digest(seq: int, previous: str, at: str, kind: str, body: Mapping[str, Any]) -> str:
    fields = {"seq": seq, "previous": previous, "at": at, "kind": kind, "body": body}
    return sha256(canonical(fields))


def _message(digest: str) -> bytes:
    return f"butfor ledger entry {digest}".encode()
