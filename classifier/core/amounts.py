"""Amounts that a sentence has otherwise though the same numbers stand in both.

"All tenants" against "two tenants", "most" against "some", "at least 85" against "up to 85", and
a value that rose here and fell there.
"""

import re
from collections.abc import Iterator, Sequence

from classifier.core.numbers import Number, numbers, relation
from classifier.core.opposites import opposites
from classifier.core.words import Word, fold, is_content, stem, words

_ALL = frozenset(("all", "every", "each"))
_LIMITED_WORDS = """
some several few many most half two three four five six seven eight nine ten eleven twelve
"""
_LIMITED = frozenset(_LIMITED_WORDS.split())
_SOME = frozenset(("some", "several", "few", "many"))  # which say less than most
_MOST = frozenset(("most", "majority"))
_WHOLE = frozenset((*_ALL, "both", "any", "everyone", "everybody", "entire", "whole"))
_DEFINITE = frozenset(("the", "its", "their", "his", "her", "these", "those"))
_TO_NOUN = 4  # words between "all" and its noun
_FLOOR = re.compile(
    r"\b(?:at least|no (?:less|fewer) than|more than|over)\s[$£€]?$", re.IGNORECASE
)
_CEILING = re.compile(
    r"\b(?:up to|at most|no more than|less than|fewer than|under)\s[$£€]?$", re.IGNORECASE
)
_MOVING = frozenset(
    stem(word) for word in ("rise", "fall", "increase", "decrease", "drop", "climb", "decline")
)
_TO_VALUE = 3  # words between a verb and its value: rose by about 5%


def is_of_more(claim: str, passage: str) -> bool:
    """Tell whether the claim says of all or most of a thing what the passage says of some."""
    spoken = {fold(word.text) for word in words(passage)}
    if spoken & _WHOLE:
        return False
    every = {noun for noun, counted in _quantified(claim, _ALL) if not counted}
    if every & {noun for noun, _ in _quantified(passage, _LIMITED, digits=True)}:
        return True
    most = {noun for noun, counted in _quantified(claim, frozenset(("most",))) if not counted}
    some = {noun for noun, _ in _quantified(passage, _SOME)}
    return not spoken & _MOST and bool(most & some)


def _quantified(
    text: str, quantifiers: frozenset[str], *, digits: bool = False
) -> Iterator[tuple[str, bool]]:
    """Yield the stem of each noun near after a quantifier, and whether a number stands between."""
    found = words(text)
    for position, word in enumerate(found):
        folded = fold(word.text)
        if folded not in quantifiers and not (digits and folded.isdigit()):
            continue
        if position and fold(found[position - 1].text) in _DEFINITE:
            continue  # "the two tenants" are all of them
        counted = False
        for place in range(position + 1, min(len(found), position + 1 + _TO_NOUN)):
            following = found[place]
            if set(text[found[place - 1].end : following.start]) - {" "}:
                break
            counted = counted or _is_number(following)
            if is_content(following) and not _is_number(following):
                yield following.stem, counted
                if fold(following.text).endswith("s"):
                    break


def _is_number(word: Word) -> bool:
    return word.text.isdigit() or fold(word.text) in _LIMITED


def moved_or_bounded_otherwise(
    claim: str, passage: str, others: Sequence[str]
) -> tuple[str, ...]:
    """Return the values that move or are bounded otherwise in a sentence and in all others."""
    found = (*_bounded_otherwise(claim, passage), *_moved_otherwise(claim, passage))
    if not found:
        return ()
    upheld = {
        number.text
        for number in numbers(claim)
        for text in others
        if any(relation(number, other) == "same" for other in numbers(text))
        and not {*_bounded_otherwise(claim, text), *_moved_otherwise(claim, text)}
    }
    return tuple(text for text in dict.fromkeys(found) if text not in upheld)


def _bounded_otherwise(claim: str, passage: str) -> Iterator[str]:
    """Yield the numbers that are a least in one of two sentences and a most in the other."""
    mine, theirs = numbers(claim), numbers(passage)
    for number in mine:
        sides = {
            _bound(passage, other) for other in theirs if relation(number, other) == "same"
        }
        if (own := _bound(claim, number)) and sides and sides <= {-own}:
            yield number.text


def _bound(text: str, number: Number) -> int:
    before = text[: number.start]
    return 1 if _FLOOR.search(before) else -1 if _CEILING.search(before) else 0


def _moved_otherwise(claim: str, passage: str) -> Iterator[str]:
    """Yield the values that the claim has rise and the passage fall, or the reverse."""
    theirs = list(_moves(passage))
    for verb, number in _moves(claim):
        there = [moved for moved, other in theirs if relation(number, other) == "same"]
        if there and all(moved in opposites(verb) for moved in there):
            yield number.text


def _moves(text: str) -> Iterator[tuple[str, Number]]:
    """Yield each value with the verb of its direction, which stands right before it."""
    found = words(text)
    for number in numbers(text):
        if number.kind == "date":
            continue
        before: Sequence[Word] = [word for word in found if word.end <= number.start][
            -_TO_VALUE:
        ]
        verb = next((word.stem for word in reversed(before) if word.stem in _MOVING), None)
        if verb:
            yield verb, number
