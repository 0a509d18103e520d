"""Intervals for rates and for paired differences of rates.

A question is the cluster and a seed is the block: arrays are (seeds, questions).

Questions are many, so they are drawn with replacement, all answers to a drawn question
together (percentile bootstrap), with Student's t and its n / (n - 1) for what a bootstrap
of n clusters lacks. Seeds are few: to draw three of three with replacement says that they
vary by two thirds of what they do, with the tails of a normal distribution, and such an
interval covers 76% to 90% instead of 95% where seeds differ. So the variance of seeds is
estimated between them (two-way crossed effects: what is left of the variance of their means
when the noise within questions is taken off), gets Student's t of seeds - 1 degrees of
freedom, and both parts are joined by squaring and adding (MOVER; Zou and Donner, 2008). With
one seed the second part is missing, and an interval speaks of that one organism only.
"""

from dataclasses import dataclass, replace
from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Array = NDArray[np.float64]

LEVEL = 0.95
# The chance to find a difference as large as the one that is called detectable.
POWER = 0.80
# With fewer questions off the commonest value, a percentile bootstrap is too narrow (with
# none it has no width at all); Wilson's score interval then stands in.
FEW = 5
# p-values are searched for to this fineness; nobody prints smaller ones.
FINEST = 1e-12


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """How often to draw, and from which seed; every interval draws the same way."""

    resamples: int
    seed: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Standard errors of a mean: by its questions, to either side, and by its seeds."""

    below: float
    above: float
    by_seed: float
    questions: int
    seeds: int

    def reach(self, side: float, tail: float) -> float:
        """Return how far from the mean the limit lies that leaves `tail` beyond it."""
        by_questions = _student(tail, self.questions - 1) * side
        if self.seeds == 1:
            return by_questions
        return float(np.hypot(by_questions, _student(tail, self.seeds - 1) * self.by_seed))


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with a two-sided interval, and the name of the method that made it."""

    value: float
    low: float
    high: float
    method: str
    spread: Spread
    level: float

    @property
    def p(self) -> float:
        """Return the two-sided p-value of a true mean of zero, by inverting the interval."""
        side = self.spread.below if self.value > 0 else self.spread.above
        least, most = 0.0, 1.0
        while most - least > FINEST:
            tried = (least + most) / 2
            if self.spread.reach(side, tried / 2) < abs(self.value):
                most = tried
            else:
                least = tried
        return most

    @property
    def detectable(self) -> float:
        """Return the smallest true mean that such a sample tells from zero, with power 0.8."""
        wider = max(self.spread.below, self.spread.above)
        tails = ((1 - self.level) / 2, 1 - POWER)
        by_questions = sum(_student(tail, self.spread.questions - 1) for tail in tails) * wider
        if self.spread.seeds == 1:
            return by_questions
        by_seed = sum(_student(tail, self.spread.seeds - 1) for tail in tails)
        return float(np.hypot(by_questions, by_seed * self.spread.by_seed))

    def within(self, least: float, most: float) -> "Interval":
        """Return the interval with no limit beyond what is possible."""
        return replace(self, low=max(self.low, least), high=min(self.high, most))


def rate(hits: Array, bootstrap: Bootstrap, *, level: float = LEVEL) -> Interval:
    """Return the share of ones in (seeds, questions), each 0 or 1."""
    if not _few_differ(hits):
        return mean(hits, bootstrap, level=level).within(0.0, 1.0)
    return share(hits, level=level)


def share(hits: Array, *, level: float = LEVEL) -> Interval:
    """Return the same share by Wilson's score: nothing is drawn, so questions may be many."""
    low, high = wilson(float(hits.mean()), hits.shape[1], level=level)
    return _scored(hits, low, high, "Wilson, n = clusters", level).within(0.0, 1.0)


def mean(values: Array, bootstrap: Bootstrap, *, level: float = LEVEL) -> Interval:
    """Return the mean of (seeds, questions), in whatever unit they are."""
    value, questions = float(values.mean()), values.shape[1]
    means = _draws(questions, bootstrap) @ values.mean(axis=0) / questions  # (resamples,)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    # A bootstrap of n clusters is too narrow by n - 1 of n in variance and by Student's t.
    scale = float(np.sqrt(questions / (questions - 1))) / NormalDist().inv_cdf((1 + level) / 2)
    sides = ((value - float(low)) * scale, (float(high) - value) * scale)
    return _interval(values, sides, "cluster bootstrap", level)


def difference(
    left: Array, right: Array, bootstrap: Bootstrap, *, level: float = LEVEL
) -> Interval:
    """Return the rate of `left` minus that of `right` on the same questions.

    An arm measured once, (1, questions), is paired with every seed of the other.
    """
    paired = left - right
    if not _few_differ(paired):
        found = mean(paired, bootstrap, level=level).within(-1.0, 1.0)
        return replace(found, method=f"paired {found.method}")
    one, other = float(left.mean()), float(right.mean())
    one_low, one_high = wilson(one, left.shape[1], level=level)
    other_low, other_high = wilson(other, right.shape[1], level=level)
    value = one - other
    low = value - float(np.hypot(one - one_low, other_high - other))
    high = value + float(np.hypot(one_high - one, other - other_low))
    found = _scored(paired, low, high, "Newcombe from Wilson, n = clusters", level)
    return found.within(-1.0, 1.0)


def wilson(share: float, n: int, *, level: float = LEVEL) -> tuple[float, float]:
    """Return Wilson's score interval (1927) for a share of n independent trials."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    centre = share + z * z / (2 * n)
    spread = z * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)))
    scale = 1 + z * z / n
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def _scored(values: Array, low: float, high: float, method: str, level: float) -> Interval:
    """Return an interval whose part by questions is known to be (low, high)."""
    value = float(values.mean())
    reach = _student((1 - level) / 2, values.shape[1] - 1)
    return _interval(values, ((value - low) / reach, (high - value) / reach), method, level)


def _interval(
    values: Array, sides: tuple[float, float], method: str, level: float
) -> Interval:
    seeds, questions = values.shape
    # An exact zero may come out as -1e-17.
    below, above = (max(0.0, side) for side in sides)
    spread = Spread(below, above, _error_by_seed(values), questions, seeds)
    value, tail = float(values.mean()), (1 - level) / 2
    low, high = value - spread.reach(below, tail), value + spread.reach(above, tail)
    blocks = f", {seeds} seeds as blocks" if seeds > 1 else ""
    return Interval(value, low, high, f"{method}{blocks}, {level:.4g}", spread, level)


def _error_by_seed(values: Array) -> float:
    """Return the standard error that a mean of (seeds, questions) has by its seeds alone."""
    seeds, questions = values.shape
    if seeds == 1:
        return 0.0
    by_seed, by_question = values.mean(axis=1), values.mean(axis=0)
    noise = values - by_seed[:, None] - by_question + values.mean()
    within = float((noise**2).sum()) / ((seeds - 1) * (questions - 1)) / questions
    return float(np.sqrt(max(0.0, float(by_seed.var(ddof=1)) - within) / seeds))


def _student(tail: float, freedom: int) -> float:
    """Return the value that Student's t exceeds with the probability `tail`."""
    return -float(stdtrit(freedom, tail))


def _few_differ(values: Array) -> bool:
    per_question = values.mean(axis=0)
    _, counts = np.unique(per_question, return_counts=True)
    return bool(values.shape[1] - counts.max() < FEW)


@cache
def _draws(questions: int, bootstrap: Bootstrap) -> Array:
    """Return how often each question is drawn, (resamples, questions)."""
    random = np.random.default_rng(bootstrap.seed)
    share = np.full(questions, 1 / questions)
    return random.multinomial(questions, share, size=bootstrap.resamples).astype(np.float64)
