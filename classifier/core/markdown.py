"""Markdown bodies cut into headings, list items, table rows and paragraphs, line by line.

The page is written from these blocks too: what is left out here is shown nowhere. So code,
front matter and notes that go on under their definition are text like any other.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Role = Literal["text", "item", "heading", "underline", "gap"]
Marker = Literal["", "-", "1", "|"]

_NOTE = re.compile(r"[ ]{0,3}\[\^[^\]\s]+\]:")
# What defines a link has an address and at most a title; with more behind it, it is text.
_LINK = re.compile(
    r"^[ ]{0,3}\[(?P<key>[^\[\]^\s][^\[\]\n]*)\]:[ \t]*"
    r"<?(?P<address>(?:https?://|mailto:)[^\s<>]+)>?"
    r"(?:[ \t]+\"[^\"\n]*\")?[ \t]*\r?$",
    re.IGNORECASE | re.MULTILINE,
)
_RULE = re.compile(r"(?:[-*_][ \t]*){3,}$|[|:\- \t]*--[|:\- \t]*$")
_TABLE_RULE = re.compile(r"[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)+(?:[ \t]*:?-+:?)?[ \t]*$")
_CELL_END = re.compile(r"[ \t]*\|$")
_UNDERLINE = re.compile(r"[ \t]{0,3}(?:=+|-+)$")
_HEADING = re.compile(r"[ \t]{0,3}#{1,6}[ \t]+")
_HEADING_END = re.compile(r"[ \t]+#+$")
_QUOTE = re.compile(r"[ \t]*(?:>[ \t]?)+")
_ITEM = re.compile(
    r"[ \t]*(?:(?:[-*+•]|\d{1,3}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?|\|[ \t]*)(?=\S)"
)

_STOPPED = re.compile(r"[.!?…\u3002\uff01\uff1f][\"'”\u2019»)\]*_]*(?:\s*\[[^\]]*\])*$")
_HANGING = re.compile(
    r"(?:[,;(\-\u2013—]|\b(?:an?|and|as|at|by|for|from|in|into|of|on|or|than|that|the|to|with))$",
    re.IGNORECASE,
)
# Longer lines were not wrapped by hand: there, every line is a paragraph.
_WIDEST_WRAP = 120


@dataclass(frozen=True, slots=True)
class Line:
    """A line's text without its markers: `body[start:end]`, and where the markers put it.

    `marker` is `-` or `1` of a list's item and `|` of a table's row; `indent` is that of the
    marker, or of the text where none is, inside the quotation marks of the line.
    """

    start: int
    end: int
    role: Role
    marker: Marker = ""
    indent: int = 0
    quotes: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together; `role` is that of the first, or `heading`."""

    role: Role
    lines: tuple[Line, ...]


def blocks(body: str) -> Iterator[Block]:
    """Yield the body's blocks; only rules and the definitions of notes and links are left out."""
    held: list[Line] = []
    for line in _lines(body):
        if line.role == "text" and held and not _begins_anew(body, held, line):
            held.append(line)
            continue
        if held:
            yield Block("heading" if line.role == "underline" else held[0].role, tuple(held))
        held = [line] if line.role in ("text", "item") else []
        if line.role == "heading":
            yield Block("heading", (line,))
    if held:
        yield Block(held[0].role, tuple(held))


def links(body: str) -> dict[str, str]:
    """Return the addresses that the body defines, by their keys in lower case."""
    return {found["key"].lower(): found["address"] for found in _LINK.finditer(body)}


def _lines(body: str) -> Iterator[Line]:
    at = 0
    role: Role = "gap"
    for raw in body.splitlines(keepends=True):
        line = _line(raw, at, role)
        yield line
        role = line.role
        at += len(raw)


def _line(raw: str, at: int, previous: Role) -> Line:
    quote = _QUOTE.match(raw)
    quotes = quote.group().count(">") if quote else 0
    text = raw[quote.end() if quote else 0 :].rstrip()
    at += quote.end() if quote else 0
    end = at + len(text)
    indent = _indent(text)
    if previous == "text" and _UNDERLINE.match(text):
        return Line(at, end, "underline")
    if previous in ("text", "item") and _TABLE_RULE.match(text):
        return Line(at, end, "underline")  # of the row that names the columns
    if not text or _RULE.match(text.strip()) or _NOTE.match(text) or _LINK.match(text):
        return Line(at, end, "gap")
    if heading := _HEADING.match(text):
        closing = _HEADING_END.search(text, heading.end())
        last = at + closing.start() if closing else end
        return Line(at + heading.end(), last, "heading", "", indent, quotes)
    if item := _ITEM.match(text):
        marker = _marker(item.group().strip())
        cell = _CELL_END.search(text) if marker == "|" else None
        last = at + cell.start() if cell else end
        return Line(at + item.end(), last, "item", marker, indent, quotes)
    return Line(end - len(text.lstrip()), end, "text", "", indent, quotes)


def _marker(mark: str) -> Marker:
    return "|" if mark.startswith("|") else "1" if mark[0].isdigit() else "-"


def _indent(text: str) -> int:
    wide = text.expandtabs(4)
    return len(wide) - len(wide.lstrip())


def _begins_anew(body: str, held: list[Line], line: Line) -> bool:
    """Tell whether a line begins a paragraph although no empty line stands before it.

    Text taken from web pages has a paragraph a line. A line was wrapped only where the
    next line's first word would not have fitted into the width of the widest line.
    """
    before = body[held[-1].start : held[-1].end]
    after = body[line.start : line.end]
    if after[:1].islower() or _HANGING.search(before) or _STOPPED.search(before):
        return False
    if body[held[-1].end :].startswith("  "):
        return True
    width = max(other.end - other.start for other in [*held, line])
    return width > _WIDEST_WRAP or len(before) + 1 + len(after.split()[0]) <= width
