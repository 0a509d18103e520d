"""Where in the sources a claim may stand: windows by shared words, then by meaning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifier.core.claim import Claim
from classifier.core.passages import Library, Unit, Window, windows
from classifier.core.types import Encode, Vector
from classifier.core.vectors import cosine, pooled

SHORTLIST = 4  # windows by shared words, of which the sentences are encoded
KEPT = 3  # windows by words and meaning together, which are compared in full
_MIXED, _RIDGE = 8, 0.1  # sentences that a claim may be made up of, and what holds them back
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


@dataclass(frozen=True, slots=True)
class Search:
    """What was found for a claim: the windows that come nearest, best first.

    `composed` in [0, 1] is how far the sentences of these windows together make up the
    claim's meaning.
    """

    candidates: tuple[Candidate, ...]
    composed: float


def search(
    claims: Sequence[Claim], library: Library, *, encode: Encode, by_meaning: bool = False
) -> list[Search]:
    """Search the library for each claim; only the shortlisted sentences are encoded, at once.

    With `by_meaning` all are, and sentences without a word of the claim can be found.
    """
    shortlists = [_shortlist(claim, library) for claim in claims]
    texts = dict.fromkeys(claim.text for claim in claims)
    if by_meaning:
        texts.update(dict.fromkeys(unit.text for unit in library.units))
    for shortlist in shortlists:
        for window, _ in shortlist:
            for number in window.units:
                texts.update(dict.fromkeys(library.units[number].faces))
    vectors = dict(zip(texts, encode(list(texts)), strict=True))
    if by_meaning:
        shortlists = [
            [*shortlist, *_nearest(claim, shortlist, library, vectors)]
            for claim, shortlist in zip(claims, shortlists, strict=True)
        ]
    return [
        Search(
            _ranked(claim, shortlist, library, vectors),
            _composed(claim, shortlist, library, vectors),
        )
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


def _nearest(
    claim: Claim,
    shortlist: Sequence[tuple[Window, frozenset[str]]],
    library: Library,
    vectors: Mapping[str, Vector],
) -> list[tuple[Window, frozenset[str]]]:
    """Return the sentences nearest by meaning that are no window of the shortlist."""
    known = {window for window, _ in shortlist}
    mine = vectors[claim.text]
    order = sorted(
        range(len(library.units)), key=lambda n: -cosine(mine, vectors[library.units[n].text])
    )
    return [
        (Window(n, n), frozenset(library.units[n].keys & claim.weights.keys()))
        for n in order[:SHORTLIST]
        if Window(n, n) not in known
    ]


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


def _composed(
    claim: Claim,
    shortlist: Sequence[tuple[Window, frozenset[str]]],
    library: Library,
    vectors: Mapping[str, Vector],
) -> float:
    """Return how near the claim comes to the nearest mixture of the nearest sentences.

    Of the ridge regression of its vector on theirs, one less the length of what is left.
    """
    import numpy as np

    numbers = sorted({n for window, _ in shortlist for n in window.units})
    if not numbers:
        return 0.0
    mine = np.array(vectors[claim.text])
    theirs = np.array([vectors[library.units[n].text] for n in numbers])
    nearest = theirs[np.argsort(-(theirs @ mine), kind="stable")[:_MIXED]]
    products = nearest @ nearest.T + _RIDGE * np.eye(len(nearest))
    mixture = np.linalg.solve(products, nearest @ mine) @ nearest
    return max(0.0, 1.0 - float(np.linalg.norm(mine - mixture)))
