"""Proportional odds (McCullagh 1980) with weights of at least 0 and an L2 penalty."""

from collections.abc import Sequence
from typing import Any


def fit(
    x: Any, levels: Any, *, shares: Sequence[float], strength: float
) -> tuple[list[float], list[float]]:
    """Return weights (columns,) and thresholds, ascending, one less than there are levels.

    `x` is (rows, columns); `levels` are whole numbers from 0. Threshold n parts levels up to n
    from those above it, and counts by `shares[n]`; each of its two sides weighs the same,
    however many rows it has. `strength` is that of the rows against the penalty. Columns are
    scaled by their spread first; one that never changes gets no weight.
    """
    import numpy as np
    from scipy.optimize import minimize

    middle, spread = x.mean(axis=0), x.std(axis=0)
    spread = np.where(spread < 1e-6, np.inf, spread)
    scaled = (x - middle) / spread
    count = x.shape[1]

    def loss(values: Any) -> tuple[float, Any]:
        weights, thresholds = values[:count], values[count:]
        value = 0.5 / strength * float(weights @ weights)
        slope = np.concatenate([weights / strength, np.zeros(len(shares))])
        for n, share in enumerate(shares):
            cost, pull = _cost(scaled @ weights - thresholds[n], levels > n)
            value += share * cost
            slope[:count] += share * (scaled.T @ pull)
            slope[count + n] -= share * pull.sum()
        return value, slope

    bounds = [(0.0, None)] * count + [(None, None)] * len(shares)
    start = np.zeros(count + len(shares))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    weights = found[:count] / spread
    thresholds = found[count:] + float(middle @ weights)
    return weights.tolist(), sorted(thresholds.tolist())


def _cost(margin: Any, above: Any) -> tuple[float, Any]:
    """Return the logistic loss of rows that should lie above or below 0, and its slope (rows,)."""
    import numpy as np

    if above.all() or not above.any():  # nothing tells where the threshold lies
        return 0.0, np.zeros(len(above))
    even = np.where(above, 0.5 / above.mean(), 0.5 / (~above).mean())
    side = np.where(above, 1.0, -1.0)
    value = float((even * np.logaddexp(0.0, -side * margin)).sum())
    return value, -even * side / (1.0 + np.exp(np.clip(side * margin, -500, 500)))
