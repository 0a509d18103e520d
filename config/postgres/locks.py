"""Locks between processes. The kernel lets go of them when their holder dies, however it dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.postgres.errors import from_system

ALONE = fcntl.LOCK_EX
TOGETHER = fcntl.LOCK_SH


@contextmanager
def held(path: Path, kind: int, *, patience: float) -> Iterator[bool]:
    """Hold a lock for the length of a `with` block; False if it was not had in `patience` seconds."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise from_system(error, path.parent) from error
    try:
        yield _obtained(descriptor, kind, patience)
    finally:
        os.close(descriptor)


def _obtained(descriptor: int, kind: int, patience: float) -> bool:
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.05)
        else:
            return True
