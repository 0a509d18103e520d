"""Words that mean nearly the same, found with the encoder and kept apart from opposites."""

from collections.abc import Iterable, Mapping, Sequence

from classifier.core.polarity import opposites
from classifier.core.search import cosine
from classifier.core.types import Encode, Vector
from classifier.core.words import Word, fold

NEAR = 0.6
"""Cosine of two single words from which they count as near: car and automotive are 0.69."""


class Thesaurus:
    """Nearness of single words, each encoded once."""

    def __init__(self, texts: Iterable[str], *, encode: Encode) -> None:
        """Encode the given words; only these can be compared."""
        known = sorted(set(texts))
        self._vectors: Mapping[str, Vector] = dict(zip(known, encode(known), strict=True))

    def nearest(self, word: Word, others: Sequence[Word]) -> float:
        """Return the best cosine of a word to any of the others that is not its opposite."""
        mine = self._vectors[fold(word.text)]
        against = opposites(word.stem)
        return max(
            (
                cosine(mine, self._vectors[fold(other.text)])
                for other in others
                if other.stem not in against and not other.text[0].isdigit()
            ),
            default=0.0,
        )
