"""What changed between two texts, word by word, as a reader marks it on paper."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

WORD = re.compile(r"\s+|[^\s\w]|\w+")
LONGEST = 20_000  # words; beyond, two texts are compared by lines


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch that stayed (`same`), went (`gone`) or came (`new`)."""

    kind: str
    text: str


def parts(old: str, new: str) -> list[Part]:
    """Return the stretches in reading order; without `gone` they are the new text."""
    before, after = _pieces(old), _pieces(new)
    found: list[Part] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, came = "".join(before[a:b]), "".join(after[c:d])
        if tag == "equal":
            found.append(Part("same", came))
        else:
            found += [part for part in (Part("gone", gone), Part("new", came)) if part.text]
    return found


def _pieces(text: str) -> list[str]:
    words = WORD.findall(text)
    return words if len(words) <= LONGEST else text.splitlines(keepends=True)
