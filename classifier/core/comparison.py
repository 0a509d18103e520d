"""A claim beside a window of a source: what is there, what is missing, what is otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass

from classifier.core.claim import Claim
from classifier.core.likeness import Thesaurus
from classifier.core.names import Name, actors, names
from classifier.core.numbers import Number, relation
from classifier.core.passages import Library, Unit
from classifier.core.polarity import reversed_terms
from classifier.core.quotations import has_quotation
from classifier.core.search import Candidate
from classifier.core.words import LIGHT, Word, fold, stem, words

# What a word counts that the window has not, but its source has elsewhere.
_NAME_ELSEWHERE = 0.7  # sources name a party once and then say "the company"
_TERM_ELSEWHERE = 0.15
_KNOWN = 0.25  # credit from which a word is not absent, whatever other words the source uses

# Saying that somebody admitted or promised a thing is a claim of its own.
_SPEECH = frozenset(
    stem(verb)
    for verb in (
        "acknowledge admit agree apologize concede confess confirm deny pledge promise vow warn"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How one window serves one claim; shares are of the claim's weight, in [0, 1]."""

    candidate: Candidate
    exact: float
    """Terms that the window has in the same words."""
    covered: float
    """The same, with near words and the source's other words at a discount."""
    supporting: bool
    """Whether any of it stands outside headings and questions."""
    lost_names: tuple[str, ...]
    swapped_name: bool
    """Whether a name is lost and the window has one that the claim has not."""
    lost_numbers: tuple[str, ...]
    other_numbers: tuple[str, ...]
    """Numbers for which the window has another."""
    other_actor: bool
    """Whether the window says that somebody else did or said it."""
    unknown_actor: bool
    """Whether the window's source never names who is said to have done it."""
    lost_speech: bool
    reversed: tuple[str, ...]
    absent: tuple[str, ...]
    """Terms that no source has, nor a near word in this window."""
    absent_share: float


def compare(
    claim: Claim, candidate: Candidate, library: Library, thesaurus: Thesaurus
) -> Comparison:
    """Hold the claim against one window."""
    units = [library.units[n] for n in candidate.window.units]
    serving = [unit for unit in units if unit.supports]
    text = " ".join(unit.text for unit in serving)
    content = [word for unit in serving for word in unit.content]
    stems = frozenset(word.stem for word in content)
    source = units[0].source
    credit = {
        stem: 1.0 if stem in stems else _credit(word, content, library, source, thesaurus)
        for stem, word in claim.terms.items()
    }
    total = sum(claim.weights[s] for s in claim.terms) or 1.0
    absent = frozenset(
        s
        for s, word in claim.terms.items()
        if s not in library.holders and credit[s] < _KNOWN and word.stem not in LIGHT
    )
    lost_names = _lost_names(claim.names, library.vocabulary[source])
    lost, other = _numbers(claim.numbers, [n for unit in serving for n in unit.numbers])
    return Comparison(
        candidate=candidate,
        exact=claim.share(frozenset(claim.terms) & stems),
        covered=sum(claim.weights[s] * credit[s] for s in credit) / total,
        supporting=bool(serving),
        lost_names=lost_names,
        swapped_name=bool(lost_names) and _has_other_name(claim, text, library),
        lost_numbers=lost,
        other_numbers=other,
        other_actor=_has_other_actor(claim.actors, text, library),
        unknown_actor=any(name.text in lost_names for name in claim.actors),
        lost_speech=_loses_speech(claim, stems),
        reversed=_reversed(claim, serving),
        absent=tuple(claim.terms[s].text for s in claim.terms if s in absent),
        absent_share=claim.share(absent),
    )


def _credit(
    word: Word, content: Sequence[Word], library: Library, source: int, thesaurus: Thesaurus
) -> float:
    folded = fold(word.text)
    if any(character.isupper() for character in word.text) and folded not in library.common:
        return _NAME_ELSEWHERE if folded in library.vocabulary[source] else 0.0
    elsewhere = _TERM_ELSEWHERE if word.stem in library.holders else 0.0
    return max(elsewhere, thesaurus.credit(word, content))


def _lost_names(names: Sequence[Name], vocabulary: frozenset[str]) -> tuple[str, ...]:
    return tuple(name.text for name in names if not name.keys <= vocabulary)


def _numbers(
    claimed: Sequence[Number], stated: Sequence[Number]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    lost: list[str] = []
    other: list[str] = []
    for number in claimed:
        relations = {relation(number, source) for source in stated}
        if "same" not in relations:
            lost.append(number.text)
            if "different" in relations:
                other.append(number.text)
    return tuple(lost), tuple(other)


def _has_other_actor(claimed: Sequence[Name], text: str, library: Library) -> bool:
    mine = frozenset[str]().union(*(name.keys for name in claimed))
    if not mine or any(key in text.lower() for key in mine):
        return False
    return any(actors(text, common=library.common))


def _has_other_name(claim: Claim, text: str, library: Library) -> bool:
    mine = frozenset(fold(word.text) for word in words(claim.text))
    return any(not name.keys & mine for name in names(text, common=library.common))


def _loses_speech(claim: Claim, stems: frozenset[str]) -> bool:
    return bool((claim.terms.keys() & _SPEECH) - stems)


def _reversed(claim: Claim, units: Sequence[Unit]) -> tuple[str, ...]:
    """Return what the sentence nearest to the claim turns round."""
    if not units:
        return ()
    nearest = max(units, key=lambda unit: claim.share(unit.stems))
    return reversed_terms(claim.text, nearest.text)


def missing_quotations(claim: Claim, library: Library) -> tuple[str, ...]:
    """Return the claim's quotations that stand in no source word for word."""
    return tuple(
        phrase
        for phrase in claim.quotations
        if not any(has_quotation(source, phrase) for source in library.worded)
    )
