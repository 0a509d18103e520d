"""How good a ranking of codes is, with intervals by bootstrap over groups of texts.

A ranking is `shares` (texts, codes) in [0, 1] beside `labels` (texts, codes) of 0 and 1;
`picked` (texts, codes) are the codes above its cut. Where it was made several times, each time
with other folds, a measure is the mean over the times.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.core.types import Measure

Rows = NDArray[np.float64]
Counts = NDArray[np.float64]
"""How often each text was drawn: (draws, texts)."""

DRAWS = 500
_SEED = 20261121  # any number; the same each time, so that a figure can be made again
_BINS = 10
_BLOCK = 50


@dataclass(frozen=True, slots=True)
class Ranking:
    """One time that each text was ranked by what had not seen it."""

    shares: Rows
    picked: NDArray[np.bool_]
    labels: Rows


Tell = Callable[[Ranking, Counts], Rows]
"""A measure of one ranking for each draw: (draws,)."""


def measured(rankings: Sequence[Ranking], groups: NDArray[np.int64]) -> Mapping[str, Measure]:
    """Return every measure with its 95% interval; `groups` has a number a text."""
    counts = drawn(groups)
    return {
        name: _measure(np.mean([_blockwise(tell, one, counts) for one in rankings], axis=0))
        for name, tell in MEASURES.items()
    }


def drawn(groups: NDArray[np.int64]) -> Counts:
    """Return all texts once, then draws of whole groups with replacement: (draws + 1, texts)."""
    names, places = np.unique(groups, return_inverse=True)
    random = np.random.default_rng(_SEED)
    even = np.full(len(names), 1 / max(len(names), 1))
    times = random.multinomial(len(names), even, size=DRAWS)
    return np.vstack([np.ones(len(groups)), times[:, places]])


def micro_f1(ranking: Ranking, counts: Counts) -> Rows:
    """Return F1 over all pairs of a text and a code at once."""
    hits = (ranking.picked * ranking.labels).sum(axis=1)
    both = ranking.picked.sum(axis=1) + ranking.labels.sum(axis=1)
    return _share(2 * (counts @ hits), counts @ both)


def macro_f1(ranking: Ranking, counts: Counts) -> Rows:
    """Return the mean F1 over the codes that a text has."""
    hits = counts @ (ranking.picked * ranking.labels)
    have = counts @ ranking.labels
    both = counts @ ranking.picked.astype(np.float64) + have
    return _mean(_share(2 * hits, both), have > 0)


def mean_average_precision(ranking: Ranking, counts: Counts) -> Rows:
    """Return the mean, over the codes that a text has, of average precision over the texts.

    Texts of equal share count as one step, so that their order is worth nothing.
    """
    precisions = np.zeros((len(counts), ranking.labels.shape[1]))
    for code, (shares, labels) in enumerate(
        zip(ranking.shares.T, ranking.labels.T, strict=True)
    ):
        order = np.argsort(-shares, kind="stable")
        ends = np.append(np.flatnonzero(np.diff(shares[order])), len(order) - 1)
        picked = np.cumsum(counts[:, order], axis=1)[:, ends]
        right = np.cumsum(counts[:, order] * labels[order], axis=1)[:, ends]
        gained = np.diff(right, axis=1, prepend=0)
        total = right[:, -1]
        precisions[:, code] = _share((gained * _share(right, picked)).sum(axis=1), total)
    return _mean(precisions, counts @ ranking.labels > 0)


def recall(ranking: Ranking, counts: Counts, first: int) -> Rows:
    """Return the mean, over texts with a code, of the share of their codes among the first."""
    best = np.argsort(-ranking.shares, axis=1, kind="stable")[:, :first]
    found = np.take_along_axis(ranking.labels, best, axis=1).sum(axis=1)
    have = ranking.labels.sum(axis=1)
    return _share(counts @ _share(found, have), counts @ (have > 0))


def calibration_error(ranking: Ranking, counts: Counts) -> Rows:
    """Return the expected calibration error over all pairs, in ten bins of equal width."""
    bins = np.minimum((ranking.shares * _BINS).astype(np.int64), _BINS - 1)
    gaps = ranking.shares - ranking.labels
    total = np.zeros(len(counts))
    for place in range(_BINS):
        total += np.abs(counts @ (gaps * (bins == place)).sum(axis=1))
    return _share(total, counts.sum(axis=1) * ranking.labels.shape[1])


MEASURES: Mapping[str, Tell] = {
    "micro_f1": micro_f1,
    "macro_f1": macro_f1,
    "map": mean_average_precision,
    "recall_at_3": lambda ranking, counts: recall(ranking, counts, 3),
    "recall_at_5": lambda ranking, counts: recall(ranking, counts, 5),
    "ece": calibration_error,
}


def _blockwise(tell: Tell, ranking: Ranking, counts: Counts) -> Rows:
    # All draws at once would hold gigabytes where the texts are many.
    starts = range(0, len(counts), _BLOCK)
    return np.concatenate([tell(ranking, counts[at : at + _BLOCK]) for at in starts])


def _measure(values: Rows) -> Measure:
    low, high = np.quantile(values[1:], (0.025, 0.975))
    return Measure(float(values[0]), float(low), float(high))


def _share(part: Rows, whole: Rows) -> Rows:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _mean(values: Rows, kept: NDArray[np.bool_]) -> Rows:
    return _share((values * kept).sum(axis=1), kept.sum(axis=1).astype(np.float64))
