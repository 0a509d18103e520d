"""The folder that a finished run leaves: what is in it, and how it comes to be whole."""

import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from evidence.harness.canonical import sha256
from evidence.harness.errors import HarnessError

MANIFEST, ENVELOPE, LEDGER = "manifest.json", "manifest.dsse.json", "ledger.jsonl"
REGISTRATION, KEY = "registration.json", "public_key.pem"
ROLLOUTS, READINGS = "rollouts.jsonl.zst", "readings.jsonl.zst"
JUDGEMENTS = "judgements.jsonl.zst"
# The manifest names the hash of its subjects; the other files hold the manifest's own.
_SUBJECTS = frozenset({REGISTRATION, KEY, ROLLOUTS, READINGS})
_ABOUT = frozenset({MANIFEST, ENVELOPE, LEDGER})

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:butfor:evidence-run:v1"


def subjects(tier: str) -> frozenset[str]:
    """Return the files that a manifest names; judges' replies there are in tier B alone."""
    return _SUBJECTS | {JUDGEMENTS} if tier == "B" else _SUBJECTS


def files(tier: str) -> frozenset[str]:
    """Return every file of a bundle."""
    return subjects(tier) | _ABOUT


@contextmanager
def reserved(out: Path) -> Iterator[Path]:
    """Yield a folder beside `out` that becomes `out` at the end, or goes without a trace.

    An `out` that holds anything already is refused, so that no bundle mixes with another.
    """
    out = out.absolute()
    made = [folder for folder in out.parents if not folder.exists()]
    folder = _beside(out)
    try:
        yield folder
        folder.rename(out)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            for parent in made:
                parent.rmdir()
        if isinstance(error, OSError):
            raise HarnessError(
                f"The bundle could not be written to {out} ({error.strerror}); nothing is "
                "left there. Make room or name another folder with --out."
            ) from error
        raise


def write(folder: Path, name: str, data: bytes) -> None:
    """Write one file of a bundle and see it to the disk."""
    with (folder / name).open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def statement(subjects: Mapping[str, bytes], predicate: Mapping[str, Any]) -> bytes:
    """Return an in-toto Statement (version 1) about these files, as JSON for people too."""
    data = {
        "_type": STATEMENT_TYPE,
        "subject": [
            {"name": name, "digest": {"sha256": sha256(content)}}
            for name, content in sorted(subjects.items())
        ],
        "predicateType": PREDICATE_TYPE,
        "predicate": predicate,
    }
    return pretty(data)


def pretty(data: Mapping[str, Any]) -> bytes:
    """Return JSON with an indent and a line end."""
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _beside(out: Path) -> Path:
    try:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise HarnessError(f"{out} is not empty; name a new folder with --out.")
        out.parent.mkdir(parents=True, exist_ok=True)
        folder = out.with_name(f".{out.name}.partial-{secrets.token_hex(4)}")
        folder.mkdir()
    except OSError as error:
        raise HarnessError(
            f"{out} cannot be made ({error.strerror}); name another folder with --out."
        ) from error
    return folder
