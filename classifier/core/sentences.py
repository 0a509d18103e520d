"""Markdown cut into sentences with their citations. Words and punctuation only."""

import re
from collections.abc import Iterator

from classifier.core.markdown import blocks
from classifier.core.plaintext import Citation, Plain, plain
from classifier.core.types import Sentence, SentenceKind

_STOP = re.compile(r"[.!?…]+[\"'”\u2019»)\]]*(?=\s)|[\u3002\uff01\uff1f]+[\"'”\u2019」』)]*")
_LAST_WORD = re.compile(r"\S+\Z")
_NEXT_WORD = re.compile(r"[\"'“\u2018«(\[]*([^\W_]+)")
_LETTERS = re.compile(r"(?:[A-Za-z]\.)+")

_TITLES_WORDS = """
mr mrs ms mx dr prof st gen sen rep gov lt col capt cpl sgt maj rev hon pres supt e.g i.e cf
viz vs approx ca resp incl esp ft mt
"""
# A name or a number follows: the stop never ends a sentence.
_TITLES = frozenset(_TITLES_WORDS.split())
_NUMBERED_WORDS = """
no nos fig figs sec secs art arts eq eqs ch vol vols p pp par para
"""
# Ends no sentence where a number follows.
_NUMBERED = frozenset(_NUMBERED_WORDS.split())
_SHORTENED_WORDS = """
inc ltd co corp llc plc bros dept univ assn al jr sr ph.d m.d b.a m.a jan feb mar apr jun jul
aug sept sep oct nov dec mon tue tues wed thu thurs fri sat ave blvd rd est ed eds
"""
# Ends a sentence only where the next word is one that begins sentences.
_SHORTENED = frozenset(_SHORTENED_WORDS.split())
_BEGINNINGS_WORDS = """
a an the this that these those it its he she they we i you his her their our my there in on
at by for from with without to of as if when while where after before since during but and or
so yet nor however although though because meanwhile then thus therefore instead moreover
furthermore also not no all some many most both each every another what which who how why
once until under over about among according despite such
"""
_BEGINNINGS = frozenset(_BEGINNINGS_WORDS.split())


def split(body: str) -> tuple[Sentence, ...]:
    """Return the body's sentences in order, numbered from 0.

    Code, images, front matter and the notes' own definitions hold no sentences. A
    citation mark belongs to the sentence that it stands in or right after.
    """
    found: list[Sentence] = []
    for block in blocks(body):
        text = plain(body, block)
        spans = list(_spans(text.text))
        if not spans:
            found[-1:] = [_cited(found[-1], text.citations)] if found else []
            continue
        owners = _owners(spans, text.citations)
        for (start, end), citations in zip(spans, owners, strict=True):
            heading = block.role == "heading"
            found.append(_sentence(len(found), text, start, end, citations, heading=heading))
    return tuple(found)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for end in [*_ends(text), len(text)]:
        span = text[start:end]
        if any(character.isalnum() for character in span):
            yield start + len(span) - len(span.lstrip()), start + len(span.rstrip())
            start = end


def _ends(text: str) -> Iterator[int]:
    start = 0
    for stop in _STOP.finditer(text):
        if text[stop.start()] in "\u3002\uff01\uff1f" or _is_end(
            text[start : stop.end()], text[stop.end() :]
        ):
            yield stop.end()
            start = stop.end()


def _is_end(before: str, after: str) -> bool:
    following = _NEXT_WORD.match(after.lstrip())
    next_word = following.group(1) if following else ""
    if next_word[:1].islower() and next_word.islower():
        return False
    word = _last_word(before)
    if not before.endswith(".") or before.endswith("..") or not word:
        return True
    return _stops_after(word, next_word, enumerates=before.strip().rstrip(".").isdigit())


def _last_word(before: str) -> str:
    found = _LAST_WORD.search(before)
    return found.group().strip("\"'“”\u2018\u2019«»()[]") if found else ""


def _stops_after(word: str, next_word: str, *, enumerates: bool) -> bool:
    """Tell whether the stop of `word` ends a sentence that `next_word` would follow."""
    key = word.rstrip(".").lower()
    if enumerates or key in _TITLES:
        return False
    if key in _NUMBERED and next_word.isdigit():
        return False
    if key in _SHORTENED or _LETTERS.fullmatch(word):
        return next_word.lower() in _BEGINNINGS
    return True


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
    bare = words.rstrip("\"'”\u2019»)]* ")
    kind: SentenceKind = (
        "heading" if heading else "question" if bare.endswith(("?", "\uff1f")) else "sentence"
    )
    last = max([text.ends[end - 1], *(citation.end for citation in citations)])
    first = text.starts[start]
    keys = tuple(dict.fromkeys(citation.key for citation in citations))
    return Sentence(n, words, first, last, keys, kind)


def _cited(sentence: Sentence, citations: tuple[Citation, ...]) -> Sentence:
    """Give a sentence the citations of a block that holds nothing else."""
    keys = dict.fromkeys([*sentence.citations, *(citation.key for citation in citations)])
    end = max([sentence.end, *(citation.end for citation in citations)])
    return Sentence(sentence.n, sentence.text, sentence.start, end, tuple(keys), sentence.kind)
