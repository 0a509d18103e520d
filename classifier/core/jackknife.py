"""Intervals of 95% by leaving out one group of texts at a time.

The jackknife of Quenouille (1956) and Tukey (1958), over groups because their texts are alike.
A bootstrap would draw some texts twice: two of one text stand at one place of a ranking and are
right or wrong together, which lifts an average precision and a calibration error in every draw,
so that the figure itself comes to lie at the edge of what was drawn, or outside.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm
from scipy.stats import t as student

from classifier.core.types import Measure

Rows = NDArray[np.float64]
Weights = NDArray[np.float64]
"""How much each text counts, 0 or 1, each time: (times, texts). The first time all count."""

MOST = 500
"""Above so many groups they are left out several together (Kott, 2001), to spare time."""
_SEED = 20261121  # any number; the same each time, so that a figure can be made again
_CONFIDENCE = 0.95
_TAIL = (1 - _CONFIDENCE) / 2
_SAME = 1e-12


def left_out(groups: NDArray[np.int64]) -> Weights:
    """Return all texts once, then all but one group's; `groups` has a number a text."""
    names, places = np.unique(groups, return_inverse=True)
    if len(names) > MOST:
        order = np.random.default_rng(_SEED).permutation(len(names))
        places = (order % MOST)[places]
    parts = np.unique(places)
    return np.vstack([np.ones(len(groups)), places[None, :] != parts[:, None]])


def interval(values: Rows, bias: float = 0.0) -> Measure:
    """Return the figure of all texts, which lies in [0, 1], with its interval.

    `values` (times,) are what a measure says of each row of `left_out`. Student's t on one
    degree of freedom less than there are groups. `bias` is what the figure is expected to be
    above the truth: the interval reaches that much further down.
    """
    value, times = float(values[0]), len(values) - 1
    if times < 2:
        return Measure(value, 0.0, 1.0)
    if float(np.ptp(values)) < _SAME and min(value, 1 - value) < _SAME:
        # Nothing went wrong, or all did, which says little where the groups are few: the bound
        # of Clopper and Pearson (1934) on a share of groups.
        bound = _TAIL ** (1 / times)
        return Measure(value, *((bound, 1.0) if value > bound else (0.0, 1 - bound)))
    reach = float(student.ppf(1 - _TAIL, times - 1)) * float(spread(values))
    return Measure(value, max(0.0, value - bias - reach), min(1.0, value + reach))


def spread(values: Rows) -> Rows:
    """Return the standard error of a figure from its values (times, ...), the first left aside."""
    rest = values[1:]
    found: Rows = np.sqrt((len(rest) - 1) * rest.var(axis=0))
    return found


def folded_bias(sums: Rows) -> float:
    """Return how far a sum of absolute values lies above that of the expected values, at most.

    `sums` (times, parts) are what is made absolute and added. A part that is no larger than its
    standard error may be noise about zero, whose absolute value is not zero: each part is moved
    towards zero by that error, and there taken for normal (Leone and others, 1961).
    """
    error = np.maximum(spread(sums), _SAME)
    centre = np.maximum(np.abs(sums[0]) - error, 0.0)
    ratio = centre / error
    folded = 2 * error * norm.pdf(ratio) + centre * (1 - 2 * norm.cdf(-ratio))
    return float((folded - centre).sum())
