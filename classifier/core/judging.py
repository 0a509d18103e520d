"""From a comparison to a verdict: rules in the order in which they are asked."""

from dataclasses import dataclass

from classifier.core.comparison import Comparison
from classifier.core.types import Basis, Verdict

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
_LOST = 0.08  # of the score, for each of at most two names and two numbers
_OTHERWISE = 0.5  # share of the score that is left where the source says otherwise


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its basis and the graded support behind it, in [0, 1]."""

    verdict: Verdict
    basis: Basis
    score: float


def judge(compared: Comparison, *, misquoted: bool) -> Judgement:
    """Apply the rules to one comparison; `misquoted` where a quotation is in no source."""
    verdict, basis = _verdict(compared, misquoted=misquoted)
    share = _OTHERWISE if verdict == "contradicted" or misquoted else 1.0
    return Judgement(verdict, basis, share * _nearness(compared))


def _nearness(compared: Comparison) -> float:
    """Return graded support: half words, half meaning, less for lost names and numbers."""
    in_words = (compared.covered + compared.candidate.coverage) / 2
    lost = min(len(compared.lost_names), 2) + min(len(compared.lost_numbers), 2)
    return min(1.0, max(0.0, (in_words + compared.candidate.cosine) / 2 - _LOST * lost))


def _verdict(compared: Comparison, *, misquoted: bool) -> tuple[Verdict, Basis]:
    if not compared.supporting:
        return "unsupported", "topic"
    if contradiction := _contradiction(compared):
        return "contradicted", contradiction
    if misquoted or compared.swapped_name or compared.unknown_actor:
        return "unsupported", "attribution" if _is_aligned(compared) else _remoteness(compared)
    # What is denied there, or said of the parties the other way round, supports nothing.
    if _is_partly(compared) and not compared.reversed and not compared.turned_roles:
        return _support(compared)
    return "unsupported", _remoteness(compared)


def _contradiction(compared: Comparison) -> Basis | None:
    if not _is_aligned(compared):
        return None
    if compared.other_numbers:
        return "number"
    if compared.other_actor or compared.turned_roles:
        return "attribution"
    return "negation" if compared.reversed else None


def _is_aligned(compared: Comparison) -> bool:
    return compared.aligned >= ALIGNED and compared.candidate.cosine >= MEANING


def _is_partly(compared: Comparison) -> bool:
    return (
        compared.covered >= PARTLY
        and compared.exact >= IN_WORDS
        and compared.candidate.cosine >= (MEANING if compared.absent else NEAR_IN_WORDS)
        and compared.covered + compared.candidate.cosine >= TOGETHER
        and compared.absent_share <= ABSENT
    )


def _support(compared: Comparison) -> tuple[Verdict, Basis]:
    if compared.lost_numbers or compared.lost_names or compared.lost_speech:
        basis: Basis = "number" if compared.lost_numbers else "attribution"
        return ("partly" if compared.exact >= ALIGNED else "unsupported"), basis
    if compared.exact >= WORDED and not compared.unmatched:
        return "supported", "wording"
    if compared.covered >= REWORDED and not compared.absent and not _is_copied(compared):
        return "supported", "entailment"
    return "partly", "wording"


def _is_copied(compared: Comparison) -> bool:
    """Tell whether a claim repeats the source but for a word: that word is then the news."""
    return bool(compared.unmatched) and compared.exact >= WORDED


def _remoteness(compared: Comparison) -> Basis:
    near = compared.covered >= TOPIC or compared.candidate.cosine >= MEANING
    return "topic" if near else "absent"
