"""What a run that was killed leaves, so that the same run can go on and not begin again.

A folder holds the run's registration, what it was begun with, and the trainings so far. It is
another attempt's start only where spec, code, libraries, machine and ledger are the same.
"""

import fcntl
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evidence.harness import provenance
from evidence.harness.errors import HarnessError
from evidence.harness.ledger import Entry, Kind, Ledger

BEGUN, LOCK = "begun.json", "lock"
# Nothing else is ever written there, and nothing else is ever removed.
OURS = (BEGUN, LOCK, "training-*.safetensors", "training-*.partial", "arm-*")


@contextmanager
def held(folder: Path | None) -> Iterator[Path | None]:
    """Hold a run's folder for the length of a `with` block; it is gone at the end.

    Yields None where there is no folder, or another process works in it: then nothing is
    kept. Only a process that is killed leaves the folder.
    """
    if folder is None:
        yield None
        return
    with keeping(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if strange := [path.name for path in folder.iterdir() if not _is_ours(path)]:
            raise HarnessError(
                f"{folder} holds {strange[0]}, which is no checkpoint; name another folder."
            )
        lock = (folder / LOCK).open("a")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        try:
            yield folder
        finally:
            _cleared(folder)
            (folder / LOCK).unlink(missing_ok=True)
            with suppress(OSError):
                folder.rmdir()


@contextmanager
def keeping(folder: Path) -> Iterator[None]:
    """Tell what cannot be written within a `with` block by the folder of checkpoints."""
    try:
        yield
    except OSError as error:
        raise HarnessError(
            f"Checkpoints cannot be kept in {folder} ({error.strerror}); make room, or name "
            "another folder."
        ) from error


def begin(folder: Path | None, ledger: Ledger, body: Mapping[str, Any]) -> Entry:
    """Return the run's registration: that of the attempt which was killed, or a new one.

    The ledger shows both: a registration that is taken up again is followed by an entry.
    """
    entry = _left(folder, ledger, body) if folder else None
    if entry is not None:
        ledger.append(Kind.RESUMED, {"registration": entry.seq})
        return entry
    if folder:
        _cleared(folder)
    entry = ledger.append(Kind.REGISTRATION, body)
    if folder:
        with keeping(folder), (folder / BEGUN).open("x") as file:
            json.dump({"registration": asdict(entry), "with": _circumstances()}, file)
    return entry


def _left(folder: Path, ledger: Ledger, body: Mapping[str, Any]) -> Entry | None:
    try:
        begun = json.loads((folder / BEGUN).read_text())
        entry = Entry(**begun["registration"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    # Through JSON, as the file keeps it: tuples become lists there.
    known = json.loads(json.dumps([_circumstances(), body]))
    if [begun.get("with"), entry.body] != known:
        return None
    since = ledger.since(entry.seq)
    ended = any(
        row.kind in {Kind.RESULT, Kind.ABANDONED} and row.body.get("registration") == entry.seq
        for row in since
    )
    return entry if since and since[0] == entry and not ended else None


def _circumstances() -> dict[str, Any]:
    """Return what decides the bits of a training, besides the spec."""
    return {
        "code": provenance.code_version(),
        "libraries": provenance.libraries(),
        "machine": provenance.machine(),
    }


def _is_ours(path: Path) -> bool:
    return any(path.match(pattern) for pattern in OURS)


def _cleared(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name != LOCK and _is_ours(path):
            path.unlink()
