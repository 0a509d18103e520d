"""A wire's Markdown as HTML that is safe to show, with its citations and verdicts in place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import markdown
import nh3
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

# Characters of Unicode's private area stand for our own HTML until Markdown and the
# sanitizer are done: a body cannot write them, so it cannot write what they stand for.
OPEN, CLOSE = "\ue000", "\ue001"
_PRIVATE = re.compile(f"[{OPEN}{CLOSE}]")
_TOKEN = re.compile(f"{OPEN}([0-9]+){CLOSE}")
_CITATION = re.compile(
    r"^ {0,3}\[\^[^\]\n]+\]:.*$"  # a definition of a note: sources have their own list
    r"|\[\^(?P<key>[A-Za-z0-9][A-Za-z0-9._-]*)\]"
    r"|(?P<bare>\[sources?\])(?![(\[])",
    re.MULTILINE | re.IGNORECASE,
)
_TAG = re.compile(r"<[^>\"]*(?:\"[^\"]*\"[^>\"]*)*>")
_HEADING = re.compile(r"(</?)h[1-6]>")

TAGS = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol",
    "p", "pre", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """What is shown after a sentence: its verdict, in words; `end` is an offset in the body."""

    n: int
    end: int
    verdict: str
    words: str


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    html: str


def body_html(body: str, *, sources: Sequence[str], marks: Sequence[Mark]) -> SafeString:
    """Return the body as HTML.

    `sources` are the citation keys in the order in which the page lists them. Citations
    link to `#source-KEY`, a verdict to `#claim-N`; its own place is `#said-N`. A mark that
    cites no listed source stays as it was written.
    """
    text = _PRIVATE.sub("\ufffd", body)
    edits = [*_citations(text, sources), *(_verdict(mark) for mark in marks)]
    tokens, pieces = _tokenised(text, edits)
    html = markdown.markdown(tokens, extensions=["sane_lists", "tables"])
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener nofollow",
    )
    # The page's own headings frame the body, whose headings therefore rank alike.
    return mark_safe(_filled(_HEADING.sub(r"\1h2>", clean), pieces))  # noqa: S308


def web_address(url: str | None) -> str:
    """Return the address if a reader may follow it (http or https), else an empty text."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return ""
    return url or "" if parts.scheme in ("http", "https") and parts.netloc else ""


def _citations(text: str, sources: Sequence[str]) -> Iterator[_Edit]:
    numbers = {key: number for number, key in enumerate(sources, start=1)}
    for match in _CITATION.finditer(text):
        key = match["key"]
        if key in numbers:
            yield _Edit(*match.span(), _cited({key: numbers[key]}))
        elif match["bare"] and numbers:
            yield _Edit(*match.span(), _cited(numbers))
        elif not key and not match["bare"]:
            yield _Edit(*match.span(), "")


def _cited(numbers: dict[str, int]) -> str:
    links = format_html_join(
        " ",
        '<a class="cite" href="#source-{}"><span class="hidden">source </span>{}</a>',
        numbers.items(),
    )
    return format_html("<sup>{}</sup>", links)


def _verdict(mark: Mark) -> _Edit:
    html = format_html(
        '\N{NO-BREAK SPACE}<a class="verdict {0}" id="said-{1}" href="#claim-{1}">'
        '<span class="hidden">Sentence {1}: </span>{2}</a>',
        mark.verdict,
        mark.n,
        mark.words,
    )
    return _Edit(mark.end, mark.end, html)


def _tokenised(text: str, edits: Sequence[_Edit]) -> tuple[str, list[str]]:
    """Put a token in the place of every edit; token n stands for the n-th piece of HTML."""
    parts: list[str] = []
    pieces: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        start = max(edit.start, at)
        token = f"{OPEN}{len(pieces)}{CLOSE}" if edit.html else ""
        parts += [text[at:start], token]
        pieces.append(edit.html)
        at = max(edit.end, start)
    return "".join([*parts, text[at:]]), pieces


def _filled(html: str, pieces: Sequence[str]) -> str:
    """Put the pieces in, in text alone: a token that got into a tag's attribute goes."""
    parts, at = [], 0
    for tag in _TAG.finditer(html):
        parts += [_text(html[at : tag.start()], pieces), _TOKEN.sub("", tag.group())]
        at = tag.end()
    return "".join([*parts, _text(html[at:], pieces)])


def _text(html: str, pieces: Sequence[str]) -> str:
    return _TOKEN.sub(lambda token: pieces[int(token[1])], html)
