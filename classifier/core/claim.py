"""A claim read for what can be checked: terms, names, numbers, quotations, who says it."""

from collections.abc import Mapping
from dataclasses import dataclass

from classifier.core.names import Name, actors, names
from classifier.core.numbers import Number, numbers
from classifier.core.passages import Library
from classifier.core.quotations import quotations
from classifier.core.words import LIGHT, Word, fold, is_content, words

_LIGHT_WEIGHT = 0.4


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim; `terms` are its content words by stem, `weights` how much each says."""

    text: str
    terms: Mapping[str, Word]
    weights: Mapping[str, float]
    names: tuple[Name, ...]
    actors: tuple[Name, ...]
    numbers: tuple[Number, ...]
    quotations: tuple[str, ...]

    def weight(self, stems: frozenset[str]) -> float:
        """Return the share of the claim's weight that these stems carry."""
        total = sum(self.weights.values())
        return sum(self.weights[stem] for stem in stems & self.weights.keys()) / (total or 1.0)


def read(text: str, library: Library) -> Claim:
    """Read a claim; its terms weigh by their rarity in the sources, and light words little."""
    found = numbers(text)
    terms: dict[str, Word] = {}
    for word in words(text):
        counted = any(n.start <= word.start < n.end for n in found)
        if is_content(word) and not counted:
            terms.setdefault(word.stem, word)
    return Claim(
        text,
        terms,
        {stem: _weight(stem, word, library) for stem, word in terms.items()},
        names(text, common=library.common),
        actors(text, common=library.common),
        found,
        quotations(text),
    )


def _weight(stem: str, word: Word, library: Library) -> float:
    rarity = library.rarity.get(stem, library.unseen)
    return rarity * (_LIGHT_WEIGHT if fold(word.text) in LIGHT else 1.0)
