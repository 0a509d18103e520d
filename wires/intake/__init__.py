"""Formats that wires are filed in, one reader a format.

A file of a format in `FORMATS` is one wire: its reader has `recognises(text)` and
`read(text)`, which returns a `Filing`. An archive in `ARCHIVES` is many records, in one file or
in a folder as its publisher lays it out: its reader has `recognises(path)`, `LAYOUT` in words,
and `read(path)`, which yields a `Filing` or a `Refused` for each record, one at a time.

To add one, copy a sibling and name it here.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from wires.intake import aiid, atlas, avid, limits, markdown, wiretext
from wires.intake.documents import sources
from wires.intake.filing import Entry, FiledSource, Filing, IntakeError, Refused, WeakLabel
from wires.intake.text import read as read_text

__all__ = [
    "ARCHIVES", "FORMATS", "Entry", "FiledSource", "Filing", "IntakeError", "Refused", "WeakLabel",
    "archive", "read", "records", "sources",
]  # fmt: skip

FORMATS: dict[str, ModuleType] = {"wiretext": wiretext, "markdown": markdown}
ARCHIVES: dict[str, ModuleType] = {"aiid": aiid, "atlas": atlas, "avid": avid}


def read(path: Path, *, format: str = "", specs: tuple[str, ...] = ()) -> Filing:  # noqa: A002
    """Read a file and its documents. Raises IntakeError; stores nothing."""
    text = read_text(path)
    name = format or next(
        (n for n, reader in FORMATS.items() if reader.recognises(text)), "markdown"
    )
    filing: Filing = FORMATS[name].read(text)
    whole = replace(filing, sources=(*filing.sources, *sources(specs)))
    return limits.check(whole, path.name)


def archive(path: Path, *, format: str = "") -> str:  # noqa: A002
    """Return the name of the archive's format that a path has, or nothing if it is one wire.

    Raises IntakeError where there is no such path, and for a folder of no known layout.
    """
    if not path.exists():
        raise IntakeError(f"{path} does not exist.")
    if format:
        return format if format in ARCHIVES else ""
    found = next((name for name, reader in ARCHIVES.items() if reader.recognises(path)), "")
    if path.is_dir() and not found:
        known = "; ".join(f"{name}: {reader.LAYOUT}" for name, reader in ARCHIVES.items())
        raise IntakeError(f"{path} is a folder of no layout that is known here ({known}).")
    return found


def records(path: Path, *, format: str) -> Iterator[Entry]:  # noqa: A002
    """Yield the records of an archive, each held to what can be stored. Stores nothing.

    Raises IntakeError, at the first record, where the path is no such archive at all.
    """
    for entry in ARCHIVES[format].read(path):
        try:
            yield limits.check(entry, entry.record) if isinstance(entry, Filing) else entry
        except IntakeError as error:
            yield Refused(entry.record, str(error).removeprefix(f"{entry.record}: "))
