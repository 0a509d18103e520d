"""An axis of a chart: from a value to its place in the picture, and a few round ticks."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

TICKS = 6


@dataclass(frozen=True, slots=True)
class Axis:
    """Values from `low` to `high` laid out from `start` to `end`, in pixels or per cent."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self, most: int = TICKS) -> Iterator[float]:
        """Yield round values of the axis, at most about so many."""
        rough = (self.high - self.low) / most
        unit = 10 ** math.floor(math.log10(rough))
        step = next(
            unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough * 0.999
        )
        first = math.ceil(round(self.low / step, 6))
        last = math.floor(round(self.high / step, 6))
        yield from (round(count * step, 6) for count in range(first, last + 1))


def shares(lows: list[float], highs: list[float], *, start: float, end: float) -> Axis:
    """Return an axis from 0 to 1, or as much further as an interval reaches."""
    low = min(0.0, math.floor(min(lows) * 10) / 10)
    high = max(1.0, math.ceil(max(highs) * 10) / 10)
    return Axis(low, high, start, end)


def shown(value: float) -> str:
    """Print a tick's value with a true minus sign."""
    return f"{value:g}".replace("-", "\N{MINUS SIGN}")
