"""Whether two but-for texts are one formula with other names in it."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from classifier.core.names import names
from classifier.core.numbers import numbers
from classifier.core.words import is_content, words

SAME = 0.5
"""Likeness from which two texts are one formula; texts of one wire's own stay far below it."""
_MASK = "_"  # no word's stem
_PLAIN = re.compile(r"[^\W\d_A-Z]+")

Skeleton = frozenset[tuple[str, str]]


def skeleton(slots: Sequence[str], given: Sequence[str] = ()) -> Skeleton:
    """Return the pairs of neighbouring stems, with names and numbers blanked out.

    `given` are names of the wire, such as its providers, that are blanked in any case.
    """
    return frozenset(pair for slot in slots for pair in _pairs(slot, given))


def likeness(one: Skeleton, other: Skeleton) -> float:
    """Return the share of both texts' pairs that they have in common, in [0, 1]."""
    return len(one & other) / (len(one | other) or 1)


def probes(text: str, *, limit: int) -> tuple[str, ...]:
    """Return stretches of two words of the text, as they are written, evenly spread over it.

    A text of the same formula holds most of them, so that a database can find what is
    worth comparing. Names, numbers and words with a capital are in none, and where the
    text has others, nor are pairs of small words, which stand in every text. A text that
    has no such pair is a stretch by itself.
    """
    found = [
        f"{first} {second}"
        for first, second in pairwise(text.split(" "))
        if _PLAIN.fullmatch(first) and _PLAIN.fullmatch(second)
    ]
    telling = [pair for pair in found if any(is_content(word) for word in words(pair))]
    distinct = list(dict.fromkeys(telling or found or [text]))
    step = max(1.0, len(distinct) / limit)
    return tuple(distinct[int(n * step)] for n in range(min(limit, len(distinct))))


def _pairs(text: str, given: Sequence[str]) -> Iterator[tuple[str, str]]:
    stems = list(_masked(text, given))
    if stems:
        yield from pairwise([_MASK, *stems, _MASK])


def _masked(text: str, given: Sequence[str]) -> Iterator[str]:
    hidden = [(name.start, name.end) for name in names(text)]
    hidden += [(number.start, number.end) for number in numbers(text)]
    for name in filter(str.strip, given):
        pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
        hidden += [match.span() for match in pattern.finditer(text)]
    masked = False
    for word in words(text):
        was, masked = masked, any(start <= word.start < end for start, end in hidden)
        if not (was and masked):  # a name of three words is one blank
            yield _MASK if masked else word.stem
