"""Where exports come from and go to: a bundle that holds, and a path that is free."""

import os
import secrets
from pathlib import Path

from evidence.harness.errors import HarnessError
from evidence.harness.findings import Status
from evidence.harness.opened import Opened
from evidence.harness.verification import verify


def held(folder: Path) -> Opened:
    """Return a bundle that holds; nothing is made of one that does not (HarnessError)."""
    found = verify(folder)
    if found.status is Status.HOLDS:
        return Opened(folder, None)
    first = next(row for row in found.findings if row.status is not Status.HOLDS)
    raise HarnessError(f"{folder} does not hold, so nothing is made of it: {first.detail}")


def write(path: Path, data: bytes) -> None:
    """Write a new file, whole or not at all; one that is there already is left alone."""
    if path.exists():
        raise HarnessError(f"{path} is there already; name a new file with --out.")
    aside = path.with_name(f".{path.name}.partial-{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.rename(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise HarnessError(
            f"{path} cannot be written ({error.strerror}); name another file with --out."
        ) from error
