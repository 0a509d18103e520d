"""Learns from labelled texts how to rank codes, and how sure it may be: arrays in, arrays out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.core import shrinkage
from classifier.core.calibration import Calibrator, priors
from classifier.core.codereading import Reading, Rows
from classifier.core.codespace import KINDS, Kind, Space
from classifier.core.cuts import best_f1
from classifier.core.groups import folded

FOLDS = 5
_DOUBT = 50.0  # texts without any correlation that are added to those seen
_RARE = 1e-9  # for a code that all texts have, or none


@dataclass(frozen=True, slots=True)
class Views:
    """What a ranker looks at: all of it, but where a part's worth is measured."""

    wordings: tuple[Kind, ...] = KINDS
    pull: float = shrinkage.PULL
    loss: float = shrinkage.LOSS
    # What the line, the nearest sentence, the shared words and the other codes weigh before
    # any label; the signals that have no number here are not used.
    default: tuple[float, ...] = (1.0, 1.0, 2.0, 1.0)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Texts with all that is known of them; row n of each array is text n.

    `labels` (texts, codes) are 0 or 1; they mean nothing where `labelled` is False.
    """

    reading: Reading
    labels: Rows
    labelled: NDArray[np.bool_]
    groups: NDArray[np.int64]

    def part(self, chosen: NDArray[np.intp]) -> "Shelf":
        return Shelf(
            self.reading.part(chosen),
            self.labels[chosen],
            self.labelled[chosen],
            self.groups[chosen],
        )

    def seen(self) -> "Shelf":
        return self.part(np.flatnonzero(self.labelled))


@dataclass(frozen=True, slots=True)
class Ranker:
    """A space, and in it for each code a line and the direction of its definition.

    `weights` are (codes, features), `offsets` (codes,), `towards` (codes, dimensions);
    `company` (codes, codes) says which codes come together, from -1 to 1.
    """

    space: Space
    weights: Rows
    offsets: Rows
    towards: Rows
    company: Rows

    @classmethod
    def fitted(cls, shelf: Shelf, cards: Rows, views: Views) -> "Ranker":
        """Learn the space from all texts and the lines from those labelled.

        `cards` (codes, dimensions) are the definitions. Without texts their mean is the
        centre, and without labels they are the lines.
        """
        several = len(shelf.reading.texts) > 1
        space = (
            Space.learned(shelf.reading, views.wordings)
            if several
            else Space(cards.mean(axis=0))
        )
        towards = space.towards(cards)
        guess = views.pull * space.padded(towards)
        if not shelf.labelled.any():
            return cls(
                space, guess, np.zeros(len(cards)), towards, np.zeros((len(cards), len(cards)))
            )
        seen = shelf.seen()
        lines = shrinkage.fitted(
            space.features(seen.reading), seen.labels, guess, loss=views.loss
        )
        return cls(space, *lines, towards, _company(seen.labels))

    def signals(self, reading: Reading) -> Rows:
        """Return what speaks for each code: a line, its nearest sentence, shared words, others.

        The others are the codes that come together with it, or instead of it. Any numbers, the
        more the likelier: (4, texts, codes).
        """
        line = self.space.features(reading) @ self.weights.T + self.offsets
        nearest = shrinkage.PULL * reading.nearest(self.space.centre, self.towards)
        others = np.tanh(line / 2) @ self.company
        return np.stack([line, nearest, shrinkage.PULL * reading.shared, others])


def _company(labels: Rows) -> Rows:
    """Return the correlation of each two codes, less the fewer texts there are."""
    texts, share = len(labels), labels.mean(axis=0)
    away = labels - share
    spread = np.sqrt(np.maximum(share * (1 - share), _RARE))
    found: Rows = away.T @ away / (texts + _DOUBT) / np.outer(spread, spread)
    np.fill_diagonal(found, 0.0)
    return found


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """What was said of each labelled text by a ranker that had not seen its group.

    `shares` come from the calibrator that is kept, which has seen all of `signals`; those to
    measure by come from `apart`. `places` are the folds.
    """

    shares: Rows
    labels: Rows
    groups: NDArray[np.int64]
    places: NDArray[np.int64]
    signals: Rows
    priors: Rows

    def apart(self, default: Calibrator) -> tuple[Rows, NDArray[np.bool_]]:
        """Return shares, and what is picked, by a calibrator and a cut of the other folds."""
        shares, picked = np.zeros(self.labels.shape), np.zeros(self.labels.shape, dtype=bool)
        for place in np.unique(self.places):
            inside, rest = self.places == place, self.places != place
            before, right = self.priors[rest], self.labels[rest]
            other = default.fitted(self.signals[:, rest], before, right)
            cut = best_f1(other.shares(self.signals[:, rest], before), right)
            shares[inside] = other.shares(self.signals[:, inside], self.priors[inside])
            picked[inside] = shares[inside] >= cut
        return shares, picked


@dataclass(frozen=True, slots=True)
class Trained:
    """A ranker with its calibrator; `seen` is None where the labels are too few for folds."""

    ranker: Ranker
    calibrator: Calibrator
    priors: Rows
    seen: OutOfFold | None

    def shares(self, reading: Reading) -> Rows:
        """Return a score in [0, 1] a text and code: (texts, codes)."""
        signals = self.ranker.signals(reading)[: len(self.calibrator.slopes)]
        return self.calibrator.shares(signals, self.priors)


def trained(
    shelf: Shelf, cards: Rows, *, folds: int, seed: int, views: Views | None = None
) -> Trained:
    """Fit a ranker to a shelf, and its calibrator to what rankers of its folds say."""
    views = views or Views()
    default, labelled = Calibrator(views.default), np.flatnonzero(shelf.labelled)
    ranker, known = Ranker.fitted(shelf, cards, views), priors(shelf.labels[labelled])
    # Fewer texts than that tell nothing of how sure a score is.
    if len(np.unique(shelf.groups[labelled])) < 2 * folds:
        return Trained(ranker, default, known, None)
    places = folded(shelf.groups, folds, seed)
    signals = np.zeros((len(views.default), *shelf.labels.shape))
    before = np.zeros(shelf.labels.shape)
    for place in range(folds):
        inside, rest = (
            np.flatnonzero(places == place),
            shelf.part(np.flatnonzero(places != place)),
        )
        learned = Ranker.fitted(rest, cards, views)
        signals[:, inside] = learned.signals(shelf.reading.part(inside))[: len(signals)]
        before[inside] = priors(rest.labels[rest.labelled])
    signals, before, right = signals[:, labelled], before[labelled], shelf.labels[labelled]
    calibrator = default.fitted(signals, before, right)
    seen = OutOfFold(
        calibrator.shares(signals, before),
        right,
        shelf.groups[labelled],
        places[labelled],
        signals,
        before,
    )
    return Trained(ranker, calibrator, known, seen)
