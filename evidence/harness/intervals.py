"""Intervals for rates and for paired differences of rates.

A question is the cluster and a seed is the block: arrays are (seeds, questions). Seeds
and questions are drawn with replacement, all answers to a drawn question together.
"""

from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LEVEL = 0.95
# With fewer questions off the commonest value, a percentile bootstrap is too narrow (with
# none it has no width at all); Wilson's score interval then stands in.
FEW = 5


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with a two-sided interval, and the name of the method that made it."""

    value: float
    low: float
    high: float
    method: str


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """How often to draw, and from which seed; every interval draws the same way."""

    resamples: int
    seed: int


def rate(hits: Array, bootstrap: Bootstrap, *, level: float = LEVEL) -> Interval:
    """Return the share of ones in (seeds, questions), each 0 or 1."""
    if _few_differ(hits):
        value = float(hits.mean())
        low, high = wilson(value, hits.shape[1], level=level)
        return Interval(value, low, high, f"Wilson, n = clusters, {level:.4g}")
    return mean(hits, bootstrap, level=level)


def mean(values: Array, bootstrap: Bootstrap, *, level: float = LEVEL) -> Interval:
    """Return the mean of (seeds, questions) by a hierarchical percentile bootstrap."""
    seeds, questions = _draws(*values.shape, bootstrap)
    means = ((seeds @ values) * questions).sum(1) / values.size  # (resamples,)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    method = f"hierarchical bootstrap over seeds and clusters, {level:.4g}"
    return Interval(float(values.mean()), float(low), float(high), method)


def difference(
    left: Array, right: Array, bootstrap: Bootstrap, *, level: float = LEVEL
) -> Interval:
    """Return the rate of `left` minus that of `right` on the same questions.

    An arm measured once, (1, questions), is paired with every seed of the other.
    """
    paired = left - right
    if not _few_differ(paired):
        found = mean(paired, bootstrap, level=level)
        return Interval(found.value, found.low, found.high, f"paired {found.method}")
    one, other = float(left.mean()), float(right.mean())
    one_low, one_high = wilson(one, left.shape[1], level=level)
    other_low, other_high = wilson(other, right.shape[1], level=level)
    value = one - other
    low = value - float(np.hypot(one - one_low, other_high - other))
    high = value + float(np.hypot(one_high - one, other - other_low))
    return Interval(value, low, high, f"Newcombe from Wilson, n = clusters, {level:.4g}")


def wilson(share: float, n: int, *, level: float = LEVEL) -> tuple[float, float]:
    """Return Wilson's score interval (1927) for a share of n independent trials."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    centre = share + z * z / (2 * n)
    spread = z * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)))
    scale = 1 + z * z / n
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def _few_differ(values: Array) -> bool:
    per_question = values.mean(axis=0)
    _, counts = np.unique(per_question, return_counts=True)
    return bool(values.shape[1] - counts.max() < FEW)


@cache
def _draws(seeds: int, questions: int, bootstrap: Bootstrap) -> tuple[Array, Array]:
    """Return how often each seed and each question is drawn: (resamples, seeds or questions)."""
    random = np.random.default_rng(bootstrap.seed)
    size = bootstrap.resamples
    drawn = (
        random.multinomial(n, np.full(n, 1 / n), size=size).astype(np.float64)
        for n in (seeds, questions)
    )
    first, second = drawn
    return first, second
