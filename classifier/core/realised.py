"""Where a claim tells as done what a sentence only plans, asks for or leaves open.

"Plans to delete", "urged it to ban", "whether to charge" and "would suspend" have the verb of
a deed that has not been done there. Other infinitives are passed over: what was used to rank
tenants ranked them, and who managed to delete has deleted.
"""

from collections.abc import Sequence
from functools import lru_cache

from classifier.core.roles import may_stand_between
from classifier.core.verbs import PAST, is_told
from classifier.core.words import Word, fold, is_content, stem, words

_LEAVING_OPEN_WORDS = """
plan intend expect consider want hope aim seek propose promise vow pledge agree threaten call
order tell instruct demand require request recommend advise ask urge press appeal prepare wait
decline refuse offer invite due likely ready willing set schedule yet bid proposal pressure
"""
# Verbs and nouns after which a `to` tells of no deed.
_LEAVING_OPEN = frozenset(stem(word) for word in _LEAVING_OPEN_WORDS.split())
_PENDING = frozenset(("will", "would", "should", "shall", "must", "wo", "ll"))
_HAVING = frozenset(("has", "have", "had", "was", "were"))
_TO_GOVERNOR = 6  # words between one that leaves open and its `to`
_TO_WHETHER = 8
_BREAKS = frozenset(';:.()\u2014\u2013!?"\u201c\u201d')


def is_unrealised(claim: str, passage: str, others: Sequence[str]) -> bool:
    """Tell whether a deed of the claim is told in the passage only as one that is not done.

    No such deed is one that one of the other sentences tells as done.
    """
    told = _forms(claim)
    open_there = _forms(passage)[1] - _forms(passage)[0]
    left = told[0] & open_there
    return any(
        not any(verb in _forms(other)[0] for other in others) for verb in left - told[1]
    )


@lru_cache(maxsize=4096)
def _forms(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the stems of the verbs told as done, and of those told as not done."""
    found = words(text)
    done: set[str] = set()
    open_: set[str] = set()
    for position, word in enumerate(found):
        if not is_content(word):
            continue
        if _is_open(text, found, position):
            open_.add(word.stem)
        elif _is_done(found, position):
            done.add(word.stem)
    return frozenset(done), frozenset(open_)


def _is_done(found: Sequence[Word], position: int) -> bool:
    folded = fold(found[position].text)
    helping = {fold(word.text) for word in _helping(found, position)}
    if folded.endswith("ed") or folded in PAST:
        return True
    # Participles that no list has: was driven, has run.
    return bool(helping & _HAVING) and not folded.endswith("ing")


def _is_open(text: str, found: Sequence[Word], position: int) -> bool:
    helping = _helping(found, position)
    start = position - len(helping)
    if any(fold(word.text) in _PENDING for word in helping):
        return True
    if _is_after_whether(text, found, position):
        return True
    if start and fold(found[start - 1].text) == "to":
        return _is_left_open(text, found, start - 1)
    governor = found[start - 1] if start else None
    # Considering charging, plans on deleting.
    return (
        fold(found[position].text).endswith("ing")
        and governor is not None
        and governor.stem in _LEAVING_OPEN
    )


def _helping(found: Sequence[Word], position: int) -> Sequence[Word]:
    start = position
    while start and may_stand_between(fold(found[start - 1].text)):
        start -= 1
    return found[start:position]


def _is_left_open(text: str, found: Sequence[Word], to: int) -> bool:
    """Tell whether what governs the `to` at a place leaves open whether it is done."""
    for place in range(to - 1, max(-1, to - 2 - _TO_GOVERNOR), -1):
        word = found[place]
        if set(text[word.end : found[place + 1].start]) & _BREAKS:
            return False
        if word.stem in _LEAVING_OPEN or fold(word.text) == "whether":
            return True
        if is_told(word):
            return False
    return False


def _is_after_whether(text: str, found: Sequence[Word], position: int) -> bool:
    for place in range(position - 1, max(-1, position - 1 - _TO_WHETHER), -1):
        between = set(text[found[place].end : found[place + 1].start])
        if between & {*_BREAKS, ","} or fold(found[place].text) in ("but", "after", "because"):
            return False
        if fold(found[place].text) == "whether":
            return True
    return False
