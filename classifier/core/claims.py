"""The claim checker: each sentence of a wire against the stored texts of its sources.

Embeddings tell topic, not support. The verdict is built from what a source has in
words: terms, names, numbers, quotations, who says it, and what is denied. How far a claim is
supported is graded beside it, by a small model over the same comparisons.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from classifier.core import claim as reading
from classifier.core import passages
from classifier.core.attribution import is_misattributed
from classifier.core.claim import Claim
from classifier.core.comparison import Comparison, compare, missing_quotations
from classifier.core.entailment import Entail, Opinion
from classifier.core.judging import Judgement, judge, nearness
from classifier.core.likeness import Thesaurus
from classifier.core.passages import Library, supporting
from classifier.core.search import KEPT, Candidate, search
from classifier.core.signals import signals
from classifier.core.support import Support, shipped
from classifier.core.types import Encode, Examination, Finding, Missing, Place, SourceText
from classifier.core.words import fold

PASSAGE_LIMIT = 300
"""Characters of a source that a verdict may show."""

_PREFERENCE = {"supported": 2, "contradicted": 1, "partly": 1, "unsupported": 0}


@dataclass(frozen=True, slots=True)
class Study:
    """A claim with all that its sources show of it, before it is judged.

    `compared` are the windows that come nearest, the nearest first, and `opinions` what the
    entailment model says of each, if there is one. `signals` are those of `signals.NAMES`;
    there are none where the claim has no content or no source has text. `misattributed` says
    that the sources have somebody else do what the claim tells.
    """

    claim: Claim
    library: Library
    misquoted: tuple[str, ...]
    misattributed: bool = False
    compared: tuple[Comparison, ...] = ()
    opinions: tuple[Opinion | None, ...] = ()
    signals: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class _Judged:
    compared: Comparison
    judgement: Judgement

    @property
    def rank(self) -> tuple[int, float]:
        """Support anywhere counts; else what comes nearest to the claim decides."""
        return _PREFERENCE[self.judgement.verdict], self.compared.nearness


def check(
    sentences: Sequence[str],
    sources: Sequence[SourceText],
    *,
    encode: Encode,
    entail: Entail | None = None,
) -> tuple[Finding, ...]:
    """Return one finding per sentence, in order.

    A sentence without content words, and every sentence where no source has text, is
    `unchecked`. A claim is contradicted only where a well-aligned passage has another
    number for the same thing, the opposite, or somebody else who did or said it.
    """
    examined = examine(sentences, sources, encode=encode, entail=entail)
    return tuple(one.finding for one in examined)


def examine(
    sentences: Sequence[str],
    sources: Sequence[SourceText],
    *,
    encode: Encode,
    entail: Entail | None = None,
) -> tuple[Examination, ...]:
    """Return what `check` does, with the places that each claim was compared to."""
    studied = study(sentences, sources, encode=encode, entail=entail)
    return tuple(conclude(one, shipped()) for one in studied)


def study(
    sentences: Sequence[str],
    sources: Sequence[SourceText],
    *,
    encode: Encode,
    entail: Entail | None = None,
) -> tuple[Study, ...]:
    """Hold each sentence against the sources and return what was seen, in order."""
    library = passages.read(sources)
    claims = [reading.read(text, library) for text in sentences]
    if not library.units:
        return tuple(Study(claim, library, ()) for claim in claims)
    found = search(claims, library, encode=encode, by_meaning=entail is not None)
    kept = [one.candidates[:KEPT] for one in found]
    thesaurus = Thesaurus(_compared_words(claims, kept, library), encode=encode)
    compared = [
        tuple(sorted(
            (compare(claim, candidate, library, thesaurus) for candidate in ranked),
            key=lambda one: -one.nearness,
        ))
        for claim, ranked in zip(claims, kept, strict=True)
    ]  # fmt: skip
    opinions = _opinions(claims, compared, library, entail)
    return tuple(
        _studied(claim, library, places, thoughts, one.composed)
        for claim, places, thoughts, one in zip(claims, compared, opinions, found, strict=True)
    )


def conclude(studied: Study, support: Support) -> Examination:
    """Judge a claim by the rules and by its graded support; the deciding place comes first."""
    if not studied.claim.weights or not studied.library.units:
        return Examination(_unchecked(studied.claim), ())
    if not studied.compared:
        return Examination(_absent(studied.claim, studied.misquoted), ())
    score = support.score(studied.signals)
    judged = sorted(
        (_judged(studied, place, score) for place in range(len(studied.compared))),
        key=lambda one: one.rank,
        reverse=True,
    )
    places = tuple(_place(one.compared.candidate, studied.library) for one in judged)
    return Examination(_finding(studied, judged[0], score), places)


def _judged(studied: Study, place: int, score: float) -> _Judged:
    compared = studied.compared[place]
    # Meaning without the words counts only at the nearest place: another may say otherwise.
    judgement = judge(
        compared,
        studied.opinions[place],
        retold=score if place == 0 else 0.0,
        misquoted=bool(studied.misquoted),
        misattributed=studied.misattributed,
    )
    return _Judged(compared, judgement)


def _studied(
    claim: Claim,
    library: Library,
    compared: tuple[Comparison, ...],
    opinions: tuple[Opinion | None, ...],
    composed: float,
) -> Study:
    misquoted = missing_quotations(claim, library)
    if not claim.weights:
        return Study(claim, library, misquoted)
    seen = signals(
        claim,
        library,
        compared,
        nearness=max((nearness(one) for one in compared), default=0.0),
        composed=composed,
        misquoted=bool(misquoted),
    )
    misattributed = bool(compared) and is_misattributed(claim, library)
    return Study(claim, library, misquoted, misattributed, compared, opinions, seen)


def _opinions(
    claims: Sequence[Claim],
    compared: Sequence[Sequence[Comparison]],
    library: Library,
    entail: Entail | None,
) -> list[tuple[Opinion | None, ...]]:
    """Return what the entailment model says of each comparison, all asked in one call."""
    if entail is None:
        return [(None,) * len(places) for places in compared]
    pairs = [
        (_words_of(one.candidate, library), claim.text)
        for claim, places in zip(claims, compared, strict=True)
        for one in places
    ]
    answers = iter(entail(pairs))
    return [tuple(next(answers) for _ in places) for places in compared]


def _words_of(candidate: Candidate, library: Library) -> str:
    return " ".join(library.units[n].text for n in candidate.window.units)


def _compared_words(
    claims: Sequence[Claim], kept: Sequence[Sequence[Candidate]], library: Library
) -> Iterator[str]:
    """Yield the words of each claim that a window lacks, and the words of that window."""
    for claim, ranked in zip(claims, kept, strict=True):
        for candidate in ranked:
            content = supporting(library, candidate.window)
            held = {word.stem for word in content}
            lacking = [word for stem, word in claim.terms.items() if stem not in held]
            if lacking:
                yield from (fold(word.text) for word in (*lacking, *content))


def _finding(studied: Study, best: _Judged, score: float) -> Finding:
    claim, compared, misquoted = studied.claim, best.compared, studied.misquoted
    start, end, source = _passage(claim, compared.candidate, studied.library)
    stored = studied.library.sources[source]
    return Finding(
        claim.text,
        best.judgement.verdict,
        best.judgement.basis,
        stored.key,
        start,
        end,
        stored.text[start:end],
        round(score, 4),
        Missing(compared.lost_names, compared.lost_numbers, misquoted, compared.absent),
    )


def _place(candidate: Candidate, library: Library) -> Place:
    first, last = library.units[candidate.window.first], library.units[candidate.window.last]
    return Place(library.sources[first.source].key, first.start, last.end)


def _passage(claim: Claim, candidate: Candidate, library: Library) -> tuple[int, int, int]:
    """Return (start, end, source): the window, or as much of it as may be shown.

    A longer window is cut to its sentence nearest to the claim, a longer sentence to
    whole words.
    """
    units = [library.units[n] for n in candidate.window.units]
    source = units[0].source
    start, end = units[0].start, units[-1].end
    if end - start > PASSAGE_LIMIT:
        best = max(units, key=lambda unit: claim.share(unit.stems))
        start, end = best.start, best.end
    if end - start > PASSAGE_LIMIT:
        text = library.sources[source].text
        end = start + len(text[start : start + PASSAGE_LIMIT].rsplit(None, 1)[0])
    return start, end, source


def _unchecked(claim: Claim) -> Finding:
    return Finding(claim.text, "unchecked", None, None, None, None, None, 0.0, Missing())


def _absent(claim: Claim, misquoted: tuple[str, ...]) -> Finding:
    missing = Missing(
        tuple(name.text for name in claim.names),
        tuple(number.text for number in claim.numbers),
        misquoted,
        tuple(word.text for word in claim.terms.values()),
    )
    return Finding(claim.text, "unsupported", "absent", None, None, None, None, 0.0, missing)
