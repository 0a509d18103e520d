"""The process that opens a document that nobody vouches for: bytes in, JSON out, and no more.

Run by `extract`, as `python -m wires.fetching.reader '{...}'`. Before it imports a parser it
gives up memory, time, files and children beyond what it was told.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

from wires.fetching.problems import UnreadableError
from wires.fetching.reading import Reading

FILES = 64  # open at once; the parsers' own modules need some


def confine(*, seconds: int, memory: int) -> None:
    """Lower this process's limits for good. It writes no file and starts no other process."""
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (allowed, allowed))


def read(raw: bytes, *, media_type: str, charset: str, url: str, most: int) -> Reading:
    """Return what a document says. Raises UnreadableError."""
    # The parsers are imported here, within the limits of the process.
    from wires.fetching import pdf, webpage
    from wires.fetching.text import cleaned, decoded

    if media_type == "application/pdf":
        return pdf.read(raw, most=most)
    if media_type == "text/plain":
        whole, decoding = decoded(raw, charset)
        text, mending = cleaned(whole, most=most)
        return Reading(text, "", "", None, (*decoding, *mending))
    return webpage.read(raw, charset=charset, url=url, most=most)


def main(told: dict[str, Any]) -> dict[str, Any]:
    confine(seconds=told.pop("seconds"), memory=told.pop("memory"))
    try:
        return read(sys.stdin.buffer.read(), **told).to_json()
    except UnreadableError as error:
        return {"problem": str(error)}
    except MemoryError:
        return {
            "problem": "The document takes more memory to read than it may. Upload its text by hand."
        }


if __name__ == "__main__":
    json.dump(main(json.loads(sys.argv[1])), sys.stdout)
