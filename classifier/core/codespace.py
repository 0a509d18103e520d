"""Where texts and codes lie beside each other: meaning, and what of the wording varies together.

A text is its embedding without what all texts share, beside latent semantic analyses (Deerwester
and others, 1990) of its words and of the letters in them. A code is the embedding of its
definition.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from classifier.core.codereading import Reading, Rows, unit

Kind = Literal["words", "letters"]
KINDS: tuple[Kind, ...] = ("words", "letters")

TOPICS = 150
TOPIC_WEIGHT = 0.7
_NOUGHT = 1e-9
_ENOUGH = 2000  # texts to learn topics from; the time grows with their cube
FEWEST = 40
"""Below so many texts their wording is noise, and is left out."""


@dataclass(frozen=True, slots=True)
class Wording:
    """TF-IDF of words and their pairs, or of 3 to 5 letters, as topics: (terms, topics)."""

    kind: Kind
    terms: tuple[str, ...]
    rarity: Rows
    topics: Rows

    @classmethod
    def learned(cls, kind: Kind, texts: Sequence[str]) -> "Wording | None":
        """Learn the terms and topics of some texts; None where they hold too little."""
        counter = _counter(kind)
        try:
            bags = counter.fit_transform(texts[:: 1 + (len(texts) - 1) // _ENOUGH])
        except ValueError:  # no text has a term
            return None
        # Few texts and many terms: the texts' products have the same singular vectors.
        sizes, of_texts = np.linalg.eigh((bags @ bags.T).toarray())
        sizes, of_texts = sizes[::-1][:TOPICS], of_texts[:, ::-1][:, :TOPICS]
        kept = sizes > _NOUGHT * sizes[0]
        topics = bags.T @ of_texts[:, kept] / np.sqrt(sizes[kept])
        # As they are stored, so that a loaded model is this one to the last bit.
        return cls(
            kind,
            tuple(counter.get_feature_names_out()),
            stored(counter.idf_),
            stored(np.asarray(topics)),
        )

    def rows(self, texts: Sequence[str]) -> Rows:
        """Return a row of unit length a text, or of zeros where no term is known."""
        if not texts:
            return np.zeros((0, self.topics.shape[1]))
        counter = _counter(self.kind, {term: n for n, term in enumerate(self.terms)})
        counter.idf_ = self.rarity
        return unit(np.asarray(counter.transform(texts) @ self.topics))


@dataclass(frozen=True, slots=True)
class Space:
    """What some texts share, and the topics of their wording where there were enough."""

    centre: Rows
    wordings: tuple[Wording, ...] = ()

    @classmethod
    def learned(cls, reading: Reading, kinds: Sequence[Kind] = KINDS) -> "Space":
        enough = len(reading.texts) >= FEWEST
        wordings = [Wording.learned(kind, reading.texts) for kind in kinds if enough]
        return cls(stored(reading.rows.mean(axis=0)), tuple(one for one in wordings if one))

    def features(self, reading: Reading) -> Rows:
        """Return the views side by side: (texts, features)."""
        views = [TOPIC_WEIGHT * wording.rows(reading.texts) for wording in self.wordings]
        return np.hstack([unit(reading.rows - self.centre), *views])

    def towards(self, cards: Rows) -> Rows:
        """Return the direction of each definition's meaning: (codes, dimensions)."""
        return unit(cards - self.centre)

    def padded(self, towards: Rows) -> Rows:
        """Return directions among the features, nothing said of wording: (codes, features)."""
        width = sum(wording.topics.shape[1] for wording in self.wordings)
        return np.hstack([towards, np.zeros((len(towards), width))])


def stored(rows: Rows) -> Rows:
    """Round to what a folder keeps."""
    return rows.astype(np.float32).astype(np.float64)


def _counter(kind: Kind, vocabulary: Mapping[str, int] | None = None) -> TfidfVectorizer:
    if kind == "words":
        return TfidfVectorizer(
            ngram_range=(1, 2),
            sublinear_tf=True,
            strip_accents="unicode",
            vocabulary=vocabulary,
        )
    return TfidfVectorizer(
        analyzer="char_wb",
        ngram_range=(3, 5),
        sublinear_tf=True,
        strip_accents="unicode",
        vocabulary=vocabulary,
        min_df=1 if vocabulary else 2,
    )
