"""From signals to a share: one calibrator for all codes.

`sigmoid(a1 z1 + a2 z2 + ... + b logit(prior) + c)`: Platt scaling (1999) of several signals at
once, which is stacking (Wolpert, 1992), with the code's frequency as one input more, so that
codes with few labels borrow from those with many.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logit

Rows = NDArray[np.float64]

_FIRMNESS = 1.0  # what the loss must gain before the defaults give way


@dataclass(frozen=True, slots=True)
class Calibrator:
    """`slopes` has one number a signal, none below zero: more of a signal is never less."""

    slopes: tuple[float, ...]
    prior: float = 1.0
    offset: float = -1.0

    def fitted(self, signals: Rows, priors: Rows, labels: Rows) -> "Calibrator":
        """Return what suits labels (texts, codes) best, pulled to this where they say little.

        `signals` (signals, texts, codes) come from what had not seen the texts, and `priors`
        (texts, codes) are those of that time.
        """
        count, wanted = len(signals), labels.ravel()
        inputs = np.column_stack(
            [*signals.reshape(count, -1), logit(priors).ravel(), np.ones(labels.size)]
        )
        default = np.array([*self.slopes, self.prior, self.offset])

        def loss(flat: Rows) -> tuple[float, Rows]:
            margins, away = inputs @ flat, flat - default
            cost = np.logaddexp(0, margins).sum() - wanted @ margins
            pull = 0.5 * _FIRMNESS * away @ away
            return float(cost + pull), inputs.T @ (expit(margins) - wanted) + _FIRMNESS * away

        bounds = [(0.0, None)] * count + [(None, None)] * 2
        done: Any = minimize(loss, default, jac=True, method="L-BFGS-B", bounds=bounds)
        *slopes, prior, offset = map(float, done.x)
        return Calibrator(tuple(slopes), prior, offset)

    def shares(self, signals: Rows, priors: Rows) -> Rows:
        """Return shares in [0, 1] of signals (signals, texts, codes): (texts, codes)."""
        margins = np.tensordot(np.array(self.slopes), signals, axes=1)
        shares: Rows = expit(margins + self.prior * logit(priors) + self.offset)
        return shares


def priors(labels: Rows) -> Rows:
    """Return how frequent each code is, as if one text more had 1 / (codes + 1) of each."""
    texts, codes = labels.shape
    found: Rows = (labels.sum(axis=0) + 1 / (codes + 1)) / (texts + 1)
    return found
