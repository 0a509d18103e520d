"""Where in the sources a claim may stand: windows by shared words, then by meaning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifier.core.claim import Claim
from classifier.core.passages import Library, Unit, Window, windows
from classifier.core.types import Encode, Vector
from classifier.core.vectors import cosine, pooled

SHORTLIST = 8  # windows by shared words, of which the sentences are encoded
KEPT = 3  # windows by words and meaning together, which are compared in full
_LONGER = 0.02  # what each further sentence of a window costs, so that short ones win


@dataclass(frozen=True, slots=True)
class Candidate:
    """A window with the stems and numbers it shares with the claim, and its cosine to it."""

    window: Window
    shared: frozenset[str]
    coverage: float
    cosine: float

    @property
    def nearness(self) -> float:
        """Rank windows: half by the claim's words that are there, half by meaning."""
        length = self.window.last - self.window.first
        return self.coverage + self.cosine - _LONGER * length


def candidates(
    claims: Sequence[Claim], library: Library, *, encode: Encode
) -> list[tuple[Candidate, ...]]:
    """Return for each claim the windows that come nearest, best first.

    Only the shortlisted sentences are encoded, all in one call.
    """
    shortlists = [_shortlist(claim, library) for claim in claims]
    texts = dict.fromkeys(claim.text for claim in claims)
    for shortlist in shortlists:
        for window, _ in shortlist:
            for number in window.units:
                texts.update(dict.fromkeys(library.units[number].faces))
    vectors = dict(zip(texts, encode(list(texts)), strict=True))
    return [
        _ranked(claim, shortlist, library, vectors)
        for claim, shortlist in zip(claims, shortlists, strict=True)
    ]


def _shortlist(claim: Claim, library: Library) -> list[tuple[Window, frozenset[str]]]:
    held: dict[int, set[str]] = {}
    for stem in claim.weights:
        for number in library.holders.get(stem, ()):
            held.setdefault(number, set()).add(stem)
    scored: list[tuple[float, Window, frozenset[str]]] = []
    for window in windows(library, sorted(held)):
        shared = frozenset[str]().union(*(held.get(n, ()) for n in window.units))
        length = window.last - window.first
        scored.append((claim.reach(shared) - _LONGER * length, window, shared))
    scored.sort(key=lambda entry: (-entry[0], entry[1].first, entry[1].last))
    return [(window, shared) for _, window, shared in scored[:SHORTLIST]]


def _ranked(
    claim: Claim,
    shortlist: Sequence[tuple[Window, frozenset[str]]],
    library: Library,
    vectors: Mapping[str, Vector],
) -> tuple[Candidate, ...]:
    mine = vectors[claim.text]
    found = [
        Candidate(
            window,
            shared,
            claim.reach(shared),
            _meaning(mine, [library.units[n] for n in window.units], vectors),
        )
        for window, shared in shortlist
    ]
    return tuple(sorted(found, key=lambda c: (-c.nearness, c.window.first, c.window.last)))


def _meaning(mine: Vector, units: Sequence[Unit], vectors: Mapping[str, Vector]) -> float:
    """Return the cosine to the window as a whole or to the nearest part of a long sentence."""
    whole = cosine(mine, pooled([vectors[unit.text] for unit in units]))
    parts = [cosine(mine, vectors[part]) for unit in units for part in unit.faces[1:]]
    return max([whole, *parts])
