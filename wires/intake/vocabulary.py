"""Words that a filing may use, checked where they stand so that the error can name the line."""

import re

from wires import taxonomy
from wires.intake.filing import IntakeError
from wires.models import Source, Wire

ADDRESS = re.compile(r"^https?://[^\s/]+\S*$")


def severity(word: str, where: str) -> str:
    return _one_of(word, Wire.Severity.values, "severity", where)


def event_class(word: str, where: str) -> str:
    return _one_of(word, Wire.EventClass.values, "event class", where)


def standard(word: str, where: str) -> str:
    return _one_of(word, Wire.Standard.values, "standard", where)


def code(word: str, where: str) -> str:
    known = taxonomy.current().codes.values_list("code", flat=True)
    return _one_of(word, list(known), "code", where)


def tier(word: str, where: str) -> str:
    return _one_of(word, Source.Tier.values, "tier", where)


def text_kind(word: str, where: str) -> str:
    return _one_of(word, Source.Text.values, "kind of text", where)


def address(word: str, where: str) -> str:
    """Return an http or https address, or nothing where none is given."""
    if word and not ADDRESS.match(word):
        raise IntakeError(f"{where}: “{word}” is no http or https address.")
    return word


def number(word: object, name: str, where: str) -> int | None:
    """Return how many of something there are, or nothing where that is not told."""
    if word in (None, ""):
        return None
    if not re.fullmatch("[0-9]{1,6}", str(word)):
        raise IntakeError(f"{where}: {name} is a whole number below a million, not “{word}”.")
    return int(str(word))


def _one_of(word: str, known: list[str], name: str, where: str) -> str:
    if word not in known:
        raise IntakeError(f"{where}: unknown {name} “{word}”; use one of {', '.join(known)}.")
    return word
