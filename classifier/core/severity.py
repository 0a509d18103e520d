"""Severity factors and the event class that a wire's own words suggest.

Nothing here computes the level: that follows from the written rule and an editor.
"""

import re
from collections.abc import Iterator, Sequence

from classifier.core.harm import harms, people
from classifier.core.types import (
    EventClass,
    EventClassGuess,
    FactorReason,
    Sentence,
    SeverityFactors,
)

_UNDONE = re.compile(
    r"\b(?:immediately|promptly|quickly|within (?:minutes|hours)) (?:\w+ )?(?:restored|reversed|"
    r"corrected|fixed|removed|refunded|withdrawn)|(?:restored|reversed|corrected|fixed|removed) "
    r"(?:immediately|promptly|at once|within (?:minutes|hours))\b",
    re.IGNORECASE,
)
_NEAR_MISS = re.compile(
    r"\b(?:near[- ]miss(?:es)?|narrowly (?:avoid|miss|escap)\w+|averted|foiled|thwarted|"
    r"(?:stopped|caught|blocked|intercepted|detected) (?:\w+ ){0,4}(?:before|in time)|"
    r"before (?:any(?:one|body)?|it) (?:\w+ ){0,3}(?:harm|hurt|damage|reached|published)\w*|"
    r"took over (?:\w+ ){0,3}in time)\b",
    re.IGNORECASE,
)
_LABORATORY = re.compile(
    r"\b(?:researchers?|research (?:team|paper|group)|published research|experiments?|"
    r"stud(?:y|ies)|papers?|benchmarks?|laborator(?:y|ies)|fine-?tun(?:ed|ing)|red[- ]team\w*|"
    r"proof[- ]of[- ]concept|vulnerabilit(?:y|ies)|demonstrated|in (?:a )?simulation|"
    r"test(?:s|ed)? (?:showed|found|scenario)|evaluations?)\b",
    re.IGNORECASE,
)
_FRONTIER = re.compile(
    r"\b(?:GPT-?[45]\w*|o[1345](?:-\w+)?|ChatGPT|Claude|Gemini|Llama|Grok|DeepSeek|Qwen|Mistral|"
    r"Copilot|frontier|production models?|deployed (?:models?|systems?)|"
    r"current(?: production)? models)\b"
)
_GRAVE = re.compile(
    r"\b(?:weapons?|bioweapons?|kill|suicide|death|malware|ransomware|exfiltrat\w+|blackmail|"
    r"sabotag\w+|critical infrastructure|deceiv\w+|deceptive|shut ?down)\b",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"\b(?:policy|policies|guidelines?|bill|act|law|regulation|executive order|consultation|"
    r"filing|filed|disclos\w+|transparency report|system card|terms of service|framework|"
    r"commission(?:er)?|announced|rule)\b",
    re.IGNORECASE,
)
_BEHAVIOUR = re.compile(
    r"\b(?:models?|chatbots?|systems?|algorithms?|AI|assistants?|software|agents?|cars?|robots?|"
    r"tools?|detectors?|bots?)\s+(?:\w+ ){0,3}(?:generat|produc|refus|recommend|misidentif|hallucinat|"
    r"fabricat|gave|told|deni|reject|flag|fail|leak|insert|began|begin|beg[au]n|invent|claim|show|"
    r"behav|respond|answer|urg|encourag|advis|post|gives?\b|scor|rat(?:ed|es)|penali|drove|hit|str[iu]ck|ignored|delet)\w*",
    re.IGNORECASE,
)


def factors(sentences: Sequence[Sentence]) -> SeverityFactors:
    """Return scale, scope and irremediability with the sentences that they rest on."""
    reasons = sorted(
        _reasons(_told(sentences)), key=lambda reason: (reason.factor, -reason.value)
    )
    highest = {
        name: max((r.value for r in reasons if r.factor == name), default=0)
        for name in ("scale", "scope", "irremediability")
    }
    return SeverityFactors(
        highest["scale"],
        highest["scope"],
        highest["irremediability"],
        tuple(r for r in reasons if r.value == highest[r.factor]),
    )


def event_class(sentences: Sequence[Sentence]) -> EventClassGuess:
    """Return the class whose marks the text bears, harm that happened before all else."""
    sentences = _told(sentences)
    if missed := _first(_NEAR_MISS, sentences):
        return EventClassGuess("near_miss", f"harm was stopped: {missed[1]!r}", missed[0])
    found = factors(sentences)
    laboratory = _first(_LABORATORY, sentences)
    if found.scale and not (laboratory and found.scale < 2):
        scale = next(reason for reason in found.reasons if reason.factor == "scale")
        return EventClassGuess("incident", f"harm happened: {scale.words!r}", scale.sentence)
    if laboratory:
        return _hazard(sentences, laboratory)
    if shown := _first(_BEHAVIOUR, sentences):
        value: EventClass = "serious_hazard" if _first(_GRAVE, sentences) else "hazard"
        return EventClassGuess(value, f"behaviour, and no harm stated: {shown[1]!r}", shown[0])
    told = _first(_NOTICE, sentences)
    if told:
        return EventClassGuess("notice", f"no behaviour shown: {told[1]!r}", told[0])
    return EventClassGuess("notice", "no harm and no behaviour of a system is described", None)


def _told(sentences: Sequence[Sentence]) -> list[Sentence]:
    """Leave out the headings: they name what the text tells, and tell nothing."""
    return [sentence for sentence in sentences if sentence.kind != "heading"]


def _hazard(sentences: Sequence[Sentence], laboratory: tuple[int, str]) -> EventClassGuess:
    """Return a hazard, serious where a frontier model shows it or it bears on grave harm."""
    serious = _first(_FRONTIER, sentences) or _first(_GRAVE, sentences)
    if serious:
        reason = f"a finding ({laboratory[1]!r}) about {serious[1]!r}"
        return EventClassGuess("serious_hazard", reason, serious[0])
    return EventClassGuess("hazard", f"a finding, no harm: {laboratory[1]!r}", laboratory[0])


def _first(pattern: re.Pattern[str], sentences: Sequence[Sentence]) -> tuple[int, str] | None:
    for sentence in sentences:
        if match := pattern.search(sentence.text):
            return sentence.n, match.group()
    return None


def _reasons(sentences: Sequence[Sentence]) -> Iterator[FactorReason]:
    undone = any(_UNDONE.search(sentence.text) for sentence in sentences)
    harmed = False
    for sentence in sentences:
        for harm in harms(sentence.text):
            harmed = True
            lasting = 0 if undone and harm.lasting < 2 else harm.lasting
            yield FactorReason("scale", harm.scale, sentence.n, harm.words)
            yield FactorReason("irremediability", lasting, sentence.n, harm.words)
            yield FactorReason("scope", 1, sentence.n, harm.words)
    if harmed:  # how many is often said in another sentence than what
        for sentence in sentences:
            for scope, words in people(sentence.text):
                yield FactorReason("scope", scope, sentence.n, words)
