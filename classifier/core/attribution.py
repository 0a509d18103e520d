"""Whether a source credits somebody else with what a claim says that a party did."""

from collections.abc import Iterator, Sequence

from classifier.core.agents import Agent, Deed, deeds
from classifier.core.claim import Claim
from classifier.core.passages import Library, Unit
from classifier.core.synonyms import near
from classifier.core.verbs import is_told
from classifier.core.words import Word, fold, stem, words

_ALIKE = 0.5  # share of the rest of a claim that a sentence has that tells of the same deed
_AS_NEAR = 0.8  # of the nearest sentence's share, from which another tells the same as well
_APART = 6  # words within which two words may be of one party
_ANYBODY_WORDS = """
company firm startup group corporation business maker manufacturer developer vendor supplier
provider operator owner agency department ministry office bureau authority lab laboratory
organization institution platform network newspaper outlet service app product tool
system model chatbot bot robot software algorithm machine car vehicle city country state
government administration giant man woman boy girl teenager person other
"""
_PEOPLE_WORDS = """
team people user researcher scientist engineer official staff lawyer spokesman spokeswoman
spokesperson author employee worker executive representative expert
"""
# Nouns that may stand for whoever was named; people do not where it is said whose they are.
_PEOPLE = frozenset(stem(word) for word in _PEOPLE_WORDS.split())
ANYBODY = _PEOPLE | frozenset(stem(word) for word in _ANYBODY_WORDS.split())
_TELLING_WORDS = """
report paper study article analysis record database document filing letter statement website
blog post number share rate count
"""
# What speaks for its authors, or counts something: it is no party.
_TELLING = frozenset(stem(word) for word in _TELLING_WORDS.split())
_SPEAKING_WORDS = """
spokesman spokeswoman spokesperson lawyer official representative executive president staff
"""
# Who speaks for a party that may be named in any other way.
_SPEAKING = frozenset(stem(word) for word in _SPEAKING_WORDS.split())
_DEFINITE = frozenset(("the", "its", "their", "his", "her", "this", "that"))
_TO_ARTICLE = 3  # words between an article and its noun


def is_misattributed(claim: Claim, library: Library) -> bool:
    """Tell whether the sentence that tells of the claim's deed has another party do it.

    Only parties that the sources know of are told apart, and that no sentence joins: a
    person and the firm that she speaks for are one here. Where another sentence as near has
    the claim's own party do it, or may, nothing is said.
    """
    told = deeds(claim.text, library.common)
    return any(
        _is_of_another(deed, [other for other in told if other.is_of(deed)], claim, library)
        for deed in told
    )


def _is_of_another(deed: Deed, alike: Sequence[Deed], claim: Claim, library: Library) -> bool:
    """Tell whether none of the deeds of one kind that the claim tells is the sentence's."""
    rest = frozenset(
        s for s in claim.terms
        if s not in deed.agent.keys and s != deed.verb
        and fold(claim.terms[s].text) not in deed.agent.keys
    ).union(*(number.keys for number in claim.numbers))  # fmt: skip
    told = [
        (share, unit, theirs)
        for unit in library.units
        if unit.supports
        and (share := _share(claim, rest, unit)) >= _ALIKE
        and (theirs := _same(deed, unit, library))
    ]
    nearest = max((share for share, _, _ in told), default=0.0)
    return bool(told) and all(
        _differ(mine.agent, other.agent, unit, library)
        for mine in alike
        for share, unit, theirs in told
        if share >= _AS_NEAR * nearest
        for other in theirs
    )


def _same(deed: Deed, unit: Unit, library: Library) -> list[Deed]:
    return [other for other in deeds(unit.text, library.common) if deed.is_of(other)]


def _share(claim: Claim, rest: frozenset[str], unit: Unit) -> float:
    """Return the share of the rest of the claim's weight that a sentence has; 1 without a rest."""
    total = sum(claim.weights[key] for key in rest)
    return sum(claim.weights[key] for key in rest & unit.keys) / total if total else 1.0


def _differ(mine: Agent, theirs: Agent, unit: Unit, library: Library) -> bool:
    """Tell whether two agents of one deed are two parties."""
    if not mine.names and mine.head in _TELLING:
        return False
    if _is_one(mine, theirs) or not _is_known(mine, library):
        return False
    if mine.names and not theirs.names:
        told_whose = bool(theirs.of) and theirs.head in _PEOPLE
        if theirs.is_bare or (theirs.head in ANYBODY and not told_whose):
            return False
    elif not mine.names and not _is_apart(mine, theirs, unit, library):
        return False
    return not any(_joins(other, mine, theirs) for other in library.units)


def _is_one(mine: Agent, theirs: Agent) -> bool:
    if mine.own & theirs.keys:
        return True
    return not mine.names and any(near(mine.head, key) for key in theirs.keys)


def _is_known(mine: Agent, library: Library) -> bool:
    if mine.names:
        return any(mine.names & vocabulary for vocabulary in library.vocabulary)
    return mine.head in library.holders


def _is_apart(mine: Agent, theirs: Agent, unit: Unit, library: Library) -> bool:
    """Tell whether a noun is a party of its own: in the same sentence, or first told as `a` noun."""
    if theirs.head in _SPEAKING and not theirs.names:
        return False
    if mine.head in unit.stems:
        return mine.head not in ANYBODY or not theirs.names
    if mine.head in ANYBODY or theirs.is_bare:
        return False
    first = library.units[library.holders[mine.head][0]]
    found = words(first.text)
    place = next(n for n, word in enumerate(found) if word.stem == mine.head)
    leading = found[max(0, place - _TO_ARTICLE) : place]
    return not any(
        fold(word.text) in _DEFINITE or word.text.endswith(("'s", "\u2019s"))
        for word in leading
    )


def _joins(unit: Unit, mine: Agent, theirs: Agent) -> bool:
    """Tell whether a sentence has both as one party: Jane Doe, director of the council."""
    found = words(unit.text)
    ours = list(_places(found, mine.own))
    if not ours:
        return False
    return any(
        abs(one - other) <= _APART
        and not any(
            is_told(word) or fold(word.text) in ("and", "or", "but", "that")
            for word in found[min(one, other) + 1 : max(one, other)]
        )
        for one in ours
        for other in _places(found, theirs.own | theirs.of)
    )


def _places(found: Sequence[Word], keys: frozenset[str]) -> Iterator[int]:
    return (n for n, word in enumerate(found) if fold(word.text) in keys or word.stem in keys)
