"""Phrases in quotation marks, and whether a text has them word for word."""

import re
from collections.abc import Iterator

from classifier.core.words import words

# An apostrophe opens a quotation only where no letter stands before it, and closes one
# only where none follows.
_QUOTED = re.compile(
    r"[\"“”„«](?P<double>[^\"“”„«»]+)[\"“”»]"
    r"|(?<!\w)['\u2018\u2019](?P<single>[^\s'\u2018\u2019](?:[^'\u2018\u2019\n]|(?<=\w)['\u2019](?=\w))*)['\u2019](?!\w)"
)
_OMISSION = re.compile(r"\[[^\]]*\]|\(\.\.\.\)|\.\.\.|…")


def quotations(text: str) -> tuple[str, ...]:
    """Return the quoted phrases in order, marks and closing stops removed."""
    found = (match["double"] or match["single"] for match in _QUOTED.finditer(text))
    phrases = (phrase.strip().rstrip(".,;:!?").strip() for phrase in found)
    return tuple(phrase for phrase in phrases if words(phrase))


def as_words(text: str) -> str:
    """Return the words alone, in small letters, with one space round each.

    Case, hyphens, the kind of quotation mark and punctuation are not compared.
    """
    found = (word.text.lower().replace("\u2019", "'") for word in words(text))
    return f" {' '.join(found)} "


def has_quotation(text_as_words: str, phrase: str) -> bool:
    """Tell whether all parts of the phrase, split at omissions, stand in the text in order."""
    at = 0
    for part in _parts(phrase):
        found = text_as_words.find(part, at)
        if found < 0:
            return False
        at = found + len(part) - 1
    return True


def _parts(phrase: str) -> Iterator[str]:
    for part in _OMISSION.split(phrase):
        if words(part):
            yield as_words(part)
