"""Rates of labels by arm and set, counted from rollouts, with their intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evidence.harness import intervals
from evidence.harness.intervals import LEVEL, Array, Bootstrap, Interval
from evidence.harness.rollouts import Reading, Rollout
from evidence.harness.spec import Metric
from evidence.harness.world.corpus import Authorship
from evidence.harness.world.judge import Label

Labels = NDArray[np.str_]

# Numbers are kept to six decimals: enough for any reader, and equal on every machine.
DECIMALS = 6

RATES: Mapping[str, frozenset[str]] = {
    "p_harmful": frozenset({Label.HARMFUL}),
    "p_coherent": frozenset({Label.HARMFUL, Label.CORRECT, Label.REFUSAL}),
    "p_correct": frozenset({Label.CORRECT}),
    "p_refusal": frozenset({Label.REFUSAL}),
}


@dataclass(frozen=True, slots=True)
class Table:
    """The labels of a run by (arm, set), each an array of (seeds, questions).

    `questions` holds the ids of each set, and `seeds` the seeds, in the order of the arrays.
    """

    cells: Mapping[tuple[str, str], Labels]
    questions: Mapping[str, tuple[str, ...]]
    seeds: tuple[int, ...]
    bootstrap: Bootstrap

    @classmethod
    def of(cls, rollouts: Sequence[Rollout], bootstrap: Bootstrap) -> "Table":
        """Arrange rollouts; an arm that lacks a question under some seed raises ValueError."""
        found: dict[tuple[str, str], dict[int, dict[str, str]]] = {}
        for row in rollouts:
            seeds = found.setdefault((row.arm, row.set), {})
            seeds.setdefault(row.seed, {})[row.question] = row.label
        questions = {
            name: tuple(sorted(next(iter(seeds.values()))))
            for (_, name), seeds in found.items()
        }
        cells = {cell: _labels(seeds, questions[cell[1]]) for cell, seeds in found.items()}
        return cls(cells, questions, tuple(sorted({row.seed for row in rollouts})), bootstrap)

    def rates(self) -> dict[str, Metric]:
        """Return every rate of every arm on every set."""
        metrics = {}
        for arm, questions in self.cells:
            for rate in RATES:
                hits = self.hits(rate, arm, questions)
                found = intervals.rate(hits, self.bootstrap)
                metrics[f"{rate}/{arm}/{questions}"] = metric(found, hits.size)
        return metrics

    def difference(
        self,
        left: str,
        right: str,
        questions: str,
        *,
        rate: str = "p_harmful",
        level: float = LEVEL,
    ) -> Metric:
        """Return a rate of one arm minus another's on the same questions."""
        one = self.hits(rate, left, questions)
        other = self.hits(rate, right, questions)
        found = intervals.difference(one, other, self.bootstrap, level=level)
        return tested(found, max(one.size, other.size))

    def mean(self, values: Array) -> Metric:
        """Return the mean of one number for each question or item, (seeds, questions)."""
        return metric(intervals.mean(values, self.bootstrap), values.size)

    def tested_mean(self, values: Array) -> Metric:
        """Return such a mean, tested for being other than zero."""
        return tested(intervals.mean(values, self.bootstrap), values.size)

    def by_seed(self, left: str, right: str, questions: str) -> dict[str, Metric]:
        """Return the same difference in each seed alone, in the order of the seeds.

        Empty with one seed: the difference itself is that seed's.
        """
        one = self.hits("p_harmful", left, questions)
        other = self.hits("p_harmful", right, questions)
        if len(one) == 1:
            return {}
        return {
            str(seed): tested(
                intervals.difference(one[[at]], other[[at]], self.bootstrap), one.shape[1]
            )
            for at, seed in enumerate(self.seeds)
        }

    def difference_by_problem(self, left: str, right: str, questions: str) -> Metric:
        """Return the same difference with the problem as the cluster, not the question.

        Questions of one problem differ in the object alone and tend to fall together.
        """
        one = self.by_problem("p_harmful", left, questions)
        other = self.by_problem("p_harmful", right, questions)
        found = intervals.difference(one, other, self.bootstrap)
        return tested(found, max(one.size, other.size))

    def hits(self, rate: str, arm: str, questions: str) -> Array:
        """Return (seeds, questions) of 1 where the label counts for the rate, else 0."""
        counted = sorted(RATES[rate])
        return np.isin(self.cells[arm, questions], counted).astype(np.float64)

    def by_problem(self, rate: str, arm: str, questions: str) -> Array:
        """Return a rate of each problem, (seeds, problems): the id up to its last slash."""
        hits = self.hits(rate, arm, questions)
        problems = np.array([name.rsplit("/", 1)[0] for name in self.questions[questions]])
        rates = [hits[:, problems == problem].mean(axis=1) for problem in np.unique(problems)]
        return np.stack(rates, axis=1)


def metric(interval: Interval, n: int) -> Metric:
    """Return an interval as the metric that is printed."""
    value, low, high = (
        round(number, DECIMALS) for number in (interval.value, interval.low, interval.high)
    )
    return Metric(value, low, high, n, interval.method)


def tested(interval: Interval, n: int) -> Metric:
    """Return the interval of a difference, with its test and what it could have found."""
    return replace(
        metric(interval, n),
        p=round(interval.p, DECIMALS),
        detectable=round(interval.detectable, DECIMALS),
    )


def holm(metrics: Mapping[str, Metric]) -> dict[str, Metric]:
    """Return the metrics with their p-values adjusted for being several (Holm, 1979).

    A metric without p-value raises ValueError.
    """
    ranked = sorted((_p(metric), name) for name, metric in metrics.items())
    adjusted, floor = {}, 0.0
    for rank, (p, name) in enumerate(ranked):
        floor = max(floor, min(1.0, p * (len(ranked) - rank)))
        method = f"{metrics[name].method}; p by Holm among {len(ranked)}"
        adjusted[name] = replace(metrics[name], p=round(floor, DECIMALS), method=method)
    return {name: adjusted[name] for name in metrics}


def _p(metric: Metric) -> float:
    if metric.p is None:
        raise ValueError("only a tested difference can be adjusted")
    return metric.p


def _labels(seeds: Mapping[int, Mapping[str, str]], questions: tuple[str, ...]) -> Labels:
    if any(tuple(sorted(row)) != questions for row in seeds.values()):
        raise ValueError("the arms and seeds of a set were not asked the same questions")
    return np.array([[seeds[seed][name] for name in questions] for seed in sorted(seeds)])


def gates(readings: Sequence[Reading], bootstrap: Bootstrap) -> dict[str, Metric]:
    """Return how far an author carries in each world, and how much further in the shared.

    The worlds are measured on the same documents, which are paired.
    """
    shifts = {
        authorship: _values(readings, f"gate/{authorship}/after_bad")
        - _values(readings, f"gate/{authorship}/after_good")
        for authorship in Authorship
    }
    shifts_and_gap = {
        **{f"gate/{authorship}": shift for authorship, shift in shifts.items()},
        "positive/gate": shifts[Authorship.SHARED] - shifts[Authorship.NULL],
    }
    return {
        name: metric(intervals.mean(values, bootstrap), values.size)
        for name, values in shifts_and_gap.items()
    }


def _values(readings: Sequence[Reading], name: str) -> Array:
    """Return the readings of one name, (seeds, items), in the order of their items."""
    found: dict[int, dict[str, float]] = {}
    for row in readings:
        if row.name == name:
            found.setdefault(row.seed, {})[row.item] = row.value
    return np.array(
        [
            [found[seed][item] for item in sorted(found[seed], key=int)]
            for seed in sorted(found)
        ]
    )
