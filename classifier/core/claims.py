"""The claim checker: each sentence of a wire against the stored texts of its sources.

Embeddings tell topic, not support. The verdict is built from what a source has in
words: terms, names, numbers, quotations, who says it, and what is denied.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from classifier.core import claim as reading
from classifier.core import passages
from classifier.core.claim import Claim
from classifier.core.comparison import Comparison, compare, missing_quotations
from classifier.core.judging import Judgement, judge
from classifier.core.likeness import Thesaurus
from classifier.core.passages import Library, supporting
from classifier.core.search import KEPT, Candidate, candidates
from classifier.core.types import Encode, Examination, Finding, Missing, Place, SourceText
from classifier.core.words import fold

PASSAGE_LIMIT = 300
"""Characters of a source that a verdict may show."""

_PREFERENCE = {"supported": 2, "contradicted": 1, "partly": 1, "unsupported": 0}


@dataclass(frozen=True, slots=True)
class _Judged:
    compared: Comparison
    judgement: Judgement

    @property
    def rank(self) -> tuple[int, float]:
        """Support anywhere counts; else what comes nearest to the claim decides."""
        near = self.compared.covered + self.compared.candidate.cosine
        return _PREFERENCE[self.judgement.verdict], near


def check(
    sentences: Sequence[str], sources: Sequence[SourceText], *, encode: Encode
) -> tuple[Finding, ...]:
    """Return one finding per sentence, in order.

    A sentence without content words, and every sentence where no source has text, is
    `unchecked`. A claim is contradicted only where a well-aligned passage has another
    number for the same thing, the opposite, or somebody else who did or said it.
    """
    return tuple(examined.finding for examined in examine(sentences, sources, encode=encode))


def examine(
    sentences: Sequence[str], sources: Sequence[SourceText], *, encode: Encode
) -> tuple[Examination, ...]:
    """Return what `check` does, with the places that each claim was compared to."""
    library = passages.read(sources)
    claims = [reading.read(text, library) for text in sentences]
    if not library.units:
        return tuple(Examination(_unchecked(claim), ()) for claim in claims)
    kept = [ranked[:KEPT] for ranked in candidates(claims, library, encode=encode)]
    thesaurus = Thesaurus(_compared_words(claims, kept, library), encode=encode)
    return tuple(
        _examined(claim, ranked, library, thesaurus)
        for claim, ranked in zip(claims, kept, strict=True)
    )


def _compared_words(
    claims: Sequence[Claim], kept: Sequence[Sequence[Candidate]], library: Library
) -> Iterator[str]:
    """Yield the words of each claim that a window lacks, and the words of that window."""
    for claim, ranked in zip(claims, kept, strict=True):
        for candidate in ranked:
            content = supporting(library, candidate.window)
            held = {word.stem for word in content}
            lacking = (word for stem, word in claim.terms.items() if stem not in held)
            yield from (fold(word.text) for word in (*lacking, *content))


def _examined(
    claim: Claim, ranked: Sequence[Candidate], library: Library, thesaurus: Thesaurus
) -> Examination:
    if not claim.weights:
        return Examination(_unchecked(claim), ())
    misquoted = missing_quotations(claim, library)
    judged = [
        _Judged(compared, judge(compared, misquoted=bool(misquoted)))
        for compared in (compare(claim, c, library, thesaurus) for c in ranked)
    ]
    if not judged:
        return Examination(_absent(claim, misquoted), ())
    judged.sort(key=lambda one: one.rank, reverse=True)
    places = tuple(_place(one.compared.candidate, library) for one in judged)
    return Examination(_finding(claim, judged[0], misquoted, library), places)


def _finding(
    claim: Claim, best: _Judged, misquoted: tuple[str, ...], library: Library
) -> Finding:
    start, end, source = _passage(claim, best.compared.candidate, library)
    stored = library.sources[source]
    compared = best.compared
    return Finding(
        claim.text,
        best.judgement.verdict,
        best.judgement.basis,
        stored.key,
        start,
        end,
        stored.text[start:end],
        round(best.judgement.score, 4),
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
