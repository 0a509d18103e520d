"""What stands right before a verb and right after it: who did it or had it done, and what to.

A claim may have all the words of two sentences that stand side by side, and give the verb of
the one to the party or the thing of the other.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from classifier.core.attribution import ANYBODY
from classifier.core.names import names
from classifier.core.roles import is_passive, may_stand_between
from classifier.core.synonyms import near
from classifier.core.verbs import PAST
from classifier.core.words import LIGHT, Word, fold, is_content, words

_HAVING = frozenset(("has", "have", "had"))
_BREAKS = frozenset(',;:.()\u2014\u2013!?"\u201c\u201d')
_DETERMINERS = frozenset(("the", "a", "an", "its", "their", "his", "her", "this", "that"))
_CLAUSE = frozenset(("that", "and", "but", "when", "after", "before", "because", "while"))
_LONGEST = 4  # words of a side


@dataclass(frozen=True, slots=True)
class Side:
    """A party or thing: the stem of its noun, all its stems, and whether it is a name."""

    head: str
    keys: frozenset[str]
    is_name: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A verb, by its stem, with what stands before and after it, where that is plain."""

    verb: str
    passive: bool
    before: Side | None
    after: Side | None


def is_of_another_side(
    claim: str, telling: Sequence[str], *, known: Collection[str], common: frozenset[str]
) -> bool:
    """Tell whether the sentences with a verb of the claim all have it of somebody or something else.

    `telling` are the sentences of the sources that have one; `known` the stems that they have: what none
    of them has is no other party's. Words that may stand for whoever was named say nothing.
    """
    for mine in told(claim, common):
        theirs = [
            (other, text)
            for text in telling
            for other in told(text, common)
            if other.verb == mine.verb
        ]
        if not theirs:
            continue
        before = all(
            other.passive == mine.passive and _differ(mine.before, other.before, text, known)
            for other, text in theirs
        )
        after = not mine.passive and all(
            other.after is not None
            and not _is_light(other.after)
            and _differ(mine.after, other.after, text, known)
            for other, text in theirs
        )
        if before or after:
            return True
    return False


def _differ(mine: Side | None, theirs: Side | None, text: str, known: Collection[str]) -> bool:
    if mine is None or theirs is None or mine.head not in known or _is_light(mine):
        return False
    if any(word.stem in mine.keys for word in words(text)):
        return False
    if any(near(one, other) for one in mine.keys for other in theirs.keys):
        return False
    if mine.is_name or theirs.is_name:
        stands_for = theirs if mine.is_name else mine
        return stands_for.is_name or (mine.is_name and theirs.head not in ANYBODY)
    return mine.head not in ANYBODY


def _is_light(side: Side) -> bool:
    return not side.is_name and side.head in LIGHT


@lru_cache(maxsize=4096)
def told(text: str, common: frozenset[str]) -> tuple[Told, ...]:
    """Return the verbs in the past of a sentence, in order."""
    return tuple(_told(text, common))


def _told(text: str, common: frozenset[str]) -> Iterator[Told]:
    found = words(text)
    named = [(name.start, name.end) for name in names(text, common=common)]
    for position, word in enumerate(found):
        if not _is_past(found, position) or text[: word.start].endswith("-"):
            continue
        passive = is_passive(found, position)
        before = _before(text, found, position, named)
        after = None if passive else _after(text, found, position, named)
        yield Told(word.stem, passive, before, after)


def _is_past(found: Sequence[Word], position: int) -> bool:
    word = found[position]
    if not word.text.islower() or not is_content(word):
        return False
    folded = fold(word.text)
    return (
        folded.endswith("ed")
        or folded in PAST
        or (position > 0 and fold(found[position - 1].text) in _HAVING)
    )


def _before(
    text: str, found: Sequence[Word], position: int, named: Sequence[tuple[int, int]]
) -> Side | None:
    """Return the noun phrase that ends where the verb with its helping words begins."""
    end = position
    while end and may_stand_between(fold(found[end - 1].text)):
        end -= 1
    passed_over = _aside(text, found, end)
    end = passed_over or end
    phrase: list[Word] = []
    for place in range(end - 1, max(-1, end - 1 - _LONGEST), -1):
        word = found[place]
        between = set(text[word.end : found[place + 1].start])
        if between & _BREAKS and (phrase or not passed_over):
            break
        if not is_content(word):
            # After a preposition the noun belongs to what stands before it: of Leeds.
            determined = fold(word.text) in _DETERMINERS
            if not determined and fold(word.text) not in _CLAUSE:
                return None
            if determined and place and _is_linked(found[place - 1]):
                return None
            break
        phrase.insert(0, word)
    return _side(phrase, named)


def _is_linked(word: Word) -> bool:
    return not is_content(word) and fold(word.text) not in _CLAUSE


def _aside(text: str, found: Sequence[Word], end: int) -> int:
    """Return where an aside between two commas begins: Sam Reed, a teacher, was arrested."""
    if not end or end >= len(found) or "," not in text[found[end - 1].end : found[end].start]:
        return 0
    for place in range(end - 1, max(0, end - 2 - _LONGEST), -1):
        if "," in text[found[place - 1].end : found[place].start]:
            return place
    return 0


def _after(
    text: str, found: Sequence[Word], position: int, named: Sequence[tuple[int, int]]
) -> Side | None:
    """Return the noun phrase right after the verb."""
    phrase: list[Word] = []
    for place in range(position + 1, min(len(found), position + 2 + _LONGEST)):
        word = found[place]
        if set(text[found[place - 1].end : word.start]) & _BREAKS:
            break
        if not is_content(word):
            if place == position + 1 and fold(word.text) in _DETERMINERS:
                continue
            if place == position + 1:
                return None
            break
        if phrase and (_is_past(found, place)):
            break
        phrase.append(word)
    return _side(phrase, named)


def _side(phrase: Sequence[Word], named: Sequence[tuple[int, int]]) -> Side | None:
    if not phrase or phrase[-1].text.isdigit():
        return None
    head = phrase[-1]
    is_name = any(start <= head.start < end for start, end in named)
    return Side(head.stem, frozenset(word.stem for word in phrase), is_name)
