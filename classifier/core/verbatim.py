"""Quoted phrases and numbers of a sentence, looked for in whole texts and without a checker."""

from collections.abc import Sequence

from classifier.core.numbers import numbers, relation
from classifier.core.quotations import as_words, has_quotation, quotations


def absent(text: str, sources: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the quoted phrases and the numbers of a sentence that stand in no source."""
    worded = [as_words(source) for source in sources]
    quotes = tuple(
        phrase
        for phrase in quotations(text)
        if not any(has_quotation(source, phrase) for source in worded)
    )
    stated = [number for source in sources for number in numbers(source)]
    lost = tuple(
        number.text
        for number in numbers(text)
        if not any(relation(number, other) == "same" for other in stated)
    )
    return quotes, lost
