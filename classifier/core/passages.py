"""The sources of a check, cut into their own sentences and windows of up to three."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from classifier.core.names import acronyms
from classifier.core.numbers import Number, numbers
from classifier.core.quotations import as_words
from classifier.core.sentences import split
from classifier.core.types import SentenceKind, SourceText
from classifier.core.words import Word, fold, is_content, words

WIDEST = 3
# A short claim about one part of a long sentence is far from the whole of it.
_LONG, _PART, _STRIDE = 48, 24, 12  # words


@dataclass(frozen=True, slots=True)
class Unit:
    """One sentence of a source. A question or a heading is read but supports nothing."""

    source: int
    start: int
    end: int
    text: str
    content: tuple[Word, ...]
    stems: frozenset[str]
    numbers: tuple[Number, ...]
    faces: tuple[str, ...]
    """What is encoded: the sentence, and if it is long its parts too."""
    kind: SentenceKind

    @property
    def supports(self) -> bool:
        """Whether a claim may rest on it."""
        return self.kind == "sentence"

    @property
    def keys(self) -> frozenset[str]:
        """Its stems and the keys of its numbers: what a claim can share with it."""
        return self.stems.union(*(number.keys for number in self.numbers))


@dataclass(frozen=True, slots=True)
class Window:
    """One to three neighbouring units of one source, by their numbers in the library."""

    first: int
    last: int

    @property
    def units(self) -> range:
        """The numbers of its units."""
        return range(self.first, self.last + 1)


@dataclass(frozen=True, slots=True)
class Library:
    """All sources of one check, ready to be searched by stem and by number.

    `rarity` is the inverse document frequency of a stem over units; `unseen` is that of
    a stem that no unit has. `common` holds the words that stand in small letters.
    """

    sources: tuple[SourceText, ...]
    units: tuple[Unit, ...]
    holders: Mapping[str, tuple[int, ...]]
    rarity: Mapping[str, float]
    unseen: float
    worded: tuple[str, ...]
    """Each source as words alone, for quotations."""
    vocabulary: tuple[frozenset[str], ...]
    """Each source's words in small letters and the acronyms of its names, for names."""
    common: frozenset[str]
    numbers: tuple[tuple[Number, ...], ...]
    """Each source's numbers."""


def read(sources: Sequence[SourceText]) -> Library:
    """Cut the sources into units and index them."""
    units = tuple(unit for n, source in enumerate(sources) for unit in _units(n, source.text))
    holders: dict[str, list[int]] = {}
    for number, unit in enumerate(units):
        for stem in unit.keys:
            holders.setdefault(stem, []).append(number)
    total = len(units) + 1
    found = [words(source.text) for source in sources]
    written = Counter(word.text for source in found for word in source)
    return Library(
        tuple(sources),
        units,
        {stem: tuple(numbers) for stem, numbers in holders.items()},
        {stem: math.log(total / (len(numbers) + 0.5)) for stem, numbers in holders.items()},
        math.log(total / 0.5),
        tuple(as_words(source.text) for source in sources),
        tuple(
            frozenset(fold(word.text) for word in spoken).union(
                *(acronyms(unit.text) for unit in units if unit.source == n)
            )
            for n, spoken in enumerate(found)
        ),
        frozenset(fold(word) for word in written if word.islower()),
        tuple(
            tuple(number for unit in units if unit.source == n for number in unit.numbers)
            for n in range(len(sources))
        ),
    )


def windows(library: Library, touched: Sequence[int]) -> Iterator[Window]:
    """Yield every window that begins or ends at a touched unit, and stays in one source."""
    seen: set[Window] = set()
    for number in touched:
        for window in _round(library, number):
            if window not in seen:
                seen.add(window)
                yield window


def supporting(library: Library, window: Window) -> tuple[Word, ...]:
    """Return the content words of the window's units that can support a claim."""
    units = (library.units[n] for n in window.units)
    return tuple(word for unit in units if unit.supports for word in unit.content)


def _round(library: Library, number: int) -> Iterator[Window]:
    for size in range(WIDEST):
        for first, last in ((number, number + size), (number - size, number)):
            if first < 0 or last >= len(library.units):
                continue
            if library.units[first].source == library.units[last].source:
                yield Window(first, last)


def _units(source: int, text: str) -> Iterator[Unit]:
    for sentence in split(text):
        content = tuple(word for word in words(sentence.text) if is_content(word))
        yield Unit(
            source,
            sentence.start,
            sentence.end,
            sentence.text,
            content,
            frozenset(word.stem for word in content),
            numbers(sentence.text),
            (sentence.text, *_parts(sentence.text)),
            sentence.kind,
        )


def _parts(text: str) -> Iterator[str]:
    spoken = text.split()
    if len(spoken) >= _LONG:
        for start in range(0, len(spoken) - _PART + _STRIDE, _STRIDE):
            yield " ".join(spoken[start : start + _PART])
