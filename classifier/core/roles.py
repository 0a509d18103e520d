"""Who did it to whom: the same words round the same verb, with the parties the other way round.

A party is a name, or a thing with its article (the vendor), which goes by its last word.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from classifier.core.names import Name, names
from classifier.core.verbs import is_told
from classifier.core.words import Word, fold, is_content, stem, words

_BEING_WORDS = """
is are was were be been being get gets got getting
"""
_BEING = frozenset(_BEING_WORDS.split())
_HELPING_WORDS = """
has have had having will would can could may might must shall should did does do also then later
first already again soon just even only now once reportedly allegedly
"""
# What may stand between a name and its verb.
_HELPING = frozenset(_HELPING_WORDS.split())
_JOINING = frozenset(("and", "or"))
_ARTICLES = frozenset(("the", "a", "an", "its", "his", "her", "their", "another", "this"))
_LONGEST_THING = 4  # words after the article
_MUTUAL_WORDS = """
meet marry merge partner agree talk speak play collaborate compete work join compare tie share
resemble negotiate discuss settle cooperate clash match
"""
# Whoever does these does them together: the order says nothing.
_MUTUAL = frozenset(stem(word) for word in _MUTUAL_WORDS.split())
_BREAKS = frozenset(';:.()—\u2013!?"”“')
_BEFORE_TO = 3  # words between a name and the "to" of its verb: Acme's lawyers to pay
_TO_BY = 6  # words between a verb and the "by" of who did it: was paid 40 dollars by
_COMPARED = 2  # content words after "than" that say with what

Keys = frozenset[str]


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody (`agent`) who does something (`verb`, a stem) with somebody else in it."""

    verb: str
    agent: Keys
    other: Keys


def turned(claim: str, passages: Sequence[str], *, common: frozenset[str]) -> bool:
    """Tell whether the claim has an agent and another the other way round than a passage.

    A passage that has them as the claim does settles it. Names that share a word are not
    told apart.
    """
    mine = set(_roles(claim, common))
    theirs = {role for passage in passages for role in _roles(passage, common)}
    return any(
        _has(theirs, Role(role.verb, role.other, role.agent)) and not _has(theirs, role)
        for role in mine
    )


def compared_otherwise(claim: str, passage: str) -> bool:
    """Tell whether what stands after "than" in one stands before it in the other, both ways."""
    mine, theirs = _than(claim), _than(passage)
    if mine is None or theirs is None:
        return False
    (left, right), (their_left, their_right) = mine, theirs
    alone, their_own = right - their_right, their_right - right
    return bool(alone) and bool(their_own) and alone <= their_left and their_own <= left


def _has(roles: set[Role], role: Role) -> bool:
    return any(
        other.verb == role.verb and other.agent & role.agent and other.other & role.other
        for other in roles
    )


@lru_cache(maxsize=4096)
def _roles(text: str, common: frozenset[str]) -> tuple[Role, ...]:
    return tuple(_told(text, common))


def _told(text: str, common: frozenset[str]) -> Iterator[Role]:
    found = words(text)
    named = _parties(text, found, common)
    for position, word in enumerate(found):
        if is_told(word) and word.stem not in _MUTUAL:
            for agent, other in _sides(text, found, position, named):
                if not agent.keys & other.keys:
                    yield Role(word.stem, agent.keys, other.keys)


def _sides(
    text: str, found: Sequence[Word], position: int, named: Sequence[Name]
) -> Iterator[tuple[Name, Name]]:
    """Yield (agent, other) for each pair of parties on the two sides of a verb."""
    verb = found[position]
    before = [name for name in named if name.end <= verb.start]
    after = [name for name in named if name.start >= verb.end]
    after = list(takewhile(lambda name: not set(text[verb.end : name.start]) & _BREAKS, after))
    subjects = _subjects(found, position, before)
    if agent := _by(found, position, after):
        yield from ((agent, subject) for subject in subjects)
    elif not is_passive(found, position):
        # Of things only the one that stands right after the verb is what it is done to.
        others = [name for name in after if not _is_thing(name) or name.start == verb.end + 1]
        yield from ((subject, other) for subject in subjects for other in others)


def _parties(text: str, found: Sequence[Word], common: frozenset[str]) -> list[Name]:
    """Return names and things in the order in which they end."""
    things = [
        thing
        for position, word in enumerate(found)
        if fold(word.text) in _ARTICLES and (thing := _thing(text, found, position))
    ]
    return sorted([*names(text, common=common), *things], key=lambda name: name.end)


def _thing(text: str, found: Sequence[Word], position: int) -> Name | None:
    """Return the article with the words that go with it, if the last is no name."""
    end = position
    for word in found[position + 1 : position + 1 + _LONGEST_THING]:
        apart = text[found[end].end : word.start] not in (" ", "-")
        if apart or not is_content(word) or (is_told(word) and end > position):
            break
        end += 1
    last = found[end]
    if end == position or not last.text.islower() or is_told(last):
        return None
    start = found[position].start
    return Name(text[start : last.end], frozenset((last.stem,)), start, last.end)


def _is_thing(name: Name) -> bool:
    return fold(name.text.split()[0]) in _ARTICLES


def _subjects(found: Sequence[Word], position: int, before: Sequence[Name]) -> list[Name]:
    """Return the parties that the verb follows, but for words that may stand between."""
    if not before:
        return []
    nearest = before[-1]
    between = [fold(word.text) for word in found[:position] if word.start >= nearest.end]
    if between[-1:] == ["to"]:
        near = len(between) <= _BEFORE_TO
    else:
        near = all(may_stand_between(word) for word in between)
        near = near and not nearest.text.endswith(("'s", "\u2019s", "s'", "s\u2019"))
    if not near:
        return []
    joined = [nearest]
    for name in reversed(before[:-1]):
        link = [
            fold(w.text) for w in found if name.end <= w.start and w.end <= joined[-1].start
        ]
        if len(link) > 1 or not set(link) <= _JOINING:
            break
        joined.append(name)
    return joined


def may_stand_between(word: str) -> bool:
    """Tell whether a word in small letters may stand between an agent and its verb."""
    return word in _HELPING or word in _BEING or word.endswith("ly")


def is_passive(found: Sequence[Word], position: int) -> bool:
    """Tell whether the verb at a place is done to what stands before it."""
    if fold(found[position].text).endswith("ing"):
        return False
    between = [fold(word.text) for word in reversed(found[:position])]
    helping = takewhile(may_stand_between, between)
    return bool(set(helping) & _BEING)


def _by(found: Sequence[Word], position: int, after: Sequence[Name]) -> Name | None:
    """Return the party that the verb's `by` stands before."""
    following = found[position + 1 : position + 2 + _TO_BY]
    directly = bool(following) and fold(following[0].text) == "by"
    if not (directly or is_passive(found, position)):
        return None
    mark = next((word for word in following if fold(word.text) == "by"), None)
    return next((n for n in after if mark and n.start == mark.end + 1), None)


def _than(text: str) -> tuple[Keys, Keys] | None:
    found = words(text)
    at = next((n for n, word in enumerate(found) if fold(word.text) == "than"), None)
    if at is None:
        return None
    before = frozenset(word.stem for word in found[:at] if is_content(word))
    after = [word.stem for word in found[at + 1 :] if is_content(word)]
    return before, frozenset(after[:_COMPARED])
