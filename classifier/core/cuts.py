"""Cuts on shares: one that keeps a promise of precision, and one that serves micro-F1 best."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

Rows = NDArray[np.float64]

PRECISION = 0.8
RISK = 0.05
SMALLEST = 40
"""The least number of ticks that a promise is tried on."""
_EVEN = 0.5  # a code that is likelier wrong than right is not ticked, whatever stands above it
_GROWTH = 1.1


@dataclass(frozen=True, slots=True)
class Certificate:
    """From `cut` on, `right` of `ticks` out of fold were right: with 95% certainty a precision
    of at least `precision`.
    """

    cut: float
    ticks: int
    right: int
    precision: float


def at_least(right: int, of: int, risk: float = RISK) -> float:
    """Return the lower bound of a share by Clopper and Pearson (1934), one-sided."""
    return float(beta.ppf(risk, right, of - right + 1)) if right else 0.0


def certified(shares: Rows, labels: Rows) -> Certificate | None:
    """Return the lowest cut that keeps the promise, or None where even the highest does not.

    Tried in an order fixed beforehand, from `SMALLEST` ticks up by a tenth, to the first that
    fails or lies below a half: so the risk is spent once (fixed-sequence testing, as in
    Angelopoulos and others, "Learn then test", 2021). Equal shares stand on one side of a cut.
    """
    order = np.argsort(-shares, axis=None, kind="stable")
    values, right = shares.ravel()[order], np.cumsum(labels.ravel()[order])
    best: Certificate | None = None
    ticks: float = SMALLEST
    while ticks <= len(values):
        # The last of those that share the score of this place.
        last = int(np.searchsorted(-values, -values[int(ticks) - 1], side="right"))
        bound = at_least(int(right[last - 1]), last)
        if bound < PRECISION or values[last - 1] < _EVEN:
            break
        best = Certificate(float(values[last - 1]), last, int(right[last - 1]), bound)
        ticks = max(last + 1, last * _GROWTH)
    return best


def one_a_group(shares: Rows, labels: Rows, groups: NDArray[np.int64]) -> tuple[Rows, Rows]:
    """Return shares and labels with one row a group: for each code the text most sure of it.

    Texts that tell the same thing are right or wrong together, and prove it only once.
    """
    _, first = np.unique(np.sort(groups), return_index=True)
    orders = [np.lexsort((-column, groups))[first] for column in shares.T]
    columns = range(len(orders))
    return (
        np.column_stack([shares[order, n] for n, order in zip(columns, orders, strict=True)]),
        np.column_stack([labels[order, n] for n, order in zip(columns, orders, strict=True)]),
    )


def best_f1(shares: Rows, labels: Rows) -> float:
    """Return the cut with the highest micro-F1; 1.0 where there is nothing to learn from."""
    if not labels.any():
        return 1.0
    order = np.argsort(-shares, axis=None, kind="stable")
    values = shares.ravel()[order]
    right, picked = np.cumsum(labels.ravel()[order]), np.arange(1, len(values) + 1)
    f1 = 2 * right / (picked + labels.sum())
    f1[:-1][values[:-1] == values[1:]] = 0  # a cut cannot pass between equal shares
    return float(values[f1.argmax()])
