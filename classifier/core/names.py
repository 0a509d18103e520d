"""Names in a sentence, and who is said to have done or said something."""

import re
from dataclasses import dataclass

from classifier.core.words import STOP, Word, fold, words

_MONTHS_AND_DAYS = frozenset(
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec "
    "monday tuesday wednesday thursday friday saturday sunday".split()
)
_COMMON_ENDINGS = ("s", "ing", "ed", "ly")
_TITLES = frozenset("mr mrs ms dr prof professor judge president senator sir".split())

# What a party to the story does: these verbs tell an actor from a thing that is described.
ACTS = frozenset(
    "accuse acknowledge add admit agree allege announce apologize argue ask blame build claim "
    "conclude concede conduct confirm create criticize defend demand demonstrate deny describe "
    "develop disclose discover explain file find fine identify indicate insist introduce "
    "investigate launch locate note observe order pledge point promise propose publish release "
    "report reveal rule say state study sue suggest tell term test train trace uncover warn "
    "write".split()
)


@dataclass(frozen=True, slots=True)
class Name:
    """A run of capitalised words; `keys` are its words as they are compared."""

    text: str
    keys: tuple[str, ...]
    start: int
    end: int


def names(text: str, known: frozenset[str] = frozenset()) -> tuple[Name, ...]:
    """Return the names in order. `known` holds words that sources write in small letters.

    The first word of a sentence is a name only if it looks like one or if a name goes
    on after it: every sentence begins with a capital.
    """
    found: list[list[Word]] = []
    held: list[Word] = []
    for position, word in enumerate(words(text)):
        joined = bool(held) and text[held[-1].end : word.start] in (" ", "-", ". ", "’", "'")
        if held and not joined:
            found.append(held)
            held = []
        if _is_name(word, known, first=position == 0):
            held.append(word)
        elif held:
            found.append(held)
            held = []
    if held:
        found.append(held)
    return tuple(_name(text, run) for run in found)
