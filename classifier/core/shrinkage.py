"""Logistic regression that is pulled towards a guess, one line a code, all codes at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

Rows = NDArray[np.float64]

PULL = 4.0
"""The length of a guess that is the unit direction of a definition."""
LOSS = 1.0
"""What the loss weighs against the pull: C of the usual solvers."""
_STEPS = 500


def fitted(
    features: Rows, labels: Rows, guess: Rows, *, loss: float = LOSS
) -> tuple[Rows, Rows]:
    """Return weights (codes, features) and offsets (codes,) fitted to labels of 0 and 1.

    `features` are (texts, features), `labels` (texts, codes), `guess` (codes, features).
    For each code the minimum of half the squared distance of its weights to the guess, plus
    the logistic loss, where the texts with the code weigh together as much as those without;
    the offset is free. A code that all texts have, or none, keeps the guess.
    """
    have = labels.sum(axis=0)
    mixed = (have > 0) & (have < len(labels))
    weights, offsets = guess.copy(), np.zeros(len(guess))
    if mixed.any():
        weights[mixed], offsets[mixed] = _minimised(
            features, labels[:, mixed], guess[mixed], loss
        )
    return weights, offsets


def _minimised(features: Rows, labels: Rows, guess: Rows, weight: float) -> tuple[Rows, Rows]:
    texts, codes = labels.shape
    have = labels.sum(axis=0)
    share = np.where(labels > 0, texts / (2 * have), texts / (2 * (texts - have))) * weight
    sign = 2 * labels - 1

    def loss(flat: Rows) -> tuple[float, Rows]:
        both = flat.reshape(codes, -1)
        away = both[:, :-1] - guess
        margins = sign * (features @ both[:, :-1].T + both[:, -1])
        slope = -share * sign * expit(-margins)
        cost = 0.5 * np.square(away).sum() + (share * np.logaddexp(0, -margins)).sum()
        step = np.column_stack([slope.T @ features + away, slope.sum(axis=0)])
        return float(cost), step.ravel()

    start = np.column_stack([guess, np.zeros(codes)]).ravel()
    done: Any = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS})
    both = np.asarray(done.x).reshape(codes, -1)
    return both[:, :-1], both[:, -1]
