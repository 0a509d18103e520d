"""The classifier's edge: settings and stored versions on one side, the pure core on the other.

It knows no wire. The encoder is loaded once a process, on first use, and only a worker uses it:
importing this module loads neither torch nor numpy.
"""

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from classifier.core import plaintext
from classifier.core import sentences as splitting
from classifier.core.encoder import Encoder
from classifier.core.formula import SAME as SAME_FORMULA
from classifier.core.plaintext import Citation, Plain, Style
from classifier.core.types import (
    BARE_CITATION,
    CodeCard,
    Document,
    EventClassGuess,
    Finding,
    Match,
    Proposal,
    RationaleDraft,
    Sentence,
    SeverityFactors,
    SourceText,
    Vector,
)
from classifier.core.version import CHECKER_VERSION
from classifier.models import ClassifierVersion

if TYPE_CHECKING:
    from classifier.core.codes import CodeIndex

__all__ = [
    "BARE_CITATION", "CHECKER_VERSION", "SAME_FORMULA", "Citation", "CodeCard", "Document",
    "EventClassGuess", "Finding", "Match", "Plain", "Proposal", "RationaleDraft", "Sentence",
    "SeverityFactors", "SourceText", "Style", "Vector", "check", "draft", "embed", "event_class",
    "factors", "names_nothing_of", "not_verbatim", "probes", "propose", "read", "similar",
    "split", "version", "wordings",
]  # fmt: skip


def split(body: str) -> tuple[Sentence, ...]:
    """Return the sentences of a Markdown body in order, its headings among them."""
    return splitting.split(body)


def read(body: str) -> tuple[Plain, ...]:
    """Return the blocks of a Markdown body: what `split` cuts, and all that a page shows of it."""
    return tuple(plaintext.read(body))


def check(claims: Sequence[str], sources: Sequence[SourceText]) -> tuple[Finding, ...]:
    """Hold each claim against the sources; one finding a claim, in the same order."""
    from classifier.core.claims import check as hold

    return hold(claims, sources, encode=_encoder().encode)


def propose(text: str, cards: Sequence[CodeCard], *, limit: int) -> Proposal:
    """Rank one set of codes (all M, or all F) for a text, and return the best of them."""
    return _index(tuple(cards)).propose(text, limit=limit)


def factors(sentences: Sequence[Sentence]) -> SeverityFactors:
    from classifier.core.severity import factors as read

    return read(sentences)


def event_class(sentences: Sequence[Sentence]) -> EventClassGuess:
    from classifier.core.severity import event_class as guess

    return guess(sentences)


def draft(sentences: Sequence[Sentence], providers: Sequence[str]) -> RationaleDraft:
    from classifier.core.rationale import draft as fill

    return fill(sentences, providers)


def names_nothing_of(text: str, wire_text: str) -> bool:
    """Tell whether a but-for text could stand on any wire: it has no name of this one."""
    from classifier.core.rationale import names_nothing_of as tell

    return tell(text, wire_text)


def wordings(
    slots: Sequence[str],
    names: Sequence[str],
    others: Sequence[tuple[Sequence[str], Sequence[str]]],
) -> list[float]:
    """Return how alike a but-for text is worded to each of the others, 0 to 1, names left out.

    Each text comes with the names of its wire's own providers; other names are found. From
    `SAME_FORMULA` on, two texts are one formula.
    """
    from classifier.core.formula import likeness, skeleton

    mine = skeleton(slots, names)
    return [likeness(mine, skeleton(other, known)) for other, known in others]


def probes(text: str, *, limit: int) -> tuple[str, ...]:
    """Return stretches of a but-for text that another text of the same formula holds too."""
    from classifier.core.formula import probes as choose

    return choose(text, limit=limit)


def not_verbatim(text: str, sources: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the quoted phrases and the numbers of a sentence that stand in no source."""
    from classifier.core.verbatim import absent

    return absent(text, sources)


def embed(text: str) -> Vector:
    [vector] = _encoder().encode([text])
    return vector


def similar(
    text: str, vector: Vector, corpus: Sequence[Document], *, limit: int
) -> tuple[Match, ...]:
    """Return the documents most like a text, best first; it and they have their vectors already."""
    from classifier.core.similar import rank

    return rank(text, corpus, encode=lambda _: [vector], limit=limit)


def version(cards: Sequence[CodeCard]) -> ClassifierVersion:
    """Return the stored version of this encoder, these definitions and this checker."""
    encoder = _encoder()
    words = [[card.code, card.title, card.definition, *card.examples] for card in cards]
    definitions = _sha256(words)
    found, _ = ClassifierVersion.objects.get_or_create(
        digest=_sha256([encoder.digest, definitions, CHECKER_VERSION]),
        defaults={
            "encoder": encoder.name,
            "encoder_digest": encoder.digest,
            "definitions_digest": definitions,
            "checker": CHECKER_VERSION,
        },
    )
    return found


@cache
def _encoder() -> Encoder:
    from classifier.core.encoder import load

    return load(settings.ENCODER or None, settings.ENCODER_DEVICE)


@cache
def _index(cards: tuple[CodeCard, ...]) -> "CodeIndex":
    from classifier.core.codes import CodeIndex

    return CodeIndex.build(cards, encode=_encoder().encode)


def _sha256(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()
