"""A but-for draft in a wire's own words: which words name the system, act and harm.

Nothing is written here: every span is cut out of a sentence, and a slot that no
sentence serves stays empty for the editor.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from classifier.core.names import names
from classifier.core.phrases import Features, Phrase, phrases
from classifier.core.types import RationaleDraft, Sentence, Span
from classifier.core.words import LIGHT, fold, stem, terms, words

WEIGHTS = Path(__file__).parent / "weights" / "rationale.json"

# A condition that did not hold, with what would then have been; or a result said not to have
# come about.
_COUNTERFACTUAL = re.compile(
    r"\bwould(?: not|n['\u2019]t| never) have\b(?! been (?:necessary|needed|possible|required)\b)|"
    r"\bbut for\b|\bhad (?:\w+[ -]){1,6}not\b|\bhad not\b(?=.*\bwould\b)|"
    r"(?:^|[,;:\u2014] ?)had \w.*\b(?:would|could|might) (?:still |not |never )?have\b|"
    r"\bif\b.*\bhad\b.*\b(?:would|could) (?:still |not |never )?have\b|"
    r"\bwithout\b(?=.*\b(?:would|could) (?:not |never )?have\b)|"
    r"\b(?:would|could) (?:not |never )?have (?:\w+ ){1,8}without\b|"
    r"\bif (?:\w+[ -]){1,6}(?:had not|hadn['\u2019]t|did not|were not)\b|"
    r"\b(?:could|would) have been (?:avoided|prevented)\b|"
    r"\botherwise\b(?=.*\bwould\b)|\bwould\b.*\botherwise\b",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"\b(?:reportedly|allegedly|alleged|apparently|appears? to|seems? to|suggest(?:s|ed|ing)?|"
    r"(?-i:may)|might|could|(?<!more )(?<!less )likely|possibly|unclear|unconfirmed|not (?:been )?(?:confirmed|verified)|"
    r"it is (?:not known|unknown)|believed to|claim(?:s|ed) that)\b",
    re.IGNORECASE,
)
_OTHER_CAUSE = re.compile(
    r"\b(?:human error|driver (?:\w+ ){0,3}(?:distracted|asleep|speeding|drunk|watching|inattent\w+|"
    r"not (?:paying|holding))|distracted driver|operator error|(?:staff|police|officers?|doctors?|"
    r"employees?|engineers?|managers?|agency|company|council) (?:\w+ ){0,3}(?:failed to|did not (?:check|"
    r"verify|review)|ignored|relied (?:solely )?on)|without (?:human )?(?:review|oversight|supervision)|"
    r"lack of (?:oversight|training|supervision|testing)|misconfigur\w+|misuse[ds]?|jailbr[eo][ak]k?\w*|"
    r"attackers?|hackers?|scammers?|fraudsters?|malicious (?:user|actor|prompt)s?|prompt injection|"
    r"poor(?:ly)? (?:data|maintained|trained|lit)|road conditions|bad weather|also (?:blamed|to blame)|"
    r"contribut(?:ed|ing) (?:to|factors?)|safety driver|budget cuts|understaff\w+)\b",
    re.IGNORECASE,
)
_FORM_WORDS = """
ai system harm harmful behavior behavioral change deploy deployment role describe occur
incident provider regulator signal source probe model comparison editor archive
classification classify bulk launch rationale wire counterfactual test guide real originate
review amend rule outcome involve artificial intelligence happen event user technology
question relevant standard entry code field mechanism severity cause causal affect impact
output action act result occurred absent absence present
"""
# Words of any incident form: a text made of these says nothing about one wire.
_FORM = frozenset(stem(word) for word in _FORM_WORDS.split())
_ENOUGH = 2

Choice = Mapping[str, Mapping[str, float]]
"""For each slot the weights by which phrases are ranked, by the features' names."""


def draft(
    sentences: Sequence[Sentence], providers: Sequence[str], *, weights: Choice | None = None
) -> RationaleDraft:
    """Return spans of the sentences for the four slots, and what weakens the test.

    Whole phrases are ranked by weights that were learned from what editors wrote; a slot
    takes the best phrase that can serve: one that names a system, says what was done or
    states harm. The counterfactual is filled only where a sentence states what would
    otherwise have happened, and speaks of this wire: forms that fit any wire do not count.
    """
    told = [sentence for sentence in sentences if sentence.kind == "sentence"]
    found, by = candidates(told, providers), weights or shipped()
    return RationaleDraft(
        system=_best(found["system"], by["system"]),
        act=_best(found["act"], by["act"]),
        harm=_best(found["harm"], by["harm"]),
        counterfactual=next(_counterfactuals(told), None),
        hedges=tuple(_matches(_HEDGE, told)),
        other_causes=tuple(_matches(_OTHER_CAUSE, told)),
    )


def candidates(
    sentences: Sequence[Sentence], providers: Sequence[str]
) -> dict[str, list[Phrase]]:
    """Return for the slots system, act and harm the phrases that can serve.

    Where no sentence names a system, nobody has acted; where no word is one of harm, none is
    stated, not even by other words.
    """
    found = phrases(sentences, providers)
    systems = [p for p in found if p.has("system") or p.has("provider")]
    acts = [p for p in found if p.has("verb") and not p.has("told")]
    named = [p for p in systems if p.features["is a name"] and not p.has("told")]
    done = [p for p in acts if p.features["is a predicate"]]
    return {
        "system": named or systems,
        "act": (done or acts) if systems else [],
        "harm": _harms(acts) if any(_states_harm(p) for p in found) else [],
    }


def _harms(acts: Sequence[Phrase]) -> list[Phrase]:
    """Return the phrases with the gravest harm that is known, else all that may state one."""
    told = [p for p in acts if "sentence is of the record" not in p.features] or acts
    told = [p for p in told if p.features["is in a clause"]] or told
    gravest = [p for p in told if "holds the gravest harm" in p.features]
    return gravest or [
        p for p in told if p.has("auxiliary") or p.has("person") or _states_harm(p)
    ]


@cache
def shipped() -> Choice:
    """Return the weights that come with the library."""
    weights: Choice = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return weights


def names_nothing_of(text: str, wire_text: str) -> bool:
    """Tell whether a text has no name and no two words of its own in common with the wire.

    Words that any incident form has (system, harm, deployed, role) do not count.
    """
    mine = _own(text)
    if len(mine & _own(wire_text)) >= _ENOUGH:
        return False
    stated = frozenset[str]().union(*(name.keys for name in names(wire_text)))
    named = {key for key in stated if stem(key) not in _FORM}
    return not named & frozenset(fold(word.text) for word in words(text))


def _own(text: str) -> frozenset[str]:
    return frozenset(terms(text)) - _FORM - LIGHT


def _states_harm(phrase: Phrase) -> bool:
    signs = {"holds a harm", "holds a consequence", "has hurtful"}
    return bool(signs & phrase.features.keys())


def _best(found: Sequence[Phrase], weights: Mapping[str, float]) -> Span | None:
    if not found:
        return None
    chosen = max(found, key=lambda phrase: _score(phrase.features, weights))
    return _span(chosen.sentence, chosen.start, chosen.end)


def _score(features: Features, weights: Mapping[str, float]) -> float:
    return sum(value * weights.get(name, 0.0) for name, value in features.items())


def _counterfactuals(sentences: Sequence[Sentence]) -> Iterator[Span]:
    for sentence in sentences:
        others = " ".join(other.text for other in sentences if other is not sentence)
        if _COUNTERFACTUAL.search(sentence.text) and not names_nothing_of(
            sentence.text, others
        ):
            yield _span(sentence, 0, len(sentence.text))


def _matches(pattern: re.Pattern[str], sentences: Sequence[Sentence]) -> Iterator[Span]:
    for sentence in sentences:
        for match in pattern.finditer(sentence.text):
            yield _span(sentence, *match.span())


def _span(sentence: Sentence, start: int, end: int) -> Span:
    return Span(sentence.n, sentence.text[start:end], start, end)
