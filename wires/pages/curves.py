"""Lines over a dose, a share or a step, with their intervals, drawn as SVG like the other charts.

Lines are told apart by their stroke and the shape of their points, before any colour.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from wires.pages.axes import Axis, shares, shown

LINE, HEIGHT, GAP, AXIS = 19, 200, 12, 44  # pixels
LEFT, RIGHT = 9.0, 97.0  # per cent of the width
MARKS = 2  # rows that the words of vertical marks take, so that near ones do not meet
STROKES = ("", "7 4", "2 4", "9 3 2 3")
SHAPES = ("dot", "square", "ring", "tick")


@dataclass(frozen=True, slots=True)
class Point:
    """A value with its interval, at a place on the horizontal axis."""

    at: float
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Curve:
    label: str
    points: tuple[Point, ...]
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """An interval that holds for the whole width, such as that of a control."""

    label: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the horizontal axis that others have named, with whose it is."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Curves:
    """Curves on one pair of axes; `across` says what the horizontal one is."""

    title: str
    description: str
    across: str
    curves: tuple[Curve, ...]
    band: Band | None = None
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class _Plot:
    across: Axis
    up: Axis

    @classmethod
    def of(cls, drawn: Curves, top: int) -> "_Plot":
        points = [point for curve in drawn.curves for point in curve.points]
        places = [point.at for point in points] + [mark.at for mark in drawn.marks]
        edges = [drawn.band] if drawn.band else []
        return cls(
            Axis(min(places), max(places), LEFT, RIGHT),
            shares(
                [point.low for point in points] + [band.low for band in edges],
                [point.high for point in points] + [band.high for band in edges],
                start=top + HEIGHT,
                end=top,
            ),
        )

    def x(self, at: float) -> str:
        return f"{self.across.at(at):.2f}%"

    def y(self, value: float) -> str:
        return f"{self.up.at(value):.1f}"


def svg(drawn: Curves, *, name: str) -> SafeString:
    """Draw curves; `name` is unique on the page. Fewer than two places are no curve."""
    if len({point.at for curve in drawn.curves for point in curve.points}) < 2:
        return SafeString("")
    keys = len(drawn.curves) + bool(drawn.band)
    top = keys * LINE + GAP + LINE * min(len(drawn.marks), MARKS)
    plot = _Plot.of(drawn, top)
    parts = [*_grid(plot, top, drawn.across), *_band(drawn, plot)]
    parts += _marks(drawn, plot, top)
    for number, curve in enumerate(drawn.curves):
        parts.append(_curve(curve, plot, number))
    parts += _keys(drawn)
    return format_html(
        '<svg class="chart curves" role="img" width="100%" height="{}" '
        'aria-labelledby="{}-title {}-desc"><title id="{}-title">{}</title>'
        '<desc id="{}-desc">{}</desc>{}</svg>',
        top + HEIGHT + AXIS, name, name, name, drawn.title, name, _spoken(drawn),
        SafeString("".join(parts)),
    )  # fmt: skip


def _grid(plot: _Plot, top: int, across: str) -> Iterator[str]:
    bottom = top + HEIGHT
    for tick in plot.up.ticks(4):
        y = plot.y(tick)
        kind = "zero" if tick == 0 else "grid"
        yield (
            f'<line class="{kind}" stroke="currentColor" x1="0%" x2="100%" y1="{y}" y2="{y}"/>'
            f'<text class="scale" x="0" dy="-4" y="{y}">{shown(tick)}</text>'
        )
    for tick in plot.across.ticks():
        yield f'<text class="tick" x="{plot.x(tick)}" y="{bottom + 18}">{shown(tick)}</text>'
    yield f'<text class="scale" x="0" y="{bottom + 36}">{escape(across)}</text>'


def _band(drawn: Curves, plot: _Plot) -> Iterator[str]:
    if drawn.band:
        high, low = plot.up.at(drawn.band.high), plot.up.at(drawn.band.low)
        yield (
            f'<rect class="band" fill="currentColor" fill-opacity="0.15" x="{LEFT}%" '
            f'width="{RIGHT - LEFT}%" y="{high:.1f}" height="{max(low - high, 3):.1f}"/>'
        )


def _marks(drawn: Curves, plot: _Plot, top: int) -> Iterator[str]:
    for number, mark in enumerate(drawn.marks):
        x, y = plot.x(mark.at), top - GAP // 2 - LINE * (number % MARKS)
        yield (
            f'<line class="against" stroke="currentColor" x1="{x}" x2="{x}" '
            f'y1="{y - 10}" y2="{top + HEIGHT}"/>'
            f'<text class="against" x="{x}" dx="4" y="{y}">{escape(mark.label)}</text>'
        )


def _curve(curve: Curve, plot: _Plot, number: int) -> str:
    points = sorted(curve.points, key=lambda point: point.at)
    segments = "".join(
        f'<line class="curve" stroke="currentColor" stroke-dasharray="{_dashes(number)}" '
        f'x1="{plot.x(one.at)}" y1="{plot.y(one.value)}" '
        f'x2="{plot.x(other.at)}" y2="{plot.y(other.value)}"/>'
        for one, other in pairwise(points)
    )
    whiskers = "".join(
        f'<line class="whisker" stroke="currentColor" x1="{plot.x(point.at)}" '
        f'x2="{plot.x(point.at)}" y1="{plot.y(point.low)}" y2="{plot.y(point.high)}"/>'
        for point in points
    )
    dots = "".join(_shape(number, plot.x(point.at), plot.y(point.value)) for point in points)
    kind = "primary" if curve.is_primary else "arm"
    return f'<g class="{kind}">{whiskers}{segments}{dots}</g>'


def _keys(drawn: Curves) -> Iterator[str]:
    for number, curve in enumerate(drawn.curves):
        y = LINE * (number + 1) - 6
        kind = "primary" if curve.is_primary else "arm"
        yield (
            f'<g class="{kind}"><line class="curve" stroke="currentColor" x1="0" x2="34" '
            f'y1="{y - 4}" y2="{y - 4}" stroke-dasharray="{_dashes(number)}"/>'
            f"{_shape(number, '17', str(y - 4))}"
            f'<text x="42" y="{y}">{escape(curve.label)}</text></g>'
        )
    if drawn.band:
        y = LINE * (len(drawn.curves) + 1) - 6
        yield (
            f'<g><rect class="band" fill="currentColor" fill-opacity="0.15" x="0" width="34" '
            f'y="{y - 10}" height="11"/><text x="42" y="{y}">{escape(drawn.band.label)}</text></g>'
        )


def _dashes(number: int) -> str:
    return STROKES[number % len(STROKES)] or "none"


def _shape(number: int, x: str, y: str) -> str:
    """Draw a point; its shape is there without the style sheet too."""
    match SHAPES[number % len(SHAPES)]:
        case "dot":
            return f'<circle fill="currentColor" cx="{x}" cy="{y}" r="4"/>'
        case "square":
            return (
                f'<rect fill="currentColor" x="{x}" y="{y}" width="7" height="7" '
                'transform="translate(-3.5 -3.5)"/>'
            )
        case "ring":
            return f'<circle class="ring" fill="none" stroke="currentColor" cx="{x}" cy="{y}" r="4"/>'
        case _:
            return (
                f'<rect fill="currentColor" x="{x}" y="{y}" width="3" height="10" '
                'transform="translate(-1.5 -5)"/>'
            )


def _spoken(drawn: Curves) -> str:
    said = "; ".join(
        f"{curve.label}: "
        + ", ".join(f"{point.value:.2f} at {shown(point.at)}" for point in curve.points)
        for curve in drawn.curves
    )
    marks = "".join(f" {mark.label}, at {shown(mark.at)}." for mark in drawn.marks)
    return f"{drawn.description} {said}.{marks}"
