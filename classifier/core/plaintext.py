"""A Markdown block as plain text that remembers where each character came from."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape

from classifier.core.markdown import Block, blocks, links
from classifier.core.types import BARE_CITATION

_INLINE = re.compile(
    r"\\(?P<escaped>[\\`*_{}\[\]()#+.!>~|-])"
    r"|\[\^(?P<key>[^\]\s]+)\]"
    r"|(?P<bare>\[sources?\])(?!\(|\[[^^])"
    r"|(?P<image>!\[[^\]\n]*\]\([^)\n]*\))"
    r"|\[(?P<label>[^\[\]\n]+)\](?:\((?P<target>(?:[^()\n]|\([^()\n]*\))*)\)|(?P<defined>\[[^\]^\n]*\]))"
    r"|<(?P<address>https?://[^>\s]+)>"
    r"|(?P<gap></?(?:br|p|div|li|ul|ol|td|th|tr|h[1-6])\b[^<>\n]*>)"
    r"|(?P<html></?[a-zA-Z][^<>\n]*>|<!--(?:(?!<!--)[^\n])*?-->)"
    r"|(?P<entity>&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});)"
    r"|(?P<mark>(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)|`+|~~+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation mark: its key, its place in the plain text, and its end in the body."""

    key: str
    place: int
    end: int


@dataclass(frozen=True, slots=True)
class Style:
    """How `text[start:end]` is set: the name of its HTML element, and a link's address."""

    start: int
    end: int
    element: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Plain:
    """A block's text; character i comes from `body[starts[i]:ends[i]]`, marks round it included."""

    block: Block
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    citations: tuple[Citation, ...]
    styles: tuple[Style, ...]


def read(body: str) -> Iterator[Plain]:
    """Yield the body's blocks without Markdown: white space single, none before a stop."""
    addresses = links(body)
    for block in blocks(body):
        reader = _Reader(body, addresses)
        for line in block.lines:
            reader.space(line.start)
            reader.read(line.start, line.end)
        reader.trim()
        yield Plain(
            block,
            "".join(reader.characters),
            tuple(reader.starts),
            tuple(reader.ends),
            tuple(reader.citations),
            tuple(reader.styles),
        )


@dataclass(slots=True)
class _Reader:
    body: str
    addresses: Mapping[str, str]
    characters: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    styles: list[Style] = field(default_factory=list)
    begun: dict[str, int] = field(default_factory=dict)
    """Where the text stands that a mark of emphasis or code may set."""
    opened: int | None = None
    """Where a mark stands that belongs to the next character."""

    def read(self, start: int, end: int) -> None:
        at = start
        for match in _INLINE.finditer(self.body, start, end):
            self.copy(at, match.start())
            self.mark(match)
            at = match.end()
        self.copy(at, end)

    def copy(self, start: int, end: int) -> None:
        for at in range(start, end):
            if self.body[at].isspace():
                self.space(at)
            else:
                self.add(self.body[at], at)

    def add(self, character: str, at: int) -> None:
        self.characters.append(character)
        self.starts.append(at if self.opened is None else self.opened)
        self.ends.append(at + 1)
        self.opened = None

    def space(self, at: int) -> None:
        if self.characters and self.characters[-1] != " ":
            self.add(" ", at)

    def trim(self) -> None:
        while self.characters and self.characters[-1] == " ":
            del self.characters[-1], self.starts[-1], self.ends[-1]

    def mark(self, match: re.Match[str]) -> None:
        group = match.lastgroup
        if group in ("key", "bare"):
            self.cite(match)
        elif group == "escaped":
            self.copy(match.start(group), match.end(group))
        elif group in ("target", "address"):
            self.link(match, "label" if group == "target" else group, match[group])
        elif group == "defined":
            self.refer(match)
        elif group == "gap":
            self.space(match.start())
        elif group == "entity":
            self.unescape(match)
        elif group == "mark":
            self.close(match)
            self.style(match.group())

    def link(self, match: re.Match[str], group: str, address: str) -> None:
        self.opened = match.start()
        start = len(self.characters)
        self.read(match.start(group), match.end(group))
        self.close(match)
        words = unescape(address).split()
        if words:  # a title may stand behind the address
            style = Style(start, len(self.characters), "a", words[0].strip("<>"))
            self.styles.append(style)

    def refer(self, match: re.Match[str]) -> None:
        """Read `[label][key]` as a link if the body defines it, else as what is written."""
        key = match["defined"][1:-1] or match["label"]
        if address := self.addresses.get(key.lower()):
            self.link(match, "label", address)
            return
        self.copy(match.start(), match.start("label"))
        self.read(*match.span("label"))
        self.copy(match.end("label"), match.start("defined"))
        self.read(*match.span("defined"))

    def style(self, run: str) -> None:
        """Begin what a run of marks sets, or end it where the same marks began it."""
        if run.startswith("~~~"):
            return  # a fence of code strikes nothing out
        whole = len(run) < 3 or run.startswith("`")
        for mark in (run,) if whole else (run[:1], run[:2]):
            start = self.begun.pop(mark, None)
            if start is None:
                self.begun[mark] = len(self.characters)
            else:
                self.styles.append(Style(start, len(self.characters), _element(mark)))

    def unescape(self, match: re.Match[str]) -> None:
        """Read `&amp;` as what it stands for; what is no entity stays as it is written."""
        character = unescape(match.group())
        if character.isspace():
            self.space(match.start())
        elif len(character) == 1:
            self.add(character, match.start())
            self.ends[-1] = match.end()
        else:
            self.copy(*match.span())

    def cite(self, match: re.Match[str]) -> None:
        key = match["key"] or BARE_CITATION
        following = self.body[match.end() : match.end() + 1]
        if following and following in ".,;:!?":
            self.trim()
        elif following not in ("[", ""):
            self.space(match.end() - 1)
        self.citations.append(Citation(key, len(self.characters), match.end()))

    def close(self, match: re.Match[str]) -> None:
        """Give a mark to the character that it closes, else to the one that it opens."""
        if self.characters and self.characters[-1] != " ":
            self.ends[-1] = match.end()
        elif self.opened is None:
            self.opened = match.start()


def _element(mark: str) -> str:
    if mark.startswith("`"):
        return "code"
    return "del" if mark == "~~" else ("em", "strong")[len(mark) - 1]
