"""Formats that wires are filed in, one reader a format, all giving a `Filing`.

To add one, copy a sibling, give it `recognises(text)` and `read(text)`, and name it here.
"""

from dataclasses import replace
from pathlib import Path
from types import ModuleType

from wires.intake import limits, markdown, wiretext
from wires.intake.documents import sources
from wires.intake.filing import FiledSource, Filing, IntakeError
from wires.intake.text import read as read_text

__all__ = ["FORMATS", "FiledSource", "Filing", "IntakeError", "read", "sources"]

FORMATS: dict[str, ModuleType] = {"wiretext": wiretext, "markdown": markdown}


def read(path: Path, *, format: str = "", specs: tuple[str, ...] = ()) -> Filing:  # noqa: A002
    """Read a file and its documents. Raises IntakeError; stores nothing."""
    text = read_text(path)
    name = format or next(
        (n for n, reader in FORMATS.items() if reader.recognises(text)), "markdown"
    )
    filing: Filing = FORMATS[name].read(text)
    whole = replace(filing, sources=(*filing.sources, *sources(specs)))
    return limits.check(whole, path.name)
