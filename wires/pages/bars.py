"""Counts as bars on one common axis, drawn as SVG like the other charts. Each has its table.

The kinds of a count are told apart by how they are filled, before any colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

LINE, BAR, GAP = 17, 14, 9  # pixels
ROOM = 92  # per cent of the width that the longest bar takes; its number stands beside it


@dataclass(frozen=True, slots=True)
class Part:
    """How many of one kind; `fill` is the class that draws it."""

    word: str
    count: int
    fill: str


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    parts: tuple[Part, ...]

    @property
    def total(self) -> int:
        return sum(part.count for part in self.parts)


def svg(bars: Sequence[Bar], *, title: str, description: str, name: str) -> SafeString:
    """Draw bars; `name` is unique on the page. Without any count there is nothing to draw."""
    longest = max((bar.total for bar in bars), default=0)
    if not longest:
        return SafeString("")
    rows = [_bar(bar, number, longest) for number, bar in enumerate(bars)]
    said = "; ".join(f"{bar.label}: {_spoken(bar)}" for bar in bars)
    return format_html(
        '<svg class="chart bars" role="img" width="100%" height="{}" '
        'aria-labelledby="{}-title {}-desc"><title id="{}-title">{}</title>'
        '<desc id="{}-desc">{} {}.</desc>{}</svg>',
        len(bars) * (LINE + BAR + GAP), name, name, name, title, name, description, said,
        SafeString("".join(rows)),
    )  # fmt: skip


def _bar(bar: Bar, number: int, longest: int) -> str:
    top = number * (LINE + BAR + GAP)
    left, drawn = 0.0, []
    for part in bar.parts:
        width = part.count / longest * ROOM
        if part.count:
            drawn.append(
                f'<rect class="{part.fill}" stroke="currentColor" {_FILLS[part.fill]} '
                f'x="{left:.2f}%" y="{top + LINE}" width="{width:.2f}%" height="{BAR}"/>'
            )
        left += width
    return (
        f'<g><text x="0" y="{top + LINE - 4}">{escape(bar.label)}</text>{"".join(drawn)}'
        f'<text x="{left:.2f}%" dx="6" y="{top + LINE + BAR - 3}">{bar.total}</text></g>'
    )


def _spoken(bar: Bar) -> str:
    return ", ".join(f"{part.word} {part.count}" for part in bar.parts if part.count) or "none"


# The shape comes from the drawing itself, so it is there without the style sheet too.
_FILLS = {
    "light": 'fill="currentColor" fill-opacity="0.25"',
    "open": 'fill="none" stroke-dasharray="3 2"',
    "solid": 'fill="currentColor"',
}
