"""Words that mean nearly the same, found with the encoder and kept apart from opposites."""

from array import array
from collections.abc import Iterable, Sequence
from functools import lru_cache

from classifier.core.opposites import opposites
from classifier.core.synonyms import near
from classifier.core.types import Encode
from classifier.core.words import Word, fold

# Cosines of single words: unrelated ones reach 0.5; coding and programming have 0.76.
_UNRELATED = 0.5
_SAME = 0.75
_MOST = 0.8  # a near word never counts as much as the word itself
_REMEMBERED = 20_000  # words, of about 1.5 kB each


class Thesaurus:
    """Nearness of single words, each encoded once."""

    def __init__(self, texts: Iterable[str], *, encode: Encode) -> None:
        """Encode the given words; only these can be compared."""
        import numpy as np

        known = sorted(set(texts))
        vectors = np.array(_vectors(known, encode)) if known else np.empty((0, 0))
        self._places = {word: n for n, word in enumerate(known)}
        self._cosines = vectors @ vectors.T

    def credit(self, word: Word, others: Sequence[Word]) -> float:
        """Return 0 to 0.8: how near the nearest of the others is that is no opposite."""
        against = opposites(word.stem)
        others = [other for other in others if other.stem not in against]
        if any(near(word.stem, other.stem) for other in others):
            return _MOST
        places = [self._places[fold(o.text)] for o in others if not o.text[0].isdigit()]
        if not places:
            return 0.0
        nearest = float(self._cosines[self._places[fold(word.text)], places].max())
        return _MOST * min(1.0, max(0.0, (nearest - _UNRELATED) / (_SAME - _UNRELATED)))


def _vectors(words: Sequence[str], encode: Encode) -> "list[array[float]]":
    """Return the words' vectors; those of earlier checks are remembered, because words recur."""
    memory = _memory(encode)
    if len(memory) > _REMEMBERED:
        memory.clear()
    new = [word for word in words if word not in memory]
    memory.update(
        (word, array("f", vector)) for word, vector in zip(new, encode(new), strict=True)
    )
    return [memory[word] for word in words]


@lru_cache(maxsize=2)
def _memory(_encode: Encode) -> "dict[str, array[float]]":
    """Return the memory that goes with an encoder; empty at first."""
    return {}
