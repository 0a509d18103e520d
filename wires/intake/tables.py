"""Tables as CSV, a row at a time: a broken row is told of, and the rows after it are read."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from wires.intake.filing import IntakeError

LARGEST = 2_000_000  # characters of one row; a row is a record, not a library
LOOK_AHEAD = 1000  # lines after a broken one that are tried as the beginning of a row
ENDS = ("\n", "\r")  # of a line
NOT_UTF8 = re.compile("[\udc80-\udcff]")  # what the decoder puts in the place of a wrong byte


@dataclass(frozen=True, slots=True)
class Row:
    """One row with the line it begins on."""

    line: int
    columns: tuple[str, ...]
    cells: tuple[str, ...]
    places: Mapping[str, int]  # of columns by their names in small letters

    def get(self, column: str) -> str:
        """Return the cell of a column, or nothing where the table has no such column."""
        place = self.places.get(column)
        return "" if place is None else self.cells[place].strip()

    def items(self) -> Iterator[tuple[str, str]]:
        return zip(self.columns, self.cells, strict=True)


@dataclass(frozen=True, slots=True)
class BrokenRow:
    line: int
    problem: str


def columns(path: Path) -> tuple[str, ...]:
    """Return the names in a table's first row, in small letters. Raises IntakeError."""
    with _opened(path) as handle:
        return tuple(name.lower() for name in _header(handle, path)[0])


def rows(path: Path, *, needs: tuple[str, ...]) -> Iterator[Row | BrokenRow]:
    """Yield the rows of a table that has the columns it `needs`. Raises IntakeError if not."""
    csv.field_size_limit(LARGEST)
    with _opened(path) as handle:
        names, lines = _header(handle, path)
        places = {name.lower(): n for n, name in reversed(list(enumerate(names)))}
        if missing := [name for name in needs if name not in places]:
            raise IntakeError(f"{path.name}: the first line names no column {missing[0]}.")
        for found in _rows(lines, len(names)):
            yield (
                found
                if isinstance(found, BrokenRow)
                else Row(found[0], names, found[1], places)
            )


def _rows(lines: _Lines, width: int) -> Iterator[tuple[int, tuple[str, ...]] | BrokenRow]:
    reader = csv.reader(lines, strict=True)
    while True:
        line = lines.begin()
        try:
            cells = next(reader)
            problem = _problem(cells, width)
        except StopIteration:
            return
        except (csv.Error, _TooLongError) as error:
            cells, problem = [], f"it is no row of a table: {error}"
        if problem:
            yield BrokenRow(line, problem)
            lines.hand_back(width=width)
            reader = csv.reader(lines, strict=True)
        elif cells:
            yield line, tuple(cells)


def _problem(cells: list[str], width: int) -> str:
    if cells and len(cells) != width:
        return f"it has {len(cells)} cells, and the first line names {width} columns"
    if any(NOT_UTF8.search(cell) for cell in cells):
        return "it is not text in UTF-8"
    return ""


def _opened(path: Path) -> TextIO:
    try:
        return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")
    except OSError as error:
        raise IntakeError(f"{path} cannot be read: {error.strerror}.") from error


def _header(handle: TextIO, path: Path) -> tuple[tuple[str, ...], _Lines]:
    lines = _Lines(handle)
    try:
        names = next(csv.reader(lines, strict=True))
    except (StopIteration, csv.Error, _TooLongError):
        names = []
    if not any(name.strip() for name in names):
        raise IntakeError(f"{path.name}: its first line names no columns.")
    return tuple(name.strip() for name in names), lines


class _TooLongError(Exception):
    """A quotation mark was not closed, or somebody put a library into a row."""


class _Lines:
    """The lines of a file; those of a broken row can be handed back and read anew."""

    def __init__(self, handle: TextIO) -> None:
        self._handle = handle
        self._back: list[str] = []  # the next one last
        self._taken: list[str] = []
        self._size = 0
        self._read = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._size > LARGEST:
            raise _TooLongError(f"it has more than {LARGEST:,} characters")
        line = self._back.pop() if self._back else self._handle.readline(LARGEST)
        if not line:
            raise StopIteration
        self._read += 1
        if len(line) == LARGEST and not line.endswith(ENDS):
            self._taken.append("")  # nothing of it is a row
            self._pass_over()
            raise _TooLongError(f"its line has {LARGEST:,} characters or more")
        self._taken.append(line)
        self._size += len(line)
        return line

    def _pass_over(self) -> None:
        """Go on behind the end of a line whose beginning was read: it is one line, not many."""
        while (piece := self._handle.readline(LARGEST)) and not piece.endswith(ENDS):
            pass

    def begin(self) -> int:
        """Begin a row; return the number of its first line."""
        self._taken, self._size = [], 0
        return self._read + 1

    def hand_back(self, *, width: int) -> None:
        """Give back the lines from the first one, after the broken one, that begins a row."""
        rest = self._taken[1:]
        begins = next(
            (n for n in range(min(len(rest), LOOK_AHEAD)) if _is_row(rest[n:], width)), None
        )
        if begins is not None:
            self._back += reversed(rest[begins:])
            self._read -= len(rest) - begins


def _is_row(lines: list[str], width: int) -> bool:
    """Say whether a row of so many cells begins here, as far as these lines tell."""
    try:
        [cells] = islice(csv.reader(iter(lines), strict=True), 1)
    except ValueError:
        return False
    except csv.Error as error:
        return str(error) == "unexpected end of data"  # a cell that goes on below
    return len(cells) == width
