"""A but-for draft in a wire's own words: which words name the system, act and harm.

Nothing is written here: every span is cut out of a sentence, and a slot that no
sentence serves stays empty for the editor.
"""

import re
from collections.abc import Iterator, Sequence

from classifier.core.harm import Harm, harms
from classifier.core.names import names
from classifier.core.types import RationaleDraft, Sentence, Span
from classifier.core.words import LIGHT, fold, stem, terms, words

_KIND = (
    r"(?:chatbots?|models?|AI (?:systems?|tools?|agents?|assistants?|models?)|algorithms?|"
    r"assistants?|autopilot|robotaxis?|recogni[sz]er|(?:recognition|detection|driving|"
    r"recommendation|scoring|translation|moderation|hiring|screening) (?:systems?|software|"
    r"technology|tools?|algorithms?)|classifiers?|deepfakes?|image generators?|"
    r"voice (?:clones?|assistants?)|coding agents?|agents?|bots?|systems?|software|robots?|"
    r"automated \w+|AI(?! [A-Z]))"
)
_KNOWN = (
    r"(?:ChatGPT|GPT-?\d\w*|Claude(?: [\d.]+)?|Gemini|Llama[ -]?\d*|Grok|Copilot|DeepSeek\S*|"
    r"Qwen\S*|Bard|Midjourney|DALL-?E|Stable Diffusion|Sora|Siri|Alexa|Autopilot|COMPAS|Replit)"
)
_BEFORE = (
    r"(?!(?:used|using|uses|the|this|that|with|of|by|and|or|for|in|to|from|when|where|as) )"
)
_SYSTEM = re.compile(
    rf"\b{_KNOWN}\b|\b(?:[A-Z][\w-]*['\u2019]s )?(?:(?:{_BEFORE}[a-z][a-z-]+) )?\b{_KIND}\b"
)
_ACT = re.compile(
    r"\b(?:refus|declin|reject|generat|produc|creat|fabricat|hallucinat|invent|recommend|advis|"
    r"suggest|told|tell|gave|give|g[ai]v|claim|assert|misidentif|misclassif|mistak|match|flag|den[iy]|"
    r"block|approv|leak|disclos|expos|reveal|insert|delet|execut|transfer|drove|driv|hit|str[iu]ck|"
    r"fail|ignor|crash|attack|impersonat|deceiv|lie[ds]?\b|manipulat|encourag|answer|respond|behav|"
    r"misbehav|began|begin|start|scor|rank|rat(?:ed|es)\b|translat|accus|link|cit(?:ed|es)\b|post|"
    r"sent|wrote|swerv|kill|injur|cause|steer|output|over-?generali|calculat|issu|exhibit|show)\w*",
    re.IGNORECASE,
)
_CONSEQUENCE = re.compile(
    r"\b(?:harm\w*|victims?|los[ts]\w*|blocked|unable to|suffer\w*|damage\w*|consequence\w*|"
    r"deprived|legitimate \w+|dangerous|unsafe|unethical|misaligned|risk to|affected|"
    r"spread to|abuse|biased|false(?:ly)?|wrong(?:ly)?|misleading)\b",
    re.IGNORECASE,
)
_COUNTERFACTUAL = re.compile(
    r"\bwould(?: not|n['\u2019]t| never) have\b|\bbut for\b|\bhad (?:\w+[ -]){1,6}not\b|"
    r"\bhad not\b(?=.*\bwould\b)|\bwithout\b(?=.*\b(?:would|could) (?:not |never )?)|"
    r"\b(?:would|could) (?:not |never )?(?:\w+ ){1,8}without\b|"
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
_ENOUGH_WORDS = 4  # after a system's name, for a clause to say what it did
_LONGEST = 240
_CLAUSE = re.compile(r"; | [—\u2013-] |, (?:but|while|although|whereas) ")


def draft(sentences: Sequence[Sentence], providers: Sequence[str]) -> RationaleDraft:
    """Return spans of the sentences for the four slots, and what weakens the test.

    The counterfactual is filled only where a sentence states what would otherwise have
    happened, and speaks of this wire: forms of words that fit any wire do not count.
    """
    told = [sentence for sentence in sentences if sentence.kind == "sentence"]
    system = next(_systems(told, providers), None)
    act = next(_acts(told), None)
    return RationaleDraft(
        system=system,
        act=act,
        harm=_harm(told, act),
        counterfactual=next(_counterfactuals(told), None),
        hedges=tuple(_matches(_HEDGE, told)),
        other_causes=tuple(_matches(_OTHER_CAUSE, told)),
    )


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


def _systems(sentences: Sequence[Sentence], providers: Sequence[str]) -> Iterator[Span]:
    """Yield the words that name a system, a provider's own before others."""
    owned = [re.compile(rf"\b{re.escape(name)}\b") for name in providers if name.strip()]
    found = [(s, match) for s in sentences for match in _SYSTEM.finditer(s.text)]
    for sentence, match in found:
        if any(pattern.search(match.group()) for pattern in owned):
            yield _span(sentence, *match.span())
    for sentence, match in found:
        yield _span(sentence, *match.span())
    for sentence in sentences:
        for pattern in owned:
            if named := pattern.search(sentence.text):
                yield _span(sentence, *named.span())


def _acts(sentences: Sequence[Sentence]) -> Iterator[Span]:
    """Yield clauses in which a verb of doing follows a system, then others that name one."""
    named = [(s, match) for s in sentences for match in _SYSTEM.finditer(s.text)]
    for sentence, match in named:
        end = _clause_end(sentence.text, match.end())
        if _ACT.search(sentence.text, match.end(), end):
            yield _span(sentence, match.start(), end)
    for sentence, match in named:
        end = _clause_end(sentence.text, match.end())
        if len(sentence.text[match.end() : end].split()) >= _ENOUGH_WORDS:
            yield _span(sentence, match.start(), end)


def _harm(sentences: Sequence[Sentence], act: Span | None) -> Span | None:
    """Return the clause with the gravest harm, else one that states a consequence."""
    grave = [(harm.scale, s, harm) for s in sentences for harm in harms(s.text)]
    if grave:
        _, sentence, harm = max(grave, key=lambda found: (*_weight(found[2]), -found[1].n))
        return _clause(sentence, harm.start)
    for sentence in sentences:
        match = _CONSEQUENCE.search(sentence.text)
        if match and not (act and act.sentence == sentence.n and act.start <= match.start()):
            return _clause(sentence, match.start())
    return None


def _weight(harm: Harm) -> tuple[int, bool]:
    """Rank harms; a bare "harmed" says less than any other word."""
    return harm.scale, harm.words.lower() != "harmed"


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


def _clause(sentence: Sentence, at: int) -> Span:
    breaks = [match.end() for match in _CLAUSE.finditer(sentence.text, 0, at)]
    return _span(sentence, breaks[-1] if breaks else 0, _clause_end(sentence.text, at))


def _clause_end(text: str, at: int) -> int:
    following = _CLAUSE.search(text, at)
    return following.start() if following else len(text.rstrip(".!? "))


def _span(sentence: Sentence, start: int, end: int) -> Span:
    end = min(end, max(start + _LONGEST, start))
    return Span(sentence.n, sentence.text[start:end], start, end)
