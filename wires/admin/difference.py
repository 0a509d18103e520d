"""What changed between two documents: the lines that did, word by word, and what stands by them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from wires.admin.diff import Part, parts

CONTEXT = 1  # unchanged lines that are shown before and after a change
LONGEST = (
    20_000  # characters of two lines that are compared by words; else they are shown whole
)
MOST_LINES = 10_000_000  # of both, multiplied; beyond, an exact comparison would take minutes


@dataclass(frozen=True, slots=True)
class Line:
    """A line of both documents, or a fold that stands for `count` lines of both."""

    parts: tuple[Part, ...]
    count: int = 0


def lines(old: str, new: str) -> list[Line]:
    """Return both documents as one, in order. Long unchanged stretches are folded."""
    before, after = _split(old), _split(new)
    is_long = len(before) * len(after) > MOST_LINES
    codes = SequenceMatcher(None, before, after, autojunk=is_long).get_opcodes()
    found: list[Line] = []
    for place, (kind, a, b, c, d) in enumerate(codes):
        if kind == "equal":
            is_first, is_last = place == 0, place == len(codes) - 1
            found += _unchanged(before[a:b], is_first=is_first, is_last=is_last)
        else:
            found += _changed(before[a:b], after[c:d])
    return found


def _split(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _unchanged(same: list[str], *, is_first: bool, is_last: bool) -> Iterator[Line]:
    """Yield what stands next to a change, and a fold for what stands between."""
    head = 0 if is_first else CONTEXT
    tail = 0 if is_last else CONTEXT
    if len(same) <= head + tail + 1:
        head, tail = len(same), 0
    for line in same[:head]:
        yield Line((Part("same", line),))
    if folded := len(same) - head - tail:
        yield Line((), folded)
    for line in same[len(same) - tail :]:
        yield Line((Part("same", line),))


def _changed(out: list[str], new: list[str]) -> Iterator[Line]:
    """Yield lines that took each other's place, word by word; the others whole."""
    for before, after in zip(out, new, strict=False):
        if len(before) + len(after) > LONGEST:
            yield Line((Part("gone", before), Part("new", after)))
        else:
            yield Line(tuple(parts(before, after)))
    for line in out[len(new) :]:
        yield Line((Part("gone", line),))
    for line in new[len(out) :]:
        yield Line((Part("new", line),))
