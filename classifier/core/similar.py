"""Which documents of a corpus are about the same event or finding as a text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from classifier.core.termspace import TermSpace, overlap
from classifier.core.types import Document, Encode, Match, Vector
from classifier.core.vectors import cosine


@dataclass(frozen=True, slots=True)
class Circumstance:
    """When a document's event was, and who had to do with it, as far as is known."""

    on: date | None = None
    entities: frozenset[str] = frozenset()

    def may_be(self, other: "Circumstance", *, days: int | None, shared: bool) -> bool:
        """Tell whether both may be of one event: what is not known speaks against nothing.

        With `days`, events further apart are not; with `shared`, those that have entities and
        none of them in common are not.
        """
        if days is not None and self.on and other.on and abs(self.on - other.on).days > days:
            return False
        told = shared and self.entities and other.entities
        return not told or bool(self.entities & other.entities)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents with their vectors and their words, made once for many queries."""

    documents: tuple[Document, ...]
    vectors: tuple[Vector, ...]
    space: TermSpace
    bags: tuple[Mapping[str, float], ...]

    @classmethod
    def of(cls, documents: Sequence[Document], *, encode: Encode) -> "Corpus":
        """Encode what has no vector yet, in one call."""
        unknown = [document.text for document in documents if document.vector is None]
        fresh = iter(encode(unknown) if unknown else ())
        vectors = [d.vector if d.vector is not None else next(fresh) for d in documents]
        space = TermSpace.of([document.text for document in documents])
        bags = tuple(space.bag(document.text) for document in documents)
        return cls(tuple(documents), tuple(vectors), space, bags)

    def nearest(
        self,
        query: str,
        vector: Vector,
        *,
        limit: int = 3,
        admits: Callable[[Document], bool] = lambda _: True,
    ) -> tuple[Match, ...]:
        """Return the documents nearest to the query, best first, ties by id.

        The score is the mean of the embeddings' cosine and the words' cosine: meaning finds
        reworded reports, words keep two similar events at different firms apart. Documents
        that `admits` turns away are left out.
        """
        bag = self.space.bag(query)
        found = [
            Match(document.id, _score(cosine(vector, own), overlap(bag, words)))
            for document, own, words in zip(
                self.documents, self.vectors, self.bags, strict=True
            )
            if admits(document)
        ]
        return tuple(sorted(found, key=lambda match: (-match.score, match.id))[:limit])


def rank(
    query: str, corpus: Sequence[Document], *, encode: Encode, limit: int = 3
) -> tuple[Match, ...]:
    """Return the documents nearest to one query, best first, ties by id; see `Corpus`."""
    if not corpus:
        return ()
    unknown = [document.text for document in corpus if document.vector is None]
    [mine, *encoded] = encode([query, *unknown])
    known = dict(zip(unknown, encoded, strict=True))
    whole = Corpus.of(corpus, encode=lambda texts: [known[text] for text in texts])
    return whole.nearest(query, mine, limit=limit)


def _score(meaning: float, words: float) -> float:
    return round((max(0.0, meaning) + words) / 2, 6)
