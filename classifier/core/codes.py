"""Which codes of a taxonomy a text calls for: learned from labels, or from definitions alone.

Importing this loads no numpy; what it does loads it.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.core.types import CodeCard, CodedText, CodeScore, Encode, Measure, Proposal

if TYPE_CHECKING:
    from classifier.core.coderanker import Shelf, Trained
    from classifier.core.cuts import Certificate

CODES_VERSION = "2026-11.2"
"""The name of the method; a folder of another one is not loaded."""

# A probability is shown only where so many texts, and so many with the code, stand behind it.
LABELLED_TEXTS = 100
TEXTS_WITH_CODE = 15


class ModelError(Exception):
    """A folder is not a model that can be used; one line says why and what to do."""


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """What a model was made from and how good it was, out of fold.

    `cut` is the score from which a code is ticked, None where no cut keeps its promise;
    `best_cut` has the highest micro-F1. `with_code` counts the labelled texts of each code,
    in the order of the cards. `digest` is of the weights and of all this.
    """

    version: str
    encoder: str
    definitions: str
    trained_on: tuple[str, ...]
    with_code: tuple[int, ...]
    certified: "Certificate | None"
    best_cut: float
    metrics: Mapping[str, Measure]
    digest: str = ""

    @property
    def cut(self) -> float | None:
        return self.certified.cut if self.certified else None

    def shows(self, code: int) -> bool:
        """Tell whether the score of the code with this number is shown as a probability."""
        enough = self.with_code[code] >= TEXTS_WITH_CODE
        return enough and len(self.trained_on) >= LABELLED_TEXTS


@dataclass(frozen=True, slots=True)
class CodeModel:
    """Ranks the cards' codes for texts."""

    cards: tuple[CodeCard, ...]
    encode: Encode
    trained: "Trained"
    record: ModelRecord

    def propose(self, texts: Sequence[str], *, limit: int | None = None) -> list[Proposal]:
        """Return a proposal a text: all codes, or those ticked and up to `limit` more.

        Best first, ties by code. It abstains where nothing is ticked.
        """
        from classifier.core.codereading import Reading

        if not texts:
            return []
        shares = self.trained.shares(Reading.of(texts, self.cards, self.encode))
        return [self._proposal(row, limit) for row in shares.tolist()]

    def _proposal(self, shares: Sequence[float], limit: int | None) -> Proposal:
        cut, places = self.record.cut, range(len(shares))
        codes = sorted(
            (self._score(n, shares[n], cut is not None and shares[n] >= cut) for n in places),
            key=lambda one: (-one.score, one.code),
        )
        ticked = sum(one.ticked for one in codes)
        listed = len(codes) if limit is None else ticked + limit
        return Proposal(tuple(codes[:listed]), abstained=not ticked)

    def _score(self, n: int, share: float, ticked: bool) -> CodeScore:  # noqa: FBT001 - a field
        shown = share if self.record.shows(n) else None
        return CodeScore(self.cards[n].code, share, ticked, shown)

    def save(self, folder: Path) -> None:
        """Write `model.json` and `weights.safetensors` into a folder, made if need be."""
        from classifier.core import codestore

        codestore.save(self, folder)

    @classmethod
    def load(cls, folder: Path, encode: Encode, *, encoder: str = "") -> "CodeModel":
        """Read what `save` wrote; `encoder` is the digest of the encoder at hand.

        Raises ModelError where the folder is not a whole model of this method, or was learned
        with another encoder.
        """
        from classifier.core import codestore

        return codestore.load(folder, encode, encoder)


def fit(
    texts: Sequence[CodedText],
    cards: Sequence[CodeCard],
    encode: Encode,
    *,
    encoder: str = "",
    folds: int = 5,
    seed: int = 0,
) -> CodeModel:
    """Learn from labelled texts, and from those not labelled what texts have in common.

    Without labels the definitions rank alone. `encoder` is the digest of its weights; it is
    kept with the model. Leave a taxonomy's fallback codes (M0, F0) out of the cards. Raises
    ValueError where there are no cards, where two cards or two texts share a name, and where
    a text has a code without a card.
    """
    from classifier.core.calibration import Calibrator
    from classifier.core.coderanker import Views, trained
    from classifier.core.codereading import definitions
    from classifier.core.cuts import best_f1, certified, one_a_group
    from classifier.core.measures import Ranking, measured

    stacked = shelf(texts, cards, encode)
    learned = trained(stacked, definitions(cards, encode), folds=folds, seed=seed)
    seen = learned.seen
    best = best_f1(seen.shares, seen.labels) if seen else 1.0
    labels = stacked.labels[stacked.labelled]
    apart = seen.apart(Calibrator(Views().default)) if seen else None
    record = ModelRecord(
        version=CODES_VERSION,
        encoder=encoder,
        definitions=definitions_digest(cards),
        trained_on=tuple(text.id for text in texts if text.codes is not None),
        with_code=tuple(int(count) for count in labels.sum(axis=0)),
        certified=certified(*one_a_group(seen.shares, seen.labels, seen.groups))
        if seen
        else None,
        best_cut=best,
        metrics=measured([Ranking(*apart, seen.labels)], seen.groups)
        if seen and apart
        else {},
    )
    model = CodeModel(tuple(cards), encode, learned, record)
    from classifier.core import codestore

    return replace(model, record=replace(record, digest=codestore.digest(model)))


def shelf(texts: Sequence[CodedText], cards: Sequence[CodeCard], encode: Encode) -> "Shelf":
    """Embed texts, lay their labels out and group what tells the same thing."""
    import numpy as np

    from classifier.core.coderanker import Shelf
    from classifier.core.codereading import Reading
    from classifier.core.groups import grouped

    column = {card.code: n for n, card in enumerate(cards)}
    _check(texts, cards, column)
    labels = np.zeros((len(texts), len(cards)))
    for row, text in zip(labels, texts, strict=True):
        row[[column[code] for code in text.codes or ()]] = 1
    labelled = np.array([text.codes is not None for text in texts], dtype=bool)
    reading = Reading.of([text.text for text in texts], cards, encode)
    groups = grouped(
        reading.texts, reading.rows.astype(np.float32), [text.group for text in texts]
    )
    return Shelf(reading, labels, labelled, groups)


def definitions_digest(cards: Sequence[CodeCard]) -> str:
    words = [[card.code, card.title, card.definition, *card.examples] for card in cards]
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()


def _check(
    texts: Sequence[CodedText], cards: Sequence[CodeCard], column: Mapping[str, int]
) -> None:
    if not cards:
        raise ValueError("Codes can be learned only where there is at least one code.")
    _no_two(card.code for card in cards)
    _no_two(text.id for text in texts)
    for text in texts:
        if unknown := sorted(set(text.codes or ()) - column.keys()):
            raise ValueError(
                f"Text {text.id!r} has codes without a definition: {', '.join(unknown)}."
            )


def _no_two(names: Iterable[str]) -> None:
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise ValueError(f"{twice[0]!r} is there twice.")
