"""Which documents of a corpus are about the same event or finding as a text."""

from collections.abc import Sequence

from classifier.core.termspace import TermSpace, overlap
from classifier.core.types import Document, Encode, Match, Vector
from classifier.core.vectors import cosine


def rank(
    query: str, corpus: Sequence[Document], *, encode: Encode, limit: int = 3
) -> tuple[Match, ...]:
    """Return the documents nearest to the query, best first, ties by id.

    The score is the mean of the embeddings' cosine and the words' cosine: meaning finds
    reworded reports, words keep two similar events at different firms apart.
    """
    if not corpus:
        return ()
    [mine, *vectors] = _vectors(query, corpus, encode=encode)
    space = TermSpace.of([document.text for document in corpus])
    bag = space.bag(query)
    found = [
        Match(
            document.id, _score(cosine(mine, vector), overlap(bag, space.bag(document.text)))
        )
        for document, vector in zip(corpus, vectors, strict=True)
    ]
    return tuple(sorted(found, key=lambda match: (-match.score, match.id))[:limit])


def _vectors(query: str, corpus: Sequence[Document], *, encode: Encode) -> list[Vector]:
    unknown = [document.text for document in corpus if document.vector is None]
    [mine, *encoded] = encode([query, *unknown])
    fresh = iter(encoded)
    return [mine, *(d.vector if d.vector is not None else next(fresh) for d in corpus)]


def _score(meaning: float, words: float) -> float:
    return round((max(0.0, meaning) + words) / 2, 6)
