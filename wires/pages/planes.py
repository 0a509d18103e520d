"""Points with an interval both ways on a square of two shares, drawn as SVG."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from wires.pages.axes import Axis, shown

LINE, SIDE, GAP, AXIS = 17, 260, 14, 44  # pixels
LEFT, RIGHT = 9.0, 95.0  # per cent of the width
LETTERS = 44
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Range:
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Spot:
    """One arm: two shares with their intervals."""

    label: str
    across: Range
    up: Range


@dataclass(frozen=True, slots=True)
class Plane:
    title: str
    description: str
    across: str
    up: str
    spots: tuple[Spot, ...]


def svg(plane: Plane, *, name: str) -> SafeString:
    """Draw a plane; `name` is unique on the page. Spots are numbered, and the key names them."""
    if not plane.spots:
        return SafeString("")
    keys, top = _keys(plane)
    x, y = Axis(0, 1, LEFT, RIGHT), Axis(0, 1, top + SIDE, top)
    drawn = "".join(_spot(words, spot, x, y) for words, spot in _numbered(plane.spots))
    return format_html(
        '<svg class="chart plane" role="img" width="100%" height="{}" '
        'aria-labelledby="{}-title {}-desc"><title id="{}-title">{}</title>'
        '<desc id="{}-desc">{}</desc>{}{}{}</svg>',
        top + SIDE + AXIS, name, name, name, plane.title, name, _spoken(plane),
        SafeString(keys), SafeString(_grid(plane, x, y)), SafeString(drawn),
    )  # fmt: skip


def _keys(plane: Plane) -> tuple[str, int]:
    parts, bottom = [], 0
    for number, spot in enumerate(plane.spots, start=1):
        for count, line in enumerate(textwrap.wrap(spot.label, LETTERS)):
            bottom += LINE
            head = f'<tspan class="number">{number}</tspan>' if not count else ""
            parts.append(
                f'<text x="0" y="{bottom - 4}">{head}</text>'
                f'<text x="20" y="{bottom - 4}">{escape(line)}</text>'
            )
    bottom += LINE + GAP
    parts.append(f'<text class="scale" x="0" y="{bottom - GAP}">{escape(plane.up)}</text>')
    return "".join(parts), bottom


def _grid(plane: Plane, x: Axis, y: Axis) -> str:
    parts = []
    for tick in TICKS:
        kind = "zero" if tick == 0 else "grid"
        across, up = f"{x.at(tick):.2f}%", f"{y.at(tick):.1f}"
        parts.append(
            f'<line class="{kind}" stroke="currentColor" x1="{x.start}%" x2="{x.end}%" y1="{up}" y2="{up}"/>'
            f'<line class="{kind}" stroke="currentColor" x1="{across}" x2="{across}" y1="{y.end}" y2="{y.start}"/>'
            f'<text class="scale" x="0" dy="4" y="{up}">{shown(tick)}</text>'
            f'<text class="tick" x="{across}" y="{y.start + 18}">{shown(tick)}</text>'
        )
    parts.append(f'<text class="scale" x="0" y="{y.start + 36}">{escape(plane.across)}</text>')
    return "".join(parts)


def _numbered(spots: tuple[Spot, ...]) -> Iterator[tuple[str, Spot]]:
    """Yield each spot with its number; spots in one place share a label, at the first of them."""
    places: dict[tuple[float, float], list[int]] = {}
    for number, spot in enumerate(spots, start=1):
        places.setdefault((round(spot.across.value, 2), round(spot.up.value, 2)), []).append(
            number
        )
    for together in places.values():
        words = ", ".join(map(str, together))
        for number in together:
            yield words if number == together[0] else "", spots[number - 1]


def _spot(words: str, spot: Spot, x: Axis, y: Axis) -> str:
    at, up = f"{x.at(spot.across.value):.2f}%", f"{y.at(spot.up.value):.1f}"
    return (
        f'<g class="arm"><line class="whisker" stroke="currentColor" x1="{x.at(spot.across.low):.2f}%" '
        f'x2="{x.at(spot.across.high):.2f}%" y1="{up}" y2="{up}"/>'
        f'<line class="whisker" stroke="currentColor" x1="{at}" x2="{at}" '
        f'y1="{y.at(spot.up.low):.1f}" y2="{y.at(spot.up.high):.1f}"/>'
        f'<circle fill="currentColor" cx="{at}" cy="{up}" r="4.5"/>'
        f'<text class="number" x="{at}" dx="9" y="{up}" dy="-8">{words}</text></g>'
    )


def _spoken(plane: Plane) -> str:
    said = "; ".join(
        f"{number}, {spot.label}: {plane.across} {spot.across.value:.2f}, "
        f"{plane.up} {spot.up.value:.2f}"
        for number, spot in enumerate(plane.spots, start=1)
    )
    return f"{plane.description} {said}."
