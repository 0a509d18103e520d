"""A claim beside a window of a source: what is there, what is missing, what is otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifier.core.amounts import is_of_more, moved_or_bounded_otherwise
from classifier.core.claim import Claim
from classifier.core.hedges import is_hedged_otherwise
from classifier.core.likeness import Thesaurus
from classifier.core.names import Name, acronyms, actors, names
from classifier.core.numbers import Number, completes, relation
from classifier.core.opposites import have_converse, is_converse
from classifier.core.passages import Library, Unit, Window, supporting
from classifier.core.polarity import agrees, is_unanswered, reversed_terms
from classifier.core.quotations import has_quotation
from classifier.core.realised import is_unrealised
from classifier.core.roles import compared_otherwise, turned
from classifier.core.search import Candidate
from classifier.core.sides import is_of_another_side, told
from classifier.core.synonyms import near
from classifier.core.values import otherwise
from classifier.core.words import LIGHT, Word, fold, stem, words

# What a word counts that the window has not, but its source has elsewhere.
_NAME_ELSEWHERE = 0.7  # sources name a party once and then say "the company"
_TERM_ELSEWHERE = 0.15
_FEWEST = 2  # terms that must be left for a passage to be about the same thing
_LOOK_BACK = 3  # sentences in which "the company" or "we" was last named
_AS_NEAR = 0.5  # of the nearest sentence's reach, from which another tells of the same deed
_KNOWN = 0.25  # credit from which a word is not absent, whatever other words the source uses

_SPEECH_WORDS = """
acknowledge admit agree apologize concede confess confirm deny pledge promise vow warn
"""
# Saying that somebody admitted or promised a thing is a claim of its own.
_SPEECH = frozenset(stem(verb) for verb in _SPEECH_WORDS.split())


@dataclass(frozen=True, slots=True)
class Comparison:
    """How one window serves one claim; shares are of the claim's weight, in [0, 1]."""

    candidate: Candidate
    exact: float
    """Terms that the window has in the same words."""
    covered: float
    """The same, with near words and the source's other words at a discount."""
    aligned: float
    """Coverage of the rest, where an actor's name or a reversed word is left out."""
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
    """Whether the source never names who is said to have done it, or named another just before."""
    turned_roles: bool
    """Whether the window has the claim's two parties the other way round."""
    lost_speech: bool
    reversed: tuple[str, ...]
    unanswered: bool
    """Whether the claim denies something and the nearest sentence denies nothing."""
    hedged_otherwise: bool
    """Whether the claim says that a thing may be which the nearest sentence says is, or the reverse."""
    unrealised: bool
    """Whether the claim tells as done what the nearest sentence plans, asks for or leaves open."""
    generalised: bool
    """Whether the claim says of all or most of a thing what the nearest sentence says of some."""
    other_side: bool
    """Whether a verb of the claim is told of somebody or something else wherever it is told."""
    unmatched: tuple[str, ...]
    """Terms of weight of which the window has nothing near."""
    absent: tuple[str, ...]
    """Terms that no source has, nor a near word in this window."""
    absent_share: float

    @property
    def nearness(self) -> float:
        """Rank places: coverage and meaning together."""
        return self.covered + self.candidate.cosine


def compare(
    claim: Claim, candidate: Candidate, library: Library, thesaurus: Thesaurus
) -> Comparison:
    """Hold the claim against one window."""
    units = [library.units[n] for n in candidate.window.units]
    serving = [unit for unit in units if unit.supports]
    text = " ".join(unit.text for unit in serving)
    content = supporting(library, candidate.window)
    stems = frozenset(word.stem for word in content)
    source = units[0].source
    named = frozenset[str]().union(*(name.keys for name in claim.names))
    credit = {
        stem: 1.0
        if stem in stems
        else _credit(word, named, content, library, source, thesaurus)
        for stem, word in claim.terms.items()
    }
    opposed = _reversed(claim, serving)
    swapped = _is_swapped(claim, serving, library)
    if swapped and _says_the_same_again(claim, serving):
        # One came before the other, the other after the one.
        swapped = False
        opposed = tuple(word for word in opposed if not is_converse(word))
    absent = frozenset(
        s
        for s, word in claim.terms.items()
        if s not in library.holders and credit[s] < _KNOWN and word.stem not in LIGHT
    )
    lost_names = _lost_names(claim.names, library.vocabulary[source])
    lost, other = _numbers(claim.numbers, serving, library, source)
    turned_values = _values(claim, serving, library)
    return Comparison(
        candidate=candidate,
        exact=claim.share(frozenset(claim.terms) & stems),
        covered=_covered(claim, credit),
        aligned=_aligned(claim, credit, opposed),
        supporting=bool(serving),
        lost_names=lost_names,
        swapped_name=bool(lost_names) and _has_other_name(claim, text, library),
        lost_numbers=tuple(dict.fromkeys((*lost, *turned_values))),
        other_numbers=tuple(dict.fromkeys((*other, *turned_values))),
        other_actor=_has_other_actor(claim.actors, text, library),
        unknown_actor=any(name.text in lost_names for name in claim.actors)
        or _is_spoken_by_another(claim.actors, candidate.window, library),
        turned_roles=swapped,
        lost_speech=_loses_speech(claim, stems),
        reversed=opposed,
        unanswered=bool(serving) and is_unanswered(claim.text, _nearest(claim, serving).text),
        hedged_otherwise=bool(serving) and _is_hedged_otherwise(claim, serving),
        unrealised=bool(serving) and _is_unrealised(claim, serving, library),
        generalised=bool(serving) and is_of_more(claim.text, _nearest(claim, serving).text),
        other_side=_is_of_another_side(claim, library),
        unmatched=tuple(
            word.text
            for s, word in claim.terms.items()
            if credit[s] < _KNOWN and word.stem not in LIGHT
        ),
        absent=tuple(claim.terms[s].text for s in claim.terms if s in absent),
        absent_share=claim.share(absent),
    )


def _is_swapped(claim: Claim, units: Sequence[Unit], library: Library) -> bool:
    """Tell whether the window, and no other sentence of any source, turns the parties round."""
    texts = [unit.text for unit in units]
    if not texts:
        return False
    if turned(claim.text, texts, common=library.common):
        others = [unit.text for unit in library.units if claim.terms.keys() & unit.stems]
        return turned(claim.text, others, common=library.common)
    return compared_otherwise(claim.text, _nearest(claim, units).text)


def _says_the_same_again(claim: Claim, units: Sequence[Unit]) -> bool:
    mine, theirs = (
        frozenset(word.stem for word in words(text))
        for text in (claim.text, _nearest(claim, units).text)
    )
    return have_converse(mine, theirs)


def _nearest(claim: Claim, units: Sequence[Unit]) -> Unit:
    return max(units, key=lambda unit: claim.share(unit.stems))


def _is_hedged_otherwise(claim: Claim, units: Sequence[Unit]) -> bool:
    return is_hedged_otherwise(claim.text, _nearest(claim, units).text)


def _is_unrealised(claim: Claim, units: Sequence[Unit], library: Library) -> bool:
    """Tell whether the nearest sentence leaves the deed open, and none that is as near does not.

    Numbers and dates count here: they tell a deed that was planned from one that was done.
    """
    nearest = max(units, key=lambda unit: claim.reach(unit.keys))
    enough = _AS_NEAR * claim.reach(nearest.keys)
    others = [
        unit.text
        for unit in library.units
        if unit.supports and unit is not nearest and claim.reach(unit.keys) >= enough
    ]
    return is_unrealised(claim.text, nearest.text, others)


def _is_of_another_side(claim: Claim, library: Library) -> bool:
    verbs = {one.verb for one in told(claim.text, library.common)}
    telling = sorted({n for verb in verbs for n in library.holders.get(verb, ())})
    return is_of_another_side(
        claim.text,
        [library.units[n].text for n in telling if library.units[n].supports],
        known=library.holders.keys(),
        common=library.common,
    )


def _covered(claim: Claim, credit: Mapping[str, float]) -> float:
    total = sum(claim.weights[s] for s in credit) or 1.0
    return sum(claim.weights[s] * credit[s] for s in credit) / total


def _aligned(claim: Claim, credit: Mapping[str, float], turned: Sequence[str]) -> float:
    """Return the coverage, or that of the rest if enough is left, whichever is greater."""
    acting = frozenset[str]().union(*(name.keys for name in claim.actors))
    rest = {
        s: value
        for s, value in credit.items()
        if s not in turned and fold(claim.terms[s].text) not in acting
    }
    covered = _covered(claim, credit)
    return max(covered, _covered(claim, rest)) if len(rest) >= _FEWEST else covered


def _credit(
    word: Word,
    named: frozenset[str],
    content: Sequence[Word],
    library: Library,
    source: int,
    thesaurus: Thesaurus,
) -> float:
    folded = fold(word.text)
    if folded in named:
        return _NAME_ELSEWHERE if folded in library.vocabulary[source] else 0.0
    elsewhere = _TERM_ELSEWHERE if word.stem in library.holders else 0.0
    return max(elsewhere, thesaurus.credit(word, content))


def _lost_names(names: Sequence[Name], vocabulary: frozenset[str]) -> tuple[str, ...]:
    return tuple(name.text for name in names if not name.keys <= vocabulary)


def _numbers(
    claimed: Sequence[Number], units: Sequence[Unit], library: Library, source: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the numbers that the units do not have, and those that they have otherwise.

    A number is otherwise only where no source has it for the same thing.
    """
    near = [number for unit in units for number in unit.numbers]
    around = frozenset[str]().union(*(number.keys for number in library.numbers[source]))
    everywhere = [number for numbers in library.numbers for number in numbers]
    lost = [
        number
        for number in claimed
        if not _has(near, number) and not completes(number, near, around)
    ]
    other = [
        number.text
        for number in lost
        if any(relation(number, stated) == "different" for stated in near)
        and not _has(everywhere, number)
        and not completes(number, everywhere, around)
    ]
    return tuple(number.text for number in lost), tuple(other)


def _values(claim: Claim, units: Sequence[Unit], library: Library) -> tuple[str, ...]:
    """Return the values that the sentence nearest to the claim has otherwise."""
    if not units:
        return ()
    nearest = _nearest(claim, units)
    others = [unit.text for unit in library.units if unit is not nearest]
    return (
        *otherwise(claim.text, nearest.text, others),
        *moved_or_bounded_otherwise(claim.text, nearest.text, others),
    )


def _has(stated: Sequence[Number], number: Number) -> bool:
    return any(relation(number, other) == "same" for other in stated)


def _has_other_actor(claimed: Sequence[Name], text: str, library: Library) -> bool:
    mine = frozenset[str]().union(*(name.keys for name in claimed))
    if not mine or mine & _spoken(text):
        return False
    return any(actors(text, common=library.common))


def _is_spoken_by_another(claimed: Sequence[Name], window: Window, library: Library) -> bool:
    """Tell whether the window names no actor and the last named before it is not the claim's."""
    mine = frozenset[str]().union(*(name.keys for name in claimed))
    source = library.units[window.first].source
    for number in range(window.last, max(-1, window.first - _LOOK_BACK - 1), -1):
        unit = library.units[number]
        if unit.source != source or not mine or mine & _spoken(unit.text):
            return False
        if number < window.first and (others := actors(unit.text, common=library.common)):
            return not any(name.keys & mine for name in others)
    return False


def _spoken(text: str) -> frozenset[str]:
    return frozenset(fold(word.text) for word in words(text)) | acronyms(text)


def _has_other_name(claim: Claim, text: str, library: Library) -> bool:
    mine = _spoken(claim.text)
    return any(not name.keys <= mine for name in names(text, common=library.common))


def _loses_speech(claim: Claim, stems: frozenset[str]) -> bool:
    said = (claim.terms.keys() & _SPEECH) - stems
    return any(not any(near(word, other) for other in _SPEECH & stems) for word in said)


def _reversed(claim: Claim, units: Sequence[Unit]) -> tuple[str, ...]:
    """Return what the sentence nearest to the claim turns round, and no other upholds."""
    if not units:
        return ()
    return tuple(
        word
        for word in reversed_terms(claim.text, _nearest(claim, units).text)
        if not any(agrees(word, claim.text, unit.text) for unit in units)
    )


def missing_quotations(claim: Claim, library: Library) -> tuple[str, ...]:
    """Return the claim's quotations that stand in no source word for word."""
    return tuple(
        phrase
        for phrase in claim.quotations
        if not any(has_quotation(source, phrase) for source in library.worded)
    )
