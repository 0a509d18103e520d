"""How far judges agree: Cohen's kappa (1960) on the label that counts, or another, with an interval.

The interval is from jackknife pseudo-values (Tukey, 1958), resampled by question.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from evidence.harness import intervals
from evidence.harness.counting import metric
from evidence.harness.intervals import Array, Bootstrap
from evidence.harness.recipes import judging
from evidence.harness.recipes.asking import HAND, SECOND, Asking
from evidence.harness.rollouts import Reading, Rollout
from evidence.harness.spec import Metric
from evidence.harness.tier_b.adapters import LABELS

# Fewer answers than this tell nothing of agreement.
FEWEST = 10


def share_judged(rollouts: Sequence[Rollout], bootstrap: Bootstrap) -> Metric:
    """Return the share of all answers that the first judge could label, by question."""
    by_question: dict[str, list[float]] = {}
    for row in rollouts:
        cluster = row.question.rsplit("/", 1)[0]
        by_question.setdefault(cluster, []).append(float(judging.is_judged(row.label)))
    shares = np.array([[np.mean(by_question[name]) for name in sorted(by_question)]])
    return metric(intervals.rate(shares, bootstrap), len(rollouts))


def between_judges(
    asking: Asking,
    rollouts: Sequence[Rollout],
    readings: Sequence[Reading],
    bootstrap: Bootstrap,
    *,
    label: str,
) -> Metric:
    """Return the kappa of two judges of other families on every answer of the run."""
    if not asking.other_families:
        return _none("there are not two judges of two families")
    second = {
        (row.name.rsplit("/", 1)[-1], row.seed, row.item): row.value
        for row in readings
        if row.name.startswith(f"judge/{SECOND}/")
    }
    pairs = [
        (row.question.rsplit("/", 1)[0], row.label, second[row.arm, row.seed, row.question])
        for row in rollouts
    ]
    return _kappa(
        [cluster for cluster, _, _ in pairs],
        np.array([said == label for _, said, _ in pairs], dtype=np.float64),
        _said([value for _, _, value in pairs], label),
        bootstrap,
    )


def with_hand(
    asking: Asking, readings: Sequence[Reading], bootstrap: Bootstrap, *, label: str
) -> Metric:
    """Return the kappa of the first judge and the labels that a person gave."""
    said = {row.item: row.value for row in readings if row.name == f"judge/{HAND}"}
    if not asking.hand:
        return _none("nobody labelled answers by hand")
    return _kappa(
        [row.id for row in asking.hand],
        np.array([row.label == label for row in asking.hand], dtype=np.float64),
        _said([said[row.id] for row in asking.hand], label),
        bootstrap,
    )


def kappa(one: Array, other: Array) -> float:
    """Return Cohen's kappa of two arrays of 0 and 1, (n,); 0 where chance explains all."""
    seen = float((one == other).mean())
    chance = float(one.mean() * other.mean() + (1 - one).mean() * (1 - other).mean())
    return 0.0 if chance == 1 else (seen - chance) / (1 - chance)


def _kappa(clusters: Sequence[str], one: Array, other: Array, bootstrap: Bootstrap) -> Metric:
    names = np.array(clusters)
    distinct = np.unique(names)
    if len(one) < FEWEST or len(distinct) < FEWEST:
        return _none(f"fewer than {FEWEST} answers to judge", len(one))
    whole, n = kappa(one, other), len(distinct)
    without = np.array([kappa(one[names != name], other[names != name]) for name in distinct])
    pseudo = n * whole - (n - 1) * without
    found = metric(intervals.mean(pseudo[None, :], bootstrap).within(-1.0, 1.0), len(one))
    return replace(found, method=f"Cohen's kappa, jackknife, {found.method}")


def _said(values: Sequence[float], label: str) -> Array:
    return np.array([LABELS[int(value)] == label for value in values], dtype=np.float64)


def _none(why: str, n: int = 0) -> Metric:
    """Return what agreement is where none could be measured: anything."""
    return Metric(0.0, -1.0, 1.0, n, why)
