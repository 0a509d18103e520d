"""Texts as weighted bags of stems, compared by cosine: the view without an encoder."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifier.core.words import LIGHT, terms

_LIGHT_WEIGHT = 0.4


@dataclass(frozen=True, slots=True)
class TermSpace:
    """Stem rarities learned from a set of texts."""

    rarity: Mapping[str, float]
    unseen: float

    @classmethod
    def of(cls, texts: Sequence[str]) -> "TermSpace":
        """Learn the (smoothed) inverse document frequency of every stem."""
        counts = Counter(stem for text in texts for stem in set(terms(text)))
        total = len(texts) + 1
        rarity = {stem: math.log(total / (count + 0.5)) + 1 for stem, count in counts.items()}
        return cls(rarity, math.log(total / 0.5) + 1)

    def bag(self, text: str) -> dict[str, float]:
        """Return the text's stems with weights of unit length; repeats count by logarithm."""
        weighed = {
            stem: (1 + math.log(count))
            * self.rarity.get(stem, self.unseen)
            * (_LIGHT_WEIGHT if stem in LIGHT else 1.0)
            for stem, count in Counter(terms(text)).items()
        }
        length = math.sqrt(sum(value * value for value in weighed.values())) or 1.0
        return {stem: value / length for stem, value in weighed.items()}


def overlap(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    """Return the cosine of two bags of unit length."""
    few, many = sorted((left, right), key=len)
    return sum(value * many.get(stem, 0.0) for stem, value in few.items())
