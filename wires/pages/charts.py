"""Dots with their intervals on one common axis, drawn as SVG. Every chart has its table.

Widths are shares of the picture's own, heights and letters are pixels: so a chart fills a
telephone and a desk alike, and its words stay as large as the page's.
"""

import math
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

LINE, BAR, GAP, AXIS = 17, 22, 8, 24  # pixels
LETTERS = 38  # on a line of a label; they fit into 288 pixels
INSET = 2.5  # per cent of the width left free at both ends, for dots at the very edge
TICKS = 6


@dataclass(frozen=True, slots=True)
class Row:
    """One dot: a share or a difference of shares with its interval."""

    label: str
    value: float
    low: float
    high: float
    kind: Literal["primary", "control", "arm"]


@dataclass(frozen=True, slots=True)
class Chart:
    """Rows on a common axis. `line` is a value to hold them against, with its words."""

    title: str
    description: str
    rows: tuple[Row, ...]
    line: float | None
    line_label: str


@dataclass(frozen=True, slots=True)
class _Axis:
    low: float
    high: float

    @classmethod
    def of(cls, chart: Chart) -> "_Axis":
        """From 0 to 1, or as much further as an interval reaches."""
        lows = [row.low for row in chart.rows]
        highs = [row.high for row in chart.rows]
        return cls(
            min(0.0, _tenth(min(lows), math.floor)), max(1.0, _tenth(max(highs), math.ceil))
        )

    def at(self, value: float) -> str:
        share = (value - self.low) / (self.high - self.low)
        return f"{INSET + share * (100 - 2 * INSET):.2f}%"

    def ticks(self) -> Iterator[float]:
        rough = (self.high - self.low) / TICKS
        unit = 10 ** math.floor(math.log10(rough))
        step = next(
            unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough * 0.999
        )
        first = math.ceil(round(self.low / step, 6))
        last = math.floor(round(self.high / step, 6))
        yield from (round(count * step, 6) for count in range(first, last + 1))


def svg(chart: Chart, *, name: str) -> SafeString:
    """Draw a chart; `name` is unique on the page. A chart without rows is an empty text."""
    if not chart.rows:
        return SafeString("")
    axis = _Axis.of(chart)
    top = LINE + GAP if chart.line is not None else GAP
    drawn, bottom = [], top
    for row in chart.rows:
        part, bottom = _row(row, axis, bottom)
        drawn.append(part)
    grid = _grid(axis, top, bottom) + _line(chart, axis, top, bottom)
    return format_html(
        '<svg class="chart" role="img" width="100%" height="{}" aria-labelledby="{}-title {}-desc">'
        '<title id="{}-title">{}</title><desc id="{}-desc">{}</desc>{}{}</svg>',
        bottom + AXIS, name, name, name, chart.title, name, _spoken(chart),
        SafeString(grid), SafeString("".join(drawn)),
    )  # fmt: skip


def _row(row: Row, axis: _Axis, top: int) -> tuple[str, int]:
    lines = textwrap.wrap(row.label, LETTERS)
    words = "".join(
        f'<text x="0" y="{top + LINE * count - 4}">{escape(line)}</text>'
        for count, line in enumerate(lines, start=1)
    )
    middle = top + LINE * len(lines) + BAR // 2
    low, high = axis.at(row.low), axis.at(row.high)
    whisker = (
        f'<line class="whisker" stroke="currentColor" x1="{low}" x2="{high}" y1="{middle}" y2="{middle}"/>'
        f'<line class="whisker" stroke="currentColor" x1="{low}" x2="{low}" y1="{middle - 5}" y2="{middle + 5}"/>'
        f'<line class="whisker" stroke="currentColor" x1="{high}" x2="{high}" y1="{middle - 5}" y2="{middle + 5}"/>'
        f'<circle cx="{axis.at(row.value)}" cy="{middle}" r="4.5"/>'
    )
    return f'<g class="{row.kind}">{words}{whisker}</g>', middle + BAR // 2 + GAP


def _grid(axis: _Axis, top: int, bottom: int) -> str:
    parts = []
    for tick in axis.ticks():
        x = axis.at(tick)
        kind = "zero" if tick == 0 else "grid"
        parts.append(
            f'<line class="{kind}" stroke="currentColor" x1="{x}" x2="{x}" y1="{top}" y2="{bottom}"/>'
            f'<text class="tick" x="{x}" y="{bottom + LINE}">{_shown(tick)}</text>'
        )
    return "".join(parts)


def _line(chart: Chart, axis: _Axis, top: int, bottom: int) -> str:
    if chart.line is None:
        return ""
    x = axis.at(chart.line)
    return (
        f'<line class="against" stroke="currentColor" x1="{x}" x2="{x}" y1="{top - 4}" y2="{bottom}"/>'
        f'<text class="against" x="{x}" dx="4" y="{top - 8}">{escape(chart.line_label)}</text>'
    )


def _spoken(chart: Chart) -> str:
    rows = "; ".join(
        f"{row.label}: {row.value:.2f}, interval {row.low:.2f} to {row.high:.2f}"
        for row in chart.rows
    )
    return f"{chart.description} {rows}."


def _tenth(value: float, rounded: Callable[[float], int]) -> float:
    return rounded(value * 10) / 10


def _shown(value: float) -> str:
    return f"{value:g}".replace("-", "\N{MINUS SIGN}")
