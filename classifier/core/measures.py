"""How good a ranking of codes is, with intervals by the jackknife over groups of texts.

A ranking is `shares` (texts, codes) in [0, 1] beside `labels` (texts, codes) of 0 and 1;
`picked` (texts, codes) are the codes above its cut. Where it was made several times, each time
with other folds, a measure is the mean over the times.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.core.jackknife import Rows, Weights, folded_bias, interval, left_out
from classifier.core.types import Measure

_BINS = 10
_BLOCK = 50


@dataclass(frozen=True, slots=True)
class Ranking:
    """One time that each text was ranked by what had not seen it."""

    shares: Rows
    picked: NDArray[np.bool_]
    labels: Rows


Tell = Callable[[Ranking, Weights], Rows]
"""A measure of one ranking for each row of weights (times, texts): (times, ...)."""


def measured(rankings: Sequence[Ranking], groups: NDArray[np.int64]) -> Mapping[str, Measure]:
    """Return every measure with its 95% interval; `groups` has a number a text."""
    weights = left_out(groups)
    # A gap that is only noise is not zero, and its absolute value is above what it would be.
    noise = np.mean([folded_bias(_blockwise(_gaps, one, weights)) for one in rankings])
    return {
        name: interval(
            np.mean([_blockwise(tell, one, weights) for one in rankings], axis=0),
            bias=float(noise) if tell is calibration_error else 0.0,
        )
        for name, tell in MEASURES.items()
    }


def micro_f1(ranking: Ranking, weights: Weights) -> Rows:
    """Return F1 over all pairs of a text and a code at once."""
    hits = (ranking.picked * ranking.labels).sum(axis=1)
    both = ranking.picked.sum(axis=1) + ranking.labels.sum(axis=1)
    return _share(2 * (weights @ hits), weights @ both)


def macro_f1(ranking: Ranking, weights: Weights) -> Rows:
    """Return the mean F1 over the codes that a text has."""
    hits = weights @ (ranking.picked * ranking.labels)
    have = weights @ ranking.labels
    both = weights @ ranking.picked.astype(np.float64) + have
    return _mean(_share(2 * hits, both), have > 0)


def mean_average_precision(ranking: Ranking, weights: Weights) -> Rows:
    """Return the mean, over the codes that a text has, of average precision over the texts.

    Texts of equal share count as one step, so that their order is worth nothing.
    """
    precisions = np.zeros((len(weights), ranking.labels.shape[1]))
    for code, (shares, labels) in enumerate(
        zip(ranking.shares.T, ranking.labels.T, strict=True)
    ):
        order = np.argsort(-shares, kind="stable")
        ends = np.append(np.flatnonzero(np.diff(shares[order])), len(order) - 1)
        picked = np.cumsum(weights[:, order], axis=1)[:, ends]
        right = np.cumsum(weights[:, order] * labels[order], axis=1)[:, ends]
        gained = np.diff(right, axis=1, prepend=0)
        total = right[:, -1]
        precisions[:, code] = _share((gained * _share(right, picked)).sum(axis=1), total)
    return _mean(precisions, weights @ ranking.labels > 0)


def recall(ranking: Ranking, weights: Weights, first: int) -> Rows:
    """Return the mean, over texts with a code, of the share of their codes among the first."""
    best = np.argsort(-ranking.shares, axis=1, kind="stable")[:, :first]
    found = np.take_along_axis(ranking.labels, best, axis=1).sum(axis=1)
    have = ranking.labels.sum(axis=1)
    return _share(weights @ _share(found, have), weights @ (have > 0))


def calibration_error(ranking: Ranking, weights: Weights) -> Rows:
    """Return the expected calibration error over all pairs, in ten bins of equal width."""
    total: Rows = np.abs(_gaps(ranking, weights)).sum(axis=1)
    return total


def _gaps(ranking: Ranking, weights: Weights) -> Rows:
    """Return each bin's shares less its labels, as a share of all pairs: (times, bins)."""
    bins = np.minimum((ranking.shares * _BINS).astype(np.int64), _BINS - 1)
    gaps = ranking.shares - ranking.labels
    inside = [(gaps * (bins == place)).sum(axis=1) for place in range(_BINS)]
    whole = weights.sum(axis=1) * ranking.labels.shape[1]
    return _share(weights @ np.stack(inside, axis=1), whole[:, None])


MEASURES: Mapping[str, Tell] = {
    "micro_f1": micro_f1,
    "macro_f1": macro_f1,
    "map": mean_average_precision,
    "recall_at_3": lambda ranking, weights: recall(ranking, weights, 3),
    "recall_at_5": lambda ranking, weights: recall(ranking, weights, 5),
    "ece": calibration_error,
}


def _blockwise(tell: Tell, ranking: Ranking, weights: Weights) -> Rows:
    # All times at once would hold gigabytes where the texts are many.
    starts = range(0, len(weights), _BLOCK)
    return np.concatenate([tell(ranking, weights[at : at + _BLOCK]) for at in starts])


def _share(part: Rows, whole: Rows) -> Rows:
    return np.divide(
        part, whole, out=np.zeros_like(part), where=np.broadcast_to(whole > 0, part.shape)
    )


def _mean(values: Rows, kept: NDArray[np.bool_]) -> Rows:
    return _share((values * kept).sum(axis=1), kept.sum(axis=1).astype(np.float64))
