"""Values that a sentence has otherwise though none of its numbers is another one.

The weekday; a range told backwards; values of two dates in each other's place; several where
the sentence has one.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from classifier.core.numbers import Number, numbers, relation
from classifier.core.words import fold, is_content, words

_WEEKDAY = re.compile(
    r"\b(?:on|last|next|this|since|until|by|early|late|from) "
    r"(?P<day>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b",
    re.IGNORECASE,
)
_FROM = re.compile(r"\bfrom\s(?:about\s|nearly\s|over\s|some\s)?$")
_TO = re.compile(r"\bto\s(?:about\s|nearly\s|over\s|some\s)?$")
_DATED = re.compile(r"(?:\s[a-z-]+){0,3}\s(?:in|on|during|for)\s(?:the\s|early\s|late\s)*$")
_LONGEST = 3  # words after "a" up to the noun


def otherwise(claim: str, passage: str, others: Sequence[str]) -> tuple[str, ...]:
    """Return the values of a claim that a sentence has otherwise and no other sentence upholds."""
    return tuple(dict.fromkeys((
        *_weekdays(claim, passage, others),
        *(text for text in (*_ranges(claim, passage), *_dated(claim, passage))
          if not any(_upholds(claim, other) for other in others)),
        *_several(claim, passage, others),
    )))  # fmt: skip


def _weekdays(claim: str, passage: str, others: Sequence[str]) -> Iterator[str]:
    mine, theirs = _days(claim), _days(passage)
    if theirs and mine - theirs:
        yield from sorted(mine.difference(theirs, *(_days(other) for other in others)))


def _days(text: str) -> set[str]:
    return {match["day"].capitalize() for match in _WEEKDAY.finditer(text)}


def _ranges(claim: str, passage: str) -> Iterator[str]:
    mine, theirs = _spans(claim), _spans(passage)
    for first, last in mine:
        if any(_are_same((first, last), (end, start)) for start, end in theirs):
            yield f"{first.text} to {last.text}"


def _spans(text: str) -> list[tuple[Number, Number]]:
    """Return the two ends of each "from X to Y"."""
    found = [number for number in numbers(text) if number.kind != "date"]
    return [
        (first, last)
        for first in found
        if _FROM.search(text[: first.start])
        for last in found
        if last.start > first.end and _TO.search(text[: last.start])
    ]


def _dated(claim: str, passage: str) -> Iterator[str]:
    theirs = _at_dates(passage)
    for value, date in _at_dates(claim):
        there = [when for number, when in theirs if relation(value, number) == "same"]
        if there and all(relation(date, when) == "different" for when in there):
            yield f"{value.text} in {date.text}"


def _at_dates(text: str) -> list[tuple[Number, Number]]:
    """Return each value with the date that follows it: 12 in 2019, 48 cases in May 2021."""
    found = numbers(text)
    return [
        (value, date)
        for value, date in pairwise(found)
        if value.kind != "date"
        and date.kind == "date"
        and _DATED.fullmatch(text[value.end : date.start])
    ]


def _upholds(claim: str, other: str) -> bool:
    """Tell whether a sentence has the claim's own ranges, or its own values at their dates."""
    if any(_are_same(mine, theirs) for mine in _spans(claim) for theirs in _spans(other)):
        return True
    return any(
        _are_same(mine, theirs) for mine in _at_dates(claim) for theirs in _at_dates(other)
    )


def _are_same(one: tuple[Number, Number], other: tuple[Number, Number]) -> bool:
    return all(relation(mine, its) == "same" for mine, its in zip(one, other, strict=True))


def _several(claim: str, passage: str, others: Sequence[str]) -> Iterator[str]:
    counted = [n for n in numbers(claim) if n.kind == "count" and n.value[0] > 1 and n.units]
    single = _single(passage) if counted else set()
    for number in counted:
        if number.units & single and not any(
            relation(number, other) != "unrelated"
            for text in (passage, *others)
            for other in numbers(text)
        ):
            yield number.text


def _single(text: str) -> set[str]:
    """Return the stems of the nouns that "a" stands before: a pedestrian, a delivery drone."""
    found = words(text)
    single: set[str] = set()
    for position, word in enumerate(found):
        if word.text not in ("a", "an", "A", "An"):
            continue
        head = None
        for following in found[position + 1 : position + 1 + _LONGEST]:
            if not is_content(following) or fold(following.text).endswith("ed"):
                break
            head = following.stem
        if head:
            single.add(head)
    return single
