"""What speaks for a claim in its sources, as numbers that a small model weighs.

Every signal lies in [0, 1], and more of it means more support: a share of the claim that is
found, or one less the share that is lost.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from classifier.core.claim import Claim
from classifier.core.comparison import Comparison
from classifier.core.numbers import Number, completes, relation
from classifier.core.passages import Library
from classifier.core.words import is_content, stem, words

NAMES = (
    "nearness", "meaning", "composed", "three_sentences", "stretch", "anywhere", "neighbours",
    "names", "numbers", "quoted", "not_otherwise",
)  # fmt: skip
"""The signals in their order."""

_SENTENCES = 3
_STRETCH = 8  # sentences that follow one another
_APART = 3  # content words up to which two are neighbours

Held = Mapping[int, frozenset[str]]
"""What of a claim each unit has, by the unit's number, in order."""


def signals(
    claim: Claim,
    library: Library,
    compared: Sequence[Comparison],
    *,
    nearness: float,
    composed: float,
    misquoted: bool,
) -> tuple[float, ...]:
    """Return the claim's signals, one for each of `NAMES`.

    `compared` are its comparisons, the nearest first; `nearness` and `composed` come from
    the rules and from the search. Without a comparison every signal is 0.
    """
    if not compared:
        return (0.0,) * len(NAMES)
    best = compared[0]
    held = _held(claim, library)
    anywhere = frozenset[str]().union(*held.values())
    return (
        nearness,
        max(0.0, *(one.candidate.cosine for one in compared)),
        composed,
        _best(claim, held),
        _stretch(claim, held, library),
        len(anywhere) / len(claim.weights),
        _neighbours(claim, library, held),
        _names(claim, library),
        _numbers(claim, library),
        0.0 if misquoted else 1.0,
        0.0 if _is_otherwise(best) else 1.0,
    )


def _held(claim: Claim, library: Library) -> Held:
    found: dict[int, set[str]] = {}
    for key in claim.weights:
        for number in library.holders.get(key, ()):
            found.setdefault(number, set()).add(key)
    return {number: frozenset(found[number]) for number in sorted(found)}


def _best(claim: Claim, held: Held) -> float:
    """Return the share that the best sentences have between them, wherever they stand."""
    have = frozenset[str]()
    for _ in range(_SENTENCES):
        have |= max(held.values(), key=lambda keys: claim.reach(have | keys), default=have)
    return claim.reach(have)


def _stretch(claim: Claim, held: Held, library: Library) -> float:
    """Return the share that the best stretch of one source has."""
    best = 0.0
    for first in held:
        source = library.units[first].source
        places = range(first, first + _STRETCH)
        found = (held[n] for n in places if n in held and library.units[n].source == source)
        best = max(best, claim.reach(frozenset[str]().union(*found)))
    return best


def _neighbours(claim: Claim, library: Library, held: Held) -> float:
    """Return the share of the claim's neighbouring words that are neighbours in a sentence."""
    mine = [word.stem for word in words(claim.text) if is_content(word)]
    wanted = set(pairwise(mine))
    found: set[tuple[str, str]] = set()
    for number in held:
        stems = [word.stem for word in library.units[number].content]
        for step in range(1, _APART + 1):
            found.update(zip(stems, stems[step:], strict=False))
    return len(wanted & found) / len(wanted) if wanted else 1.0


def _names(claim: Claim, library: Library) -> float:
    """Return the share of the words of the claim's names that some source has."""
    known = frozenset[str]().union(*library.vocabulary)
    found = [
        key in known or stem(key) in library.holders
        for name in claim.names
        for key in name.keys
    ]
    return sum(found) / len(found) if found else 1.0


def _numbers(claim: Claim, library: Library) -> float:
    """Return the share of the claim's numbers that some source has for the same thing."""
    found = [
        any(_states(stated, number) for stated in library.numbers) for number in claim.numbers
    ]
    return sum(found) / len(found) if found else 1.0


def _states(stated: Sequence[Number], number: Number) -> bool:
    if any(relation(number, other) == "same" for other in stated):
        return True
    around = frozenset[str]().union(*(other.keys for other in stated))
    return completes(number, stated, around)


def _is_otherwise(compared: Comparison) -> bool:
    """Tell whether the place has another number, name or actor, or the opposite."""
    return bool(
        compared.other_numbers
        or compared.other_actor
        or compared.turned_roles
        or compared.reversed
        or compared.swapped_name
    )
