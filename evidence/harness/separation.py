"""How well a number tells two kinds of items apart: AUC, with what an interval needs."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from evidence.harness.counting import DECIMALS
from evidence.harness.intervals import Array
from evidence.harness.rollouts import Reading
from evidence.harness.spec import Metric


def auc(bad: Array, good: Array) -> float:
    """Return the chance that a bad item, (n,), reads higher than a good one, (m,)."""
    return float(_placed(bad, good).mean())


def pseudo_values(bad: Array, good: Array) -> Array:
    """Return one value for each of n pairs, (n,), whose mean is the AUC.

    Item i of both arrays belongs to one pair. Each value is the sum of the pair's two
    placements less the AUC; their variance is that of the AUC (DeLong et al., 1988), with
    the pair as the cluster. The AUC is of all items, not within pairs.
    """
    above, below = _placed(bad, good), _placed(good, bad)
    found: Array = above.mean(1) + (1 - below.mean(1)) - above.mean()
    return found


def by_name(readings: Sequence[Reading]) -> Mapping[str, Array]:
    """Return the readings of each name, (seeds, items), seeds and items in order."""
    found: dict[str, dict[int, dict[str, float]]] = {}
    for row in readings:
        seeds = found.setdefault(row.name, {})
        seeds.setdefault(row.seed, {})[row.item] = row.value
    return {name: _arranged(seeds) for name, seeds in found.items()}


def in_order(items: Iterable[str]) -> list[str]:
    """Return items in the order in which readings are arranged: numbers as numbers."""
    return sorted(items, key=lambda item: (len(item), item))


def extremes(seeds: Array) -> Metric:
    """Return the mean of one number for each seed, (seeds,), between its least and largest."""
    numbers = (float(seeds.mean()), float(seeds.min()), float(seeds.max()))
    value, low, high = (round(number, DECIMALS) for number in numbers)
    return Metric(value, low, high, seeds.size, "mean of seeds, from the least to the largest")


def _arranged(seeds: Mapping[int, Mapping[str, float]]) -> Array:
    items = in_order(next(iter(seeds.values())))
    return np.array([[seeds[seed][item] for item in items] for seed in sorted(seeds)])


def _placed(one: Array, other: Array) -> Array:
    """Return for each item of one how it lies to each of the other: above 1, equal 1/2."""
    above = one[:, None] > other[None, :]
    equal = one[:, None] == other[None, :]
    found: Array = above + 0.5 * equal
    return found
