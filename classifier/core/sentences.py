"""Markdown cut into sentences with their citations. Words and punctuation only."""

import re
from collections.abc import Container, Iterator

from classifier.core import abbreviations
from classifier.core.enclosures import enclosures
from classifier.core.plaintext import Citation, Plain, read
from classifier.core.types import Sentence, SentenceKind

_MARKS = "\"'”“\u2018\u2019»«\u203a\u2039)]」』\uff09】》"
_CLOSING = re.escape(_MARKS)
_WIDE = "\u3002\uff01\uff1f\uff0e\uff61"
# Stops of scripts with spaces, whose abbreviations have none of them.
_OTHERS = "؟\u06d4।॥።፧\u0589။៕\u037e\u203d\u2047-\u2049"
_EAST = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_STOP = re.compile(
    rf"(?P<dots>\.(?:[ \u00a0]\.)+)(?=\s)"
    rf"|[.!?…]+[{_CLOSING}]*(?:[ \u00a0\u202f][»\u203a](?=\s|\Z))?(?=\s)"
    rf"|[.!?…]*[{_OTHERS}]+[{_CLOSING}]*(?=\s)"
    rf"|[!?]+[{_CLOSING}]*(?=[{_EAST}])"
    rf"|[{_WIDE}]+[{_CLOSING}]*"
)
# 「…」と: what is quoted goes on as a part of its sentence.
_QUOTED_PART = re.compile(r"[」』]\Z")
_PARTICLE = re.compile(r"[\u3040-\u309f]")
_BESIDE = f"{_MARKS}(["  # a word
_ASKED = ("?", "\uff1f", "؟", "፧", "\u037e")
_NEXT_WORD = re.compile(rf"\s*[{_CLOSING}„(\[「『¿¡]*([^\W_]+)")


def split(body: str) -> tuple[Sentence, ...]:
    """Return the body's sentences in order, numbered from 0.

    Headings, the heads of tables and code are cut like any text; images and the definitions
    of notes and links hold no sentences. A citation mark belongs to the sentence that it
    stands in or right after.
    """
    found: list[Sentence] = []
    for text in read(body):
        spans = list(_spans(text))
        if not spans:
            found[-1:] = [_cited(found[-1], text.citations)] if found else []
            continue
        owners = _owners(spans, text.citations)
        for (start, end), citations in zip(spans, owners, strict=True):
            heading = text.block.role == "heading"
            found.append(_sentence(len(found), text, start, end, citations, heading=heading))
    return tuple(found)


def _spans(text: Plain) -> Iterator[tuple[int, int]]:
    start = 0
    for end in [*_ends(text), len(text.text)]:
        span = text.text[start:end]
        if any(character.isalnum() for character in span):
            # The next cell of a table's row begins with its mark.
            yield start + len(span) - len(span.lstrip(" |")), start + len(span.rstrip())
            start = end


def _ends(text: Plain) -> Iterator[int]:
    start = 0
    held = enclosures(text.text)
    cited = {
        place for citation in text.citations for place in (citation.place, citation.place - 1)
    }
    for stop in _STOP.finditer(text.text):
        inside = any(first < stop.start() and stop.end() < last for first, last in held)
        if not inside and _is_end(text.text, start, stop, cited):
            yield stop.end()
            start = stop.end()


def _is_end(text: str, start: int, stop: re.Match[str], cited: Container[int]) -> bool:
    if stop.group().rstrip(_MARKS)[-1:] in _WIDE:
        return not (_QUOTED_PART.search(stop.group()) and _PARTICLE.match(text, stop.end()))
    following = _NEXT_WORD.match(text, stop.end())
    next_word = following.group(1) if following else ""
    if next_word[:1].islower() and next_word.islower() and next_word.isalpha():
        return False
    if not stop.group().endswith(".") or stop.group().endswith("..") or stop["dots"]:
        return True
    words = [word.strip(_BESIDE) for word in text[start : stop.end()].split()]
    return abbreviations.ends(words, next_word, cited=stop.end() in cited)


def _owners(
    spans: list[tuple[int, int]], citations: tuple[Citation, ...]
) -> list[list[Citation]]:
    """Give each citation to the last sentence that begins before it, else to the first."""
    owned: list[list[Citation]] = [[] for _ in spans]
    for citation in citations:
        before = sum(start < citation.place for start, _ in spans)
        owned[max(0, before - 1)].append(citation)
    return owned


def _sentence(
    n: int, text: Plain, start: int, end: int, citations: list[Citation], *, heading: bool
) -> Sentence:
    words = text.text[start:end]
    asked = words.rstrip(f"{_BESIDE}* ").endswith(_ASKED)
    kind: SentenceKind = "heading" if heading else "question" if asked else "sentence"
    last = max([text.ends[end - 1], *(citation.end for citation in citations)])
    first = text.starts[start]
    keys = tuple(dict.fromkeys(citation.key for citation in citations))
    return Sentence(n, words, first, last, keys, kind)


def _cited(sentence: Sentence, citations: tuple[Citation, ...]) -> Sentence:
    """Give a sentence the citations of a block that holds nothing else."""
    keys = dict.fromkeys([*sentence.citations, *(citation.key for citation in citations)])
    end = max([sentence.end, *(citation.end for citation in citations)])
    return Sentence(sentence.n, sentence.text, sentence.start, end, tuple(keys), sentence.kind)
