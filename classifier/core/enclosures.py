"""Quotations and brackets, which a full stop inside them does not end."""

import re
from collections.abc import Iterator

LONGEST = 300  # characters; a mark that is never closed encloses nothing

_PAIRS = {
    "“": "”",
    "„": "“”",
    "«": "»",
    "\u2039": "\u203a",
    "「": "」",
    "『": "』",
    "(": ")",
    "[": "]",
    "\uff08": "\uff09",
}
_REVERSED = {"»": "«", "\u203a": "\u2039"}
_BRACKETS = "([\uff08"
_NEAR = 12  # characters in which the stop before a bracket stands
# A straight mark opens after a space or a bracket; one after a figure is inches.
_STRAIGHT = re.compile(r"(?<![\w.,!?…)\]])\"(?=\S)")
_STRAIGHT_END = re.compile(r"(?<=[^\s(\[])\"(?!\w)")
_STOPPED = re.compile(r"(?:^|[.!?…:\u3002\uff01\uff1f][\"'”“\u2019»)\]]*)\s*$")


def enclosures(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of each quotation and of each bracket inside a sentence, marks included.

    A bracket that begins where a sentence may begin holds sentences of its own.
    """
    found: list[tuple[int, int]] = []
    end = 0
    for start, closed in _marks(text):
        if start >= end:
            found.append((start, closed))
            end = closed
    return found


def _marks(text: str) -> Iterator[tuple[int, int]]:
    pairs = _PAIRS | (_REVERSED if _is_reversed(text) else {})
    for start, mark in enumerate(text):
        if mark == '"':
            closed = _STRAIGHT.match(text, start) and _straight_end(text, start)
        elif mark in pairs and not (mark in _BRACKETS and _begins(text, start)):
            closed = _end(text, start, mark, pairs[mark])
        else:
            continue
        if closed:
            yield start, closed


def _begins(text: str, start: int) -> bool:
    return bool(_STOPPED.search(text[max(0, start - _NEAR) : start]))


def _end(text: str, start: int, opening: str, closing: str) -> int | None:
    """Return the place after the mark that closes this one; marks of its kind may stand inside."""
    depth = 0
    for at in range(start, min(len(text), start + LONGEST)):
        if text[at] in closing and at > start:
            depth -= 1
        elif text[at] == opening:
            depth += 1
        if not depth:
            return at + 1
    return None


def _straight_end(text: str, start: int) -> int | None:
    closing = _STRAIGHT_END.search(text, start + 1, start + LONGEST)
    return closing.end() if closing else None


def _is_reversed(text: str) -> bool:
    """Tell whether »this« is how the text quotes, and not « this »."""
    left, right = text.find("«"), text.find("»")
    return right >= 0 and (left < 0 or right < left)
