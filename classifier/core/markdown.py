"""Markdown bodies cut into headings, list items and paragraphs, line by line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Role = Literal["text", "item", "heading", "underline", "gap"]

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(?:[\w-]+:.*\n|[ \t]+.*\n)+---[ \t]*(?:\r?\n|\Z)")
_FENCE = re.compile(r"[ \t]{0,3}(?:```|~~~)")
_DEFINITION = re.compile(r"[ \t]{0,3}\[[^\]\n]+\]:")
_RULE = re.compile(r"(?:[-*_][ \t]*){3,}$|[|:\- \t]*--[|:\- \t]*$")
_TABLE_RULE = re.compile(r"[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)+(?:[ \t]*:?-+:?)?[ \t]*$")
_CELL_END = re.compile(r"[ \t]*\|$")
_INDENTED = re.compile(r" {4}|[ ]{0,3}\t")
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
    """A line's text without its markers: `body[start:end]`."""

    start: int
    end: int
    role: Role


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together; `role` is that of the first, or `heading`."""

    role: Role
    lines: tuple[Line, ...]


def blocks(body: str) -> Iterator[Block]:
    """Yield the body's blocks; code, rules, notes' definitions and front matter are left out."""
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


def _lines(body: str) -> Iterator[Line]:
    front = _FRONT_MATTER.match(body)
    at = front.end() if front else 0
    fenced = defining = False
    role: Role = "gap"
    for raw in body[at:].splitlines(keepends=True):
        # A note's definition goes on in the indented lines under it.
        defining = bool(
            _DEFINITION.match(raw) or (defining and (_INDENTED.match(raw) or not raw.strip()))
        )
        if _FENCE.match(raw):
            fenced = not fenced
            line = Line(at, at, "gap")
        elif fenced or defining:
            line = Line(at, at, "gap")
        else:
            line = _line(raw, at, role)
        yield line
        role = line.role
        at += len(raw)


def _line(raw: str, at: int, previous: Role) -> Line:
    quote = _QUOTE.match(raw)
    text = raw[quote.end() if quote else 0 :].rstrip()
    at += quote.end() if quote else 0
    end = at + len(text)
    if previous == "text" and _UNDERLINE.match(text):
        return Line(at, end, "underline")
    if previous in ("text", "item") and _TABLE_RULE.match(text):
        return Line(at, end, "underline")  # of the row that names the columns
    if not text or _RULE.match(text.strip()) or _DEFINITION.match(text):
        return Line(at, end, "gap")
    if heading := _HEADING.match(text):
        closing = _HEADING_END.search(text, heading.end())
        return Line(at + heading.end(), at + closing.start() if closing else end, "heading")
    if item := _ITEM.match(text):
        last = _CELL_END.search(text) if item.group().lstrip().startswith("|") else None
        return Line(at + item.end(), at + last.start() if last else end, "item")
    return Line(end - len(text.lstrip()), end, "text")


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
