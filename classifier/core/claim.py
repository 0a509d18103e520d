"""A claim read for what can be checked: terms, names, numbers, quotations, who says it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from classifier.core.names import Name, actors, names
from classifier.core.numbers import Number, numbers
from classifier.core.passages import Library
from classifier.core.quotations import quotations
from classifier.core.words import LIGHT, Word, is_content, words

_LIGHT_WEIGHT = 0.4
_MOST_COUNTED = 2  # a word that comes twice is what the claim is about


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim; `terms` are its content words by stem, without the words of numbers.

    `weights` say how much each term and each number's key tells; `weight` is their sum.
    """

    text: str
    terms: Mapping[str, Word]
    weights: Mapping[str, float]
    weight: float
    names: tuple[Name, ...]
    actors: tuple[Name, ...]
    numbers: tuple[Number, ...]
    quotations: tuple[str, ...]

    def share(self, stems: frozenset[str]) -> float:
        """Return the share of the terms' weight that these stems carry."""
        total = sum(self.weights[stem] for stem in self.terms)
        return sum(self.weights[stem] for stem in stems & self.terms.keys()) / (total or 1.0)

    def reach(self, keys: frozenset[str]) -> float:
        """Return the share of the whole weight, numbers included, that these keys carry."""
        weights = self.weights
        return sum([weights[key] for key in keys if key in weights]) / (self.weight or 1.0)


def read(text: str, library: Library) -> Claim:
    """Read a claim; its terms weigh by their rarity in the sources, and light words little."""
    named = names(text, common=library.common)
    found = tuple(
        n for n in numbers(text) if not any(_follows(text, n, name) for name in named)
    )
    terms: dict[str, Word] = {}
    for word in words(text):
        counted = any(n.start <= word.start < n.end for n in found)
        if is_content(word) and not counted:
            terms.setdefault(word.stem, word)
    counts = Counter(word.stem for word in words(text))
    weights = {
        stem: _weight(word, library) * min(counts[stem], _MOST_COUNTED)
        for stem, word in terms.items()
    }
    for key in frozenset[str]().union(*(number.keys for number in found)):
        weights[key] = library.rarity.get(key, library.unseen)
    return Claim(
        text,
        terms,
        weights,
        sum(weights.values()),
        tuple(n for n in named if not any(n.start < f.end and f.start < n.end for f in found)),
        actors(text, common=library.common),
        found,
        quotations(text),
    )


def _follows(text: str, number: Number, name: Name) -> bool:
    """Tell whether a number is part of a name: Falcon 9, Claude 3 Opus."""
    if number.kind != "count" or text[name.end : number.start] != " ":
        return False
    return not number.units or text[number.end : number.end + 2].strip().isupper()


def _weight(word: Word, library: Library) -> float:
    rarity = library.rarity.get(word.stem, library.unseen)
    return rarity * (_LIGHT_WEIGHT if word.stem in LIGHT else 1.0)
