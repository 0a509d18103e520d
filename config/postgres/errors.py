"""What is said when the server cannot start: one line with the reason and the remedy."""

import errno
import os
from pathlib import Path

LAST_LINES = 6

# What the server writes, and what it means to the person who started it.
KNOWN = (
    ("No space left on device", "the disk is full; free some space and start again"),
    ("Disk quota exceeded", "the disk quota is used up; free some space and start again"),
    (
        "files are incompatible",
        "another version of PostgreSQL made the data; set another BUTFOR_DATA",
    ),
    (
        "Permission denied",
        "its user may not read or write the data folder; set another BUTFOR_DATA",
    ),
    (
        "Read-only file system",
        "the file system is read-only; set BUTFOR_DATA to one that is not",
    ),
    ("invalid locale", "this system lacks the locale that the data needs; install it"),
    (
        "shared memory",
        "the system gives it too little shared memory; free some and start again",
    ),
    (
        "Cannot allocate memory",
        "the system gives it too little memory; free some and start again",
    ),
    (
        "error while loading shared libraries",
        "a system library is missing; install the one named below",
    ),
)


class PostgresError(Exception):
    """The embedded server cannot be used; the text says why and what to do."""


def from_output(doing: str, output: str) -> PostgresError:
    """Explain a failed program by its own words, and show the last of them."""
    reason = next(
        (advice for words, advice in KNOWN if words in output), "its last words follow"
    )
    lines = [f"  {line}" for line in output.strip().splitlines()[-LAST_LINES:]]
    return PostgresError("\n".join([f"{doing} failed: {reason}", *lines]))


def from_system(error: OSError, folder: Path) -> PostgresError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return PostgresError(f"the disk that holds {folder} is full; free some space")
    place = error.filename or folder
    return PostgresError(
        f"{place}: {error.strerror} (as user {os.geteuid()}); "
        "change its owner, or set BUTFOR_DATA to a folder that you can write"
    )
