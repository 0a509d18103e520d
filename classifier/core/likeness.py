"""Words that mean nearly the same, found with the encoder and kept apart from opposites."""

from collections.abc import Iterable, Mapping, Sequence

from classifier.core.opposites import opposites
from classifier.core.synonyms import near
from classifier.core.types import Encode, Vector
from classifier.core.vectors import cosine
from classifier.core.words import Word, fold

# Cosines of single words: unrelated ones reach 0.5; coding and programming have 0.76.
_UNRELATED = 0.5
_SAME = 0.75
_MOST = 0.8  # a near word never counts as much as the word itself


class Thesaurus:
    """Nearness of single words, each encoded once."""

    def __init__(self, texts: Iterable[str], *, encode: Encode) -> None:
        """Encode the given words; only these can be compared."""
        known = sorted(set(texts))
        self._vectors: Mapping[str, Vector] = dict(zip(known, encode(known), strict=True))

    def credit(self, word: Word, others: Sequence[Word]) -> float:
        """Return 0 to 0.8: how near the nearest of the others is that is no opposite."""
        against = opposites(word.stem)
        others = [other for other in others if other.stem not in against]
        if any(near(word.stem, other.stem) for other in others):
            return _MOST
        mine = self._vectors[fold(word.text)]
        nearest = max(
            (
                cosine(mine, self._vectors[fold(other.text)])
                for other in others
                if not other.text[0].isdigit()
            ),
            default=0.0,
        )
        return _MOST * min(1.0, max(0.0, (nearest - _UNRELATED) / (_SAME - _UNRELATED)))
