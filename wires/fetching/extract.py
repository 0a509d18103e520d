"""The text of a document, read by a process of its own that may not do much."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from wires.fetching.download import Download
from wires.fetching.limits import Limits
from wires.fetching.problems import UnreadableError
from wires.fetching.reading import Reading

ROOT = Path(__file__).resolve().parents[2]
# What a parser needs of the environment; keys and addresses of the site are not among it.
PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH")
EXCERPT = 200  # characters of what a parser said at its end


def extract(document: Download, limits: Limits) -> Reading:
    """Return what a document says. Raises UnreadableError, whose words are for an editor.

    Both parsers are large and are given whatever the web has; a file made to break one takes
    down a child that has no secrets, no files to write and little time.
    """
    told = {
        "media_type": document.media_type, "charset": document.charset, "url": document.url,
        "most": limits.characters, "seconds": round(limits.reading_seconds) + 1,
        "memory": limits.reading_memory,
    }  # fmt: skip
    command = [sys.executable, "-m", "wires.fetching.reader", json.dumps(told)]
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - our own module, with words that we made
            command, input=document.body, capture_output=True, check=False, cwd=ROOT,
            env={**kept, "PYTHONDONTWRITEBYTECODE": "1"}, timeout=limits.reading_seconds,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise UnreadableError(
            f"The document took longer than {limits.reading_seconds:g} s to read. Upload its text "
            "by hand."
        ) from error
    if done.returncode != 0:
        raise UnreadableError(
            f"The document could not be read ({_end(done)}). It may be broken: upload its text by "
            "hand."
        )
    answer = json.loads(done.stdout)
    if "problem" in answer:
        raise UnreadableError(answer["problem"])
    return Reading.from_json(answer)


def _end(done: subprocess.CompletedProcess[bytes]) -> str:
    """Return how a reader ended: the last line that it wrote, or the signal that ended it."""
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    if done.returncode < 0 or not lines:
        return f"its reader was stopped, {-done.returncode or done.returncode}"
    return lines[-1][:EXCERPT]
