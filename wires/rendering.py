"""A wire's Markdown as HTML that is safe to show, with its citations and verdicts in place.

The page is written from the same blocks that claims are cut from, so that every word that a
reader sees of a body lies in a claim. Our own HTML is put between the pieces of text, each of
them escaped: no sign that a body writes stands for any of it.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from urllib.parse import urlsplit

import nh3
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from classifier import engine

ELEMENTS = {
    "a", "blockquote", "code", "del", "em", "h2", "li", "ol", "p", "span", "strong", "sup",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
NESTED = 2  # columns by which an item of a list stands further in than the one that holds it
DEEPEST = 8  # quotations in quotations, and lists in lists; what stands deeper stands there


@dataclass(frozen=True, slots=True)
class Mark:
    """What is shown after a sentence: its verdict, in words; `end` is an offset in the body."""

    n: int
    end: int
    verdict: str
    words: str


# What is put between two characters of a block's text: our own HTML, by its place.
_Insert = tuple[int, SafeString]


def body_html(body: str, *, sources: Sequence[str], marks: Sequence[Mark]) -> SafeString:
    """Return the body as HTML.

    `sources` are the citation keys in the order in which the page lists them. Citations
    link to `#source-KEY`, a verdict to `#claim-N`; its own place is `#said-N`. A mark that
    cites no listed source is shown as `[?]`.
    """
    blocks = engine.read(body)
    numbers = {key: number for number, key in enumerate(sources, start=1)}
    inserts = [
        [_cited(block, citation, numbers) for citation in block.citations] for block in blocks
    ]
    begun = [block.block.lines[0].start for block in blocks]
    for mark in sorted(marks, key=lambda mark: mark.end):
        if said := bisect_left(begun, mark.end):
            block = blocks[said - 1]
            place = _before_space(block.text, bisect_left(block.starts, mark.end))
            inserts[said - 1].append((place, _verdict(mark)))
    page = _Page()
    for block, own in zip(blocks, inserts, strict=True):
        page.add(block, own)
    # Nothing of the body is in it but escaped text and the addresses of links, which are
    # held to their schemes here.
    clean = nh3.clean(
        page.html().strip(),
        tags=ELEMENTS,
        attributes={"a": {"class", "href", "id", "rel"}, "span": {"class"}},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    return SafeString(clean)


def web_address(url: str | None) -> str:
    """Return the address if a reader may follow it (http or https), else an empty text."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return ""
    return url or "" if parts.scheme in ("http", "https") and parts.netloc else ""


def _cited(block: engine.Plain, citation: engine.Citation, numbers: dict[str, int]) -> _Insert:
    keys = [*numbers] if citation.key == engine.BARE_CITATION else [citation.key]
    links = format_html_join(
        " ",
        '<a class="cite" href="#source-{}"><span class="hidden">source </span>{}</a>',
        [(key, numbers[key]) for key in keys if key in numbers],
    )
    html = format_html("<sup>{}</sup>", links or "[?]")
    return _before_space(block.text, citation.place), html


def _verdict(mark: Mark) -> SafeString:
    return format_html(
        '\N{NO-BREAK SPACE}<a class="verdict {0}" id="said-{1}" href="#claim-{1}">'
        '<span class="hidden">Sentence {1}: </span>{2}</a>',
        mark.verdict,
        mark.n,
        mark.words,
    )


def _before_space(text: str, place: int) -> int:
    return len(text[:place].rstrip(" "))


@dataclass(slots=True)
class _Page:
    """HTML under way; `opened` are the elements that the next block may still stand in."""

    parts: list[SafeString] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    lists: list[tuple[int, str]] = field(default_factory=list)
    """The lists that the last block stands in, each with the column of its marks."""
    quotes: int = 0

    def add(self, block: engine.Plain, inserts: Sequence[_Insert]) -> None:
        """Write a block into the quotations, lists and tables that its first line puts it in."""
        if not block.text and not inserts:
            return
        line = block.block.lines[0]
        heads = block.block.role == "heading"
        path = self._path(line.marker, line.indent, line.quotes, heads=heads)
        shared = 0
        while self.opened[: shared + 1] == path[: shared + 1] and shared < len(path):
            shared += 1
        if line.marker in ("-", "1"):
            shared = min(shared, len(path) - 1)  # an item of its own
        elif line.marker == "|" and heads:
            shared = min(shared, len(path) - 2)  # a table of its own
        self._close(shared)
        self.parts.append(SafeString("\n"))
        self.parts += [SafeString(f"<{element}>") for element in path[shared:]]
        self.opened = path
        if line.marker == "|":
            cell = "th" if heads else "td"
            row = _element(cell, _inline(block, inserts, f"</{cell}><{cell}>"))
            self.parts.append(_element("tr", row))
        else:
            inner = _inline(block, inserts)
            self.parts.append(
                inner if line.marker else _element("h2" if heads else "p", inner)
            )

    def html(self) -> str:
        self._close(0)
        return "".join(self.parts)

    def _path(self, marker: str, indent: int, quotes: int, *, heads: bool) -> list[str]:
        if quotes != self.quotes or (indent < NESTED and marker not in ("-", "1")):
            self.lists = []
        self.quotes = quotes
        if marker in ("-", "1"):
            while self.lists and indent < self.lists[-1][0] + NESTED:
                self.lists.pop()
            del self.lists[DEEPEST - 1 :]
            self.lists.append((indent, "ul" if marker == "-" else "ol"))
        path = ["blockquote"] * min(quotes, DEEPEST)
        for _, element in self.lists:
            path += [element, "li"]
        if marker == "|":
            path += ["table", "thead" if heads else "tbody"]
        return path

    def _close(self, shared: int) -> None:
        closed = reversed(self.opened[shared:])
        self.parts += [SafeString(f"</{element}>") for element in closed]


def _inline(
    block: engine.Plain, inserts: Sequence[_Insert], between_cells: str = ""
) -> SafeString:
    """Write a block's text, cut wherever a style changes or something is put in.

    With `between_cells`, that stands in the place of the lines of a table's row.
    """
    text = block.text
    put: defaultdict[int, list[SafeString]] = defaultdict(list)
    for place, html in inserts:
        put[place].append(html)
    begun: defaultdict[int, list[engine.Style]] = defaultdict(list)
    for style in sorted(block.styles, key=lambda style: -style.end):
        begun[style.start].append(style)
    lines = {at for at, character in enumerate(text) if between_cells and character == "|"}
    turns = {0, len(text), *put, *begun, *(style.end for style in block.styles)}
    turns |= lines | {at + 1 for at in lines}
    parts = [*put[0]]
    styles: list[engine.Style] = []
    for start, end in pairwise(sorted(turn for turn in turns if turn <= len(text))):
        styles = [style for style in (*styles, *begun[start]) if style.end > start]
        if start in lines:
            parts.append(SafeString(between_cells))
        else:
            parts.append(_styled(text[start:end], styles))
        parts += put[end]
    return SafeString("".join(parts))


def _styled(text: str, styles: Sequence[engine.Style]) -> SafeString:
    html = escape(text)
    for style in reversed(styles):
        html = _element(style.element, html, style.address)
    return html


def _element(name: str, inner: SafeString, address: str = "") -> SafeString:
    if name == "a":
        return format_html('<a href="{}" rel="noopener nofollow">{}</a>', address, inner)
    return format_html("<{0}>{1}</{0}>", name, inner)
