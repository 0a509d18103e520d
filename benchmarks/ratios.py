"""A ratio of two costs that were measured in turns, with its interval, and the machine's name."""

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import comb

from evidence.harness import provenance


@dataclass(frozen=True, slots=True)
class Ratio:
    """The median over rounds, with an interval of at least 95% from its order statistics."""

    value: float
    low: float
    high: float
    rounds: int


def ratio(these: Sequence[float], those: Sequence[float]) -> dict[str, float]:
    """Return these to those, paired by round."""
    found = sorted(a / b for a, b in zip(these, those, strict=True))
    cut = _cut(len(found))
    told = (statistics.median(found), found[cut], found[len(found) - 1 - cut])
    value, low, high = (round(number, 3) for number in told)
    return asdict(Ratio(value, low, high, len(found)))


def _cut(rounds: int) -> int:
    """Return how many may be left out at either end: the median is inside with 95% or more."""
    tail, cut = 0.0, 0
    while cut < rounds // 2:
        tail += comb(rounds, cut) / 2**rounds
        if tail > 0.025:
            break
        cut += 1
    return max(cut - 1, 0)


def machine() -> dict[str, str | int | None]:
    return {
        "processor": provenance.machine()["processor"],
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "threads": 1,
    }
