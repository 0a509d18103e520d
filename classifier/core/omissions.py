"""Reverse coverage: what the sources dwell on and the wire leaves out.

A wire whose every sentence stands in a source can still mislead by what it does not say.
What two or more sources come back to, or put in a heading, is looked for in the wire.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from classifier.core import passages
from classifier.core.names import names
from classifier.core.passages import Library, Unit
from classifier.core.synonyms import near
from classifier.core.types import Place, SourceText
from classifier.core.words import LIGHT, Word, fold, words

_SOURCES = 2
_SENTENCES = 2  # of one source that have a term, for it to be what the source dwells on
_NAME = 2.0  # a name that is left out tells more than a word


@dataclass(frozen=True, slots=True)
class Omission:
    """A term that sources dwell on and the wire has not.

    `text` is the term as the sources mostly write it, a name in full; `sources` are the keys
    of those that dwell on it, `places` one sentence of each, and `weight` ranks it.
    """

    text: str
    sources: tuple[str, ...]
    places: tuple[Place, ...]
    weight: float


def omissions(
    wire: str, sources: Sequence[SourceText], *, limit: int = 10
) -> tuple[Omission, ...]:
    """Return the terms salient in two or more sources and missing from the wire, most first.

    A term is salient in a source that has it in two of its sentences, or in a heading. A word
    is not missing where the wire has another form of it or a near-synonym. Every term of a
    name that is left out counts as the one name.
    """
    library = passages.read(sources)
    told = {word.stem for word in words(wire)}
    spelled = {fold(word.text) for word in words(wire)}
    dwelt = _dwelt_on(library)
    named = _names(library)
    found: dict[str, Omission] = {}
    for stem, held in dwelt.items():
        written = _written(stem, held)
        name = named.get(fold(written))
        if stem in told or (stem in LIGHT and name is None):
            continue
        if fold(written) in spelled or (name is None and any(near(stem, t) for t in told)):
            continue
        text = name or written
        omission = _omission(text, held, library, _NAME if name else 1.0)
        if text not in found or found[text].weight < omission.weight:
            found[text] = omission
    ranked = sorted(found.values(), key=lambda one: (-one.weight, one.text))
    return tuple(ranked[:limit])


def _dwelt_on(library: Library) -> dict[str, dict[int, list[Unit]]]:
    """Return for each stem that enough sources dwell on, their sentences that have it."""
    held: dict[str, dict[int, list[Unit]]] = {}
    for unit in library.units:
        for stem in unit.stems:
            held.setdefault(stem, {}).setdefault(unit.source, []).append(unit)
    salient = {
        stem: {n: units for n, units in by_source.items() if _dwells(units)}
        for stem, by_source in held.items()
    }
    return {stem: found for stem, found in salient.items() if len(found) >= _SOURCES}


def _dwells(units: Sequence[Unit]) -> bool:
    return len(units) >= _SENTENCES or any(unit.kind == "heading" for unit in units)


def _names(library: Library) -> Mapping[str, str]:
    """Return the longest name that each of its words stands in, by the word in small letters.

    Headings capitalise any word, and a word that is written small elsewhere is no name.
    """
    longest: dict[str, str] = {}
    for unit in library.units:
        for name in names(unit.text, common=library.common) if unit.supports else ():
            for key in name.keys:
                small = key.isalpha() and key in library.common
                if not small and len(name.text) > len(longest.get(key, "")):
                    longest[key] = name.text
    return longest


def _written(stem: str, held: Mapping[int, Sequence[Unit]]) -> str:
    counts = Counter(
        word.text for units in held.values() for unit in units for word in _of(stem, unit)
    )
    return counts.most_common(1)[0][0]


def _of(stem: str, unit: Unit) -> Iterator[Word]:
    return (word for word in unit.content if word.stem == stem)


def _omission(
    text: str, held: Mapping[int, Sequence[Unit]], library: Library, factor: float
) -> Omission:
    keys = tuple(library.sources[n].key for n in held)
    places = tuple(
        Place(library.sources[n].key, units[0].start, units[0].end)
        for n, units in held.items()
    )
    weight = factor * sum(min(len(units), 5) for units in held.values()) * len(held)
    return Omission(text, keys, places, float(weight))
