"""Names in a sentence, and which of them are said to have acted or spoken."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from classifier.core.verbs import ACTS, PAST
from classifier.core.words import STOP, Word, fold, stem, words

_DATES_WORDS = """
january february march april may june july august september october november december jan feb
mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday
sunday
"""
_DATES = frozenset(_DATES_WORDS.split())
_COMMON_ENDINGS = ("s", "ing", "ed", "ly")
_NO_PLURAL = ("us", "is", "ss")
_KNOWN_WORDS = """
italy emily kelly sally molly texas kansas arkansas massachusetts illinois athens brussels naples
wales netherlands philippines honduras boeing beijing nanjing sterling fred mohammed ahmed thales
siemens reuters thomas charles james jones williams sachs
"""
# Names that look like plurals, participles or adverbs.
_KNOWN_NAMES = frozenset(_KNOWN_WORDS.split())
_WITH_DIGIT = re.compile(r"(?=.*\d)(?=.*[a-z])(?!\d+(?:st|nd|rd|th|s|k|m|mn|bn|b|am|pm)$)")
_JOINTS = frozenset((" ", "-", ". ", "."))

_AUXILIARIES_WORDS = """
is was are were has had have will would did does can may
"""
_AUXILIARIES = frozenset(_AUXILIARIES_WORDS.split())
_PEOPLE = frozenset(
    stem(word)
    for word in (
        "researchers",
        "scientists",
        "engineers",
        "team",
        "officials",
        "staff",
        "lawyers",
    )
)
_WITH_OTHERS = (["and", "his"], ["and", "her"])  # Lee and her team
_LONG_NAME = re.compile(
    r"[A-Z][\w-]*(?:\s(?:of|for|and|the|on|in|[A-Z][\w-]*)){0,6}\s[A-Z][\w-]*"
)
_SHORTEST_ACRONYM = 3
_REACH = 4  # words between a name and its verb: "researchers at NAME have now found"


@dataclass(frozen=True, slots=True)
class Name:
    """A run of capitalised words; `keys` are its words as they are compared."""

    text: str
    keys: frozenset[str]
    start: int
    end: int


def names(text: str, *, common: frozenset[str] = frozenset()) -> tuple[Name, ...]:
    """Return the names in order; `common` are words that the sources write in small letters.

    Every sentence begins with a capital, so its first word is a name only where it looks
    like one or a name goes on after it.
    """
    return tuple(
        Name(
            text[run[0].start : run[-1].end],
            frozenset(fold(word.text) for word in run),
            run[0].start,
            run[-1].end,
        )
        for run in _runs(text, common)
    )


def actors(text: str, *, common: frozenset[str] = frozenset()) -> tuple[Name, ...]:
    """Return the names that a verb of saying or doing follows, or that `by` comes before."""
    spoken = words(text)
    return tuple(name for name in names(text, common=common) if _acts(name, spoken))


@lru_cache(maxsize=4096)
def acronyms(text: str) -> frozenset[str]:
    """Return what the text's longer names go by in small letters: dmv, doj, fda.

    A name may be called by the initials of its end alone, and "of" may count or not.
    """
    found: set[str] = set()
    for match in _LONG_NAME.finditer(text):
        parts = match.group().split()
        for first, part in enumerate(parts):
            if part[0].isupper():
                rest = parts[first:]
                capital = [one for one in rest if one[0].isupper()]
                found.update(
                    "".join(one[0] for one in kind).lower() for kind in (rest, capital)
                )
    return frozenset(acronym for acronym in found if len(acronym) >= _SHORTEST_ACRONYM)


def _runs(text: str, common: frozenset[str]) -> Iterator[list[Word]]:
    run: list[Word] = []
    found = words(text)
    for position, word in enumerate(found):
        if run and text[run[-1].end : word.start] not in _JOINTS:
            yield run
            run = []
        if _is_capital(word) and not (position == 0 and _only_begins(found, common)):
            run.append(word)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _is_capital(word: Word) -> bool:
    folded = fold(word.text)
    if folded in STOP and not word.text.isupper():
        return False
    if folded in _DATES or len(folded) < 2:
        return False
    return any(c.isupper() for c in word.text) or bool(_WITH_DIGIT.match(folded))


def _only_begins(found: tuple[Word, ...], common: frozenset[str]) -> bool:
    """Tell whether the first word has its capital only because the sentence begins there."""
    first = found[0]
    if any(c.isupper() or c.isdigit() for c in first.text[1:]) or first.text.endswith("s'"):
        return False
    folded = fold(first.text)
    if folded in common or folded in STOP or _looks_common(folded):
        return folded == first.text.lower()
    following = found[1:3]
    if [fold(word.text) for word in following] in _WITH_OTHERS:
        return False
    if following and following[0].stem in _PEOPLE:
        following = following[1:]
    return not (
        folded != first.text.lower()  # Apple's
        or any(_is_capital(word) or _tells(word) for word in following[:1])
    )


def _looks_common(folded: str) -> bool:
    """Tell whether a word has the ending of a plural, a participle or an adverb."""
    if folded in _KNOWN_NAMES or folded.endswith(_NO_PLURAL):
        return False
    return folded.endswith(_COMMON_ENDINGS)


def _tells(word: Word) -> bool:
    """Tell whether a word may be the verb of the name before it."""
    folded = fold(word.text)
    return (
        word.stem in ACTS or folded in _AUXILIARIES or folded in PAST or folded.endswith("ed")
    )


def _acts(name: Name, found: tuple[Word, ...]) -> bool:
    if all(any(c.isdigit() for c in key) for key in name.keys):
        return False  # a version or a model
    after = [word for word in found if word.start >= name.end][:_REACH]
    before = [fold(word.text) for word in found if word.end <= name.start][-2:]
    return (
        before[-1:] == ["by"]
        or before == ["according", "to"]
        or any(word.stem in ACTS for word in after)
    )
