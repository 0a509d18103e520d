"""Dots with their intervals on one common axis, drawn as SVG. Every chart has its table.

Widths are shares of the picture's own, heights and letters are pixels: so a chart fills a
telephone and a desk alike, and its words stay as large as the page's.
"""

import textwrap
from dataclasses import dataclass
from typing import Literal

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from wires.pages.axes import Axis, shares, shown

LINE, BAR, GAP, AXIS = 17, 22, 8, 24  # pixels
LETTERS = 38  # on a line of a label; they fit into 288 pixels
INSET = 2.5  # per cent of the width left free at both ends, for dots at the very edge


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


def svg(chart: Chart, *, name: str) -> SafeString:
    """Draw a chart; `name` is unique on the page. A chart without rows is an empty text."""
    if not chart.rows:
        return SafeString("")
    axis = shares(
        [row.low for row in chart.rows],
        [row.high for row in chart.rows],
        start=INSET,
        end=100 - INSET,
    )
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


def _row(row: Row, axis: Axis, top: int) -> tuple[str, int]:
    lines = textwrap.wrap(row.label, LETTERS)
    words = "".join(
        f'<text x="0" y="{top + LINE * count - 4}">{escape(line)}</text>'
        for count, line in enumerate(lines, start=1)
    )
    middle = top + LINE * len(lines) + BAR // 2
    low, high = _at(axis, row.low), _at(axis, row.high)
    whisker = (
        f'<line class="whisker" stroke="currentColor" x1="{low}" x2="{high}" y1="{middle}" y2="{middle}"/>'
        f'<line class="whisker" stroke="currentColor" x1="{low}" x2="{low}" y1="{middle - 5}" y2="{middle + 5}"/>'
        f'<line class="whisker" stroke="currentColor" x1="{high}" x2="{high}" y1="{middle - 5}" y2="{middle + 5}"/>'
        f'<circle cx="{_at(axis, row.value)}" cy="{middle}" r="4.5"/>'
    )
    return f'<g class="{row.kind}">{words}{whisker}</g>', middle + BAR // 2 + GAP


def _grid(axis: Axis, top: int, bottom: int) -> str:
    parts = []
    for tick in axis.ticks():
        x = _at(axis, tick)
        kind = "zero" if tick == 0 else "grid"
        parts.append(
            f'<line class="{kind}" stroke="currentColor" x1="{x}" x2="{x}" y1="{top}" y2="{bottom}"/>'
            f'<text class="tick" x="{x}" y="{bottom + LINE}">{shown(tick)}</text>'
        )
    return "".join(parts)


def _line(chart: Chart, axis: Axis, top: int, bottom: int) -> str:
    if chart.line is None:
        return ""
    x = _at(axis, chart.line)
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


def _at(axis: Axis, value: float) -> str:
    return f"{axis.at(value):.2f}%"
