"""Graded support: a small ordinal model over the signals of a claim, trained on public labels.

Two thresholds on one weighted sum: above the lower a claim is at least partly supported, above
the higher it is supported. No signal counts against support, so that a claim that has more
of its words, names and numbers in the sources never scores less for it.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from classifier.core import odds
from classifier.core.signals import NAMES

Level = Literal["not", "partly", "supported"]
LEVELS: tuple[Level, ...] = ("not", "partly", "supported")

SHIPPED = Path(__file__).parent / "weights" / "support.json"

_STRENGTH = 0.02  # of the data against a pull of the weights towards none
_SHARES = (0.5, 1.0)  # telling partly from not counts half of telling supported from the rest


class SupportError(Exception):
    """The model cannot be fitted or read; the message says why."""


@dataclass(frozen=True, slots=True)
class Support:
    """A fitted model: one weight a signal, and the thresholds of `partly` and `supported`."""

    weights: tuple[float, ...]
    partly: float
    supported: float

    def score(self, signals: Sequence[float]) -> float:
        """Return graded support in [0, 1]: the mean of the chances to be past each threshold."""
        total = sum(w * s for w, s in zip(self.weights, signals, strict=True))
        return (_logistic(total - self.partly) + _logistic(total - self.supported)) / 2


@cache
def shipped() -> Support:
    """Return the model that ships beside the code."""
    return read(json.loads(SHIPPED.read_text(encoding="utf-8")))


def read(stored: Mapping[str, Any]) -> Support:
    """Return a stored model; its signals must be those that this code computes."""
    if set(stored["weights"]) != set(NAMES):
        raise SupportError(
            "The stored weights are of other signals than this code computes. Make them again "
            "with python -m benchmarks.classifier_claims --write."
        )
    thresholds = stored["thresholds"]
    weights = tuple(float(stored["weights"][name]) for name in NAMES)
    return Support(weights, float(thresholds["partly"]), float(thresholds["supported"]))


def fit(signals: Sequence[Sequence[float]], levels: Sequence[Level]) -> Support:
    """Fit the model on claims and their levels.

    Raises SupportError where all claims are supported or none is.
    """
    import numpy as np

    past = np.array([LEVELS.index(level) for level in levels])
    if not 0 < list(levels).count("supported") < len(levels):
        raise SupportError("The labels do not have both supported claims and others.")
    rows = np.asarray(signals, dtype=float)
    weights, (partly, most) = odds.fit(rows, past, shares=_SHARES, strength=_STRENGTH)
    return Support(tuple(weights), partly, most)


def _logistic(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, value))))
