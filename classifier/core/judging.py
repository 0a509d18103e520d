"""From a comparison to a verdict: rules in the order in which they are asked."""

from dataclasses import dataclass

from classifier.core.comparison import Comparison
from classifier.core.entailment import Opinion
from classifier.core.types import Basis, Verdict
from classifier.core.words import stem

# Shares of a claim's weight, chosen on sentences about the project's own first story
# and on one half of a public set of claims; measured on others.
WORDED = 0.75
REWORDED = 0.6
PARTLY = 0.45
IN_WORDS = 0.25
ALIGNED = 0.6
MEANING = 0.55
NEAR_IN_WORDS = 0.48  # meaning that is enough where no word of weight is absent
TOGETHER = 1.1  # of coverage and cosine
ABSENT = 0.25
TOPIC = 0.35
# Told in other words: the meaning is very near, and the claim is no copy but for a word.
RETOLD = 0.7  # cosine
GRADED = 0.5  # graded support
LIKELY = 0.5  # of what an entailment model says
_GRAVE_WORDS = """
kill die dead fatal fatality murder suicide injure injury hospitalize maim rape
"""
_GRAVE = frozenset(stem(word) for word in _GRAVE_WORDS.split())
_LOST = 0.08  # of the nearness, for each of at most two names and two numbers


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its basis."""

    verdict: Verdict
    basis: Basis


def judge(
    compared: Comparison,
    opinion: Opinion | None,
    *,
    retold: float,
    misquoted: bool,
    misattributed: bool,
) -> Judgement:
    """Apply the rules to one comparison.

    `opinion` is that of the entailment model, if there is one; `retold` the claim's graded
    support where meaning without the words may count; `misquoted` says that a quotation is
    in no source, `misattributed` that the sources have somebody else do it. No model overrules
    what the rules find otherwise; one that hears a contradiction takes any support away, and
    calls nothing contradicted. The basis is `entailment` only where a model says so, and
    what is unsupported goes by how near the sources come to it.
    """
    if not compared.supporting:
        return Judgement("unsupported", "topic")
    if contradiction := _contradiction(compared, misattributed=misattributed):
        return Judgement("contradicted", contradiction)
    if misquoted or misattributed or _is_of_others(compared):
        return Judgement("unsupported", _remoteness(compared))
    # What is denied there, or said of the parties the other way round, supports nothing.
    if compared.reversed or compared.unanswered or compared.turned_roles:
        return Judgement("unsupported", _remoteness(compared))
    if _adds_harm(compared) or compared.unrealised or compared.generalised:
        return Judgement("unsupported", _remoteness(compared))
    by_rule = _supported(compared, retold)
    return by_rule if opinion is None else _heard(by_rule, opinion, compared)


def nearness(compared: Comparison) -> float:
    """Return support as the rules grade it: half words, half meaning, less for what is lost."""
    in_words = (compared.covered + compared.candidate.coverage) / 2
    lost = min(len(compared.lost_names), 2) + min(len(compared.lost_numbers), 2)
    return min(1.0, max(0.0, (in_words + compared.candidate.cosine) / 2 - _LOST * lost))


def _adds_harm(compared: Comparison) -> bool:
    """Tell whether a claim tells of dead or injured where no source does: that is no detail."""
    return any(stem(word) in _GRAVE for word in compared.absent)


def _contradiction(compared: Comparison, *, misattributed: bool) -> Basis | None:
    if not _is_aligned(compared):
        return None
    if compared.other_numbers:
        return "number"
    if compared.other_actor or compared.turned_roles or misattributed:
        return "attribution"
    return "negation" if compared.reversed else None


def _is_of_others(compared: Comparison) -> bool:
    return compared.swapped_name or compared.unknown_actor or compared.other_actor


def _is_aligned(compared: Comparison) -> bool:
    return compared.aligned >= ALIGNED and compared.candidate.cosine >= MEANING


def _supported(compared: Comparison, retold: float) -> Judgement:
    if _is_partly(compared):
        return Judgement(*_support(compared))
    if _is_retold(compared, retold):
        return Judgement("partly", "wording")
    return Judgement("unsupported", _remoteness(compared))


def _heard(by_rule: Judgement, opinion: Opinion, compared: Comparison) -> Judgement:
    """Let the entailment model decide where the words do not, and doubt where they do."""
    in_words = by_rule.basis == "wording" and _is_partly(compared)
    # A model alone says neither what is denied nor where: its doubt takes support away.
    if opinion.contradicted >= LIKELY:
        return Judgement("unsupported", _remoteness(compared))
    if by_rule.verdict == "supported" and _is_worded(compared):
        return by_rule
    if opinion.entailed < LIKELY:
        return (
            by_rule
            if in_words and by_rule.verdict == "partly"
            else Judgement("unsupported", _remoteness(compared))
        )
    if compared.lost_names or compared.lost_numbers:
        return Judgement("partly", "entailment")
    return Judgement("supported", "entailment")


def _is_partly(compared: Comparison) -> bool:
    return (
        compared.covered >= PARTLY
        and compared.exact >= IN_WORDS
        and compared.candidate.cosine >= (MEANING if compared.absent else NEAR_IN_WORDS)
        and compared.covered + compared.candidate.cosine >= TOGETHER
        and compared.absent_share <= ABSENT
    )


def _is_retold(compared: Comparison, retold: float) -> bool:
    return (
        compared.candidate.cosine >= RETOLD
        and retold >= GRADED
        and compared.covered < REWORDED
        and not (compared.lost_names or compared.lost_numbers or compared.lost_speech)
    )


def _support(compared: Comparison) -> tuple[Verdict, Basis]:
    if compared.lost_numbers or compared.lost_names or compared.lost_speech:
        if compared.exact < ALIGNED:
            return "unsupported", _remoteness(compared)
        return "partly", "number" if compared.lost_numbers else "attribution"
    if compared.other_side or compared.hedged_otherwise:
        return "partly", "attribution" if compared.other_side else "wording"
    if _is_worded(compared):
        return "supported", "wording"
    if compared.covered >= REWORDED and not compared.absent and not _is_copied(compared):
        return "supported", "wording"
    return "partly", "wording"


def _is_worded(compared: Comparison) -> bool:
    return compared.exact >= WORDED and not compared.unmatched


def _is_copied(compared: Comparison) -> bool:
    """Tell whether a claim repeats the source but for a word: that word is then the news."""
    return bool(compared.unmatched) and compared.exact >= WORDED


def _remoteness(compared: Comparison) -> Basis:
    near = compared.covered >= TOPIC or compared.candidate.cosine >= MEANING
    return "topic" if near else "absent"
