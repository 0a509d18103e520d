"""Things in the order of one number, as bars on one axis, drawn as SVG."""

from dataclasses import dataclass

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

LINE, BAR, GAP = 17, 10, 6  # pixels
ROOM = 97.0  # per cent of the width that the longest bar takes


@dataclass(frozen=True, slots=True)
class Rank:
    """One thing: how long its bar is, and whether it is of the kind that is looked for."""

    label: str
    length: float
    is_sought: bool


@dataclass(frozen=True, slots=True)
class Ranks:
    title: str
    description: str
    ranks: tuple[Rank, ...]


def svg(drawn: Ranks, *, name: str) -> SafeString:
    """Draw ranks; `name` is unique on the page. Filled bars are the sought ones."""
    longest = max((rank.length for rank in drawn.ranks), default=0.0)
    if not longest:
        return SafeString("")
    rows = "".join(_row(rank, number, longest) for number, rank in enumerate(drawn.ranks))
    said = "; ".join(f"{rank.label}: {rank.length:.2f}" for rank in drawn.ranks)
    return format_html(
        '<svg class="chart ranks" role="img" width="100%" height="{}" '
        'aria-labelledby="{}-title {}-desc"><title id="{}-title">{}</title>'
        '<desc id="{}-desc">{} {}.</desc>{}</svg>',
        len(drawn.ranks) * (LINE + BAR + GAP), name, name, name, drawn.title, name,
        drawn.description, said, SafeString(rows),
    )  # fmt: skip


def _row(rank: Rank, number: int, longest: float) -> str:
    top = number * (LINE + BAR + GAP)
    fill = 'fill="currentColor"' if rank.is_sought else 'fill="none"'
    kind = "primary" if rank.is_sought else "arm"
    return (
        f'<g class="{kind}"><text x="0" y="{top + LINE - 4}">{escape(rank.label)}</text>'
        f'<rect stroke="currentColor" {fill} x="0.5" y="{top + LINE}" '
        f'width="{rank.length / longest * ROOM:.2f}%" height="{BAR}"/></g>'
    )
