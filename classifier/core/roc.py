"""The area under the ROC curve, with its interval by bootstrap over groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

RESAMPLES = 1000
_SEED = 20261121  # any number; the same each time, so that a figure can be made again


@dataclass(frozen=True, slots=True)
class Area:
    """The chance that a score of one class is above one of the other, and its 95% interval."""

    value: float
    low: float
    high: float


def area(
    scores: Sequence[float], positive: Sequence[bool], groups: Sequence[int]
) -> Area | None:
    """Return the area and the interval; None where one of the two classes has no score.

    Whole groups are drawn with replacement, because their members are alike; a tie counts
    half. Draws without one of the classes are left out.
    """
    import numpy as np

    values, above, of = np.asarray(scores), np.asarray(positive, bool), np.asarray(groups)
    if above.all() or not above.any():
        return None
    members = [np.flatnonzero(of == group) for group in np.unique(of)]
    random = np.random.default_rng(_SEED)
    drawn = []
    for _ in range(RESAMPLES):
        picks = random.integers(len(members), size=len(members))
        rows = np.concatenate([members[pick] for pick in picks])
        if above[rows].any() and not above[rows].all():
            drawn.append(_area(values[rows], above[rows]))
    low, high = np.quantile(drawn, (0.025, 0.975)) if drawn else (0.0, 1.0)
    return Area(_area(values, above), float(low), float(high))


def _area(values: Any, above: Any) -> float:
    from scipy.stats import rankdata

    count = int(above.sum())
    wins = float(rankdata(values)[above].sum()) - count * (count + 1) / 2
    return wins / (count * (len(values) - count))
