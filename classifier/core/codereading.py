"""Texts as a ranker of codes sees them: whole, by the sentence, and by words of definitions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.core.sentences import split
from classifier.core.termspace import TermSpace, overlap
from classifier.core.types import CodeCard, Encode

Rows = NDArray[np.float64]

_SENTENCES = 60  # of a text that are looked at one by one
_CITATION = re.compile(r"\[\^[^\]\s]+\]|\[source\]")


@dataclass(frozen=True, slots=True)
class Reading:
    """Row n of `rows` (texts, dimensions) and `shared` (texts, codes) is text n.

    `sentences` (sentences, dimensions) hold the texts' sentences in their order, `counts` of
    them a text, at least one. `shared` is how alike text and definition are in their words.
    """

    texts: Sequence[str]
    rows: Rows
    sentences: Rows
    counts: NDArray[np.int64]
    shared: Rows

    @classmethod
    def of(cls, texts: Sequence[str], cards: Sequence[CodeCard], encode: Encode) -> "Reading":
        """Encode texts and their sentences, all at once: the encoder batches by length."""
        parts = [_sentences(text) for text in texts]
        # A mark says which source it is, and nothing of what happened.
        texts = [_CITATION.sub("", text) for text in texts]
        counts = np.array([len(own) for own in parts], dtype=np.int64)
        rows = embedded([*texts, *(part for own in parts for part in own)], encode)
        return cls(
            texts, rows[: len(texts)], rows[len(texts) :], counts, _shared(texts, cards)
        )

    def part(self, chosen: NDArray[np.intp]) -> "Reading":
        starts = np.cumsum(self.counts) - self.counts
        kept = [np.arange(starts[n], starts[n] + self.counts[n]) for n in chosen]
        sentences = np.concatenate(kept) if kept else np.empty(0, dtype=np.int64)
        return Reading(
            [self.texts[int(n)] for n in chosen],
            self.rows[chosen],
            self.sentences[sentences],
            self.counts[chosen],
            self.shared[chosen],
        )

    def nearest(self, centre: Rows, towards: Rows) -> Rows:
        """Return the best cosine of a sentence with each direction: (texts, codes)."""
        if not len(self.counts):
            return np.zeros((0, len(towards)))
        cosines = unit(self.sentences - centre) @ towards.T
        starts = np.cumsum(self.counts) - self.counts
        best: Rows = np.maximum.reduceat(cosines, starts, axis=0)
        return best


def embedded(texts: Sequence[str], encode: Encode) -> Rows:
    """Return unit rows (texts, dimensions). A text over 160 words is the encoder's to cut."""
    rows = encode(texts) if texts else []
    return np.array(rows, dtype=np.float64).reshape(len(texts), len(rows[0]) if rows else 0)


def definitions(cards: Sequence[CodeCard], encode: Encode) -> Rows:
    """Return a unit row a card: the mean of its definition and its examples, if it has any."""
    said = [(_definition(card), *card.examples) for card in cards]
    rows = embedded([text for own in said for text in own], encode)
    starts = np.cumsum([0, *map(len, said[:-1])])
    return unit(np.add.reduceat(rows, starts, axis=0))


def unit(rows: Rows) -> Rows:
    """Scale each row to unit length; a row of zeros stays one."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return rows / np.where(lengths == 0, 1.0, lengths)


def _sentences(text: str) -> list[str]:
    return [sentence.text for sentence in split(text)][:_SENTENCES] or [text]


def _shared(texts: Sequence[str], cards: Sequence[CodeCard]) -> Rows:
    said = [" ".join((_definition(card), *card.examples)) for card in cards]
    space = TermSpace.of(said)
    defined = [space.bag(words) for words in said]
    bags = (space.bag(text) for text in texts)
    rows = [[overlap(bag, words) for words in defined] for bag in bags]
    return np.array(rows, dtype=np.float64).reshape(len(texts), len(cards))


def _definition(card: CodeCard) -> str:
    said = [part for part in (card.title, card.definition) if part]
    return ". ".join(dict.fromkeys(said)) or card.code
