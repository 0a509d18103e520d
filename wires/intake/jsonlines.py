"""Records in JSON, one at a time: one object, an array of them, or an object a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from wires.intake.filing import IntakeError
from wires.intake.plain import DEEPEST_READ, is_deep
from wires.intake.tables import NOT_UTF8

LARGEST = 2_000_000  # characters of one record
PIECE = 1 << 16
MARGIN = 100  # characters at the end of a piece in which a record may begin
BETWEEN = re.compile(r"[\s,]*")
DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Broken:
    """Text that is no JSON: the place of it among the records, from 1, and what is wrong."""

    place: int
    problem: str


def values(path: Path) -> Iterator[tuple[int, Any] | Broken]:
    """Yield the records of a file with their places, from 1; what is broken is told of.

    After a broken record, the next one is looked for at a line that begins as the first did.
    """
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape") as handle:
            yield from _values(handle)
    except OSError as error:
        raise IntakeError(f"{path} cannot be read: {error.strerror}.") from error


def _values(handle: TextIO) -> Iterator[tuple[int, Any] | Broken]:
    window = _Window(handle)
    window.skip(re.compile(r"[\s,]*\[?"))
    begins = re.compile(r"\n" + re.escape(window.indent()) + r"\{")
    place = 0
    while window.skip(BETWEEN) not in ("", "]"):
        place += 1
        try:
            value, is_text = window.take()
            problem = _problem(value, is_text=is_text)
            yield Broken(place, problem) if problem else (place, value)
        except json.JSONDecodeError as error:
            yield Broken(place, f"it is not JSON: {error.msg} (character {error.pos})")
            window.seek(begins)
        except (RecursionError, ValueError):
            yield Broken(
                place, "it is nested too deeply, or has a number of thousands of digits"
            )
            window.seek(begins)


def _problem(value: Any, *, is_text: bool) -> str:
    if not is_text:
        return "it is not text in UTF-8"
    return f"it is nested more than {DEEPEST_READ} deep" if is_deep(value) else ""


class _Window:
    """The part of a file that is being read."""

    def __init__(self, handle: TextIO) -> None:
        self._handle = handle
        self._text = handle.read(PIECE)
        self._at = 0

    def indent(self) -> str:
        """Return the white space that stands before the next record on its line."""
        start = BETWEEN.match(self._text, self._at)
        return self._text[self._at : start.end() if start else 0].rpartition("\n")[2]

    def skip(self, pattern: re.Pattern[str]) -> str:
        """Go on behind a pattern; return the next character, or nothing at the end."""
        while True:
            found = pattern.match(self._text, self._at)
            end = found.end() if found else self._at
            if end < len(self._text) or not self._more():
                self._at = end
                return self._text[end : end + 1]

    def take(self) -> tuple[Any, bool]:
        """Take one value, and say whether it is UTF-8 throughout. Raises JSONDecodeError."""
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError:
                if len(self._text) - self._at > LARGEST or not self._more():
                    raise
            else:
                is_text = NOT_UTF8.search(self._text, self._at, end) is None
                self._at = end
                return value, is_text

    def seek(self, begins: re.Pattern[str]) -> None:
        """Go on at the next place that looks like a record's beginning, or to the end."""
        while not (found := begins.search(self._text, self._at + 1)):
            self._at = max(self._at, len(self._text) - MARGIN)
            if not self._more():
                self._at = len(self._text)
                return
        self._at = found.start()

    def _more(self) -> bool:
        piece = self._handle.read(PIECE)
        if piece:
            self._text, self._at = self._text[self._at :] + piece, 0
        return bool(piece)
