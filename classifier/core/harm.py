"""Words of harm in a sentence: what happened, to how many, and whether it can be undone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from classifier.core.numbers import Number, numbers
from classifier.core.words import stem


@dataclass(frozen=True, slots=True)
class Harm:
    """One mention of harm: its words, and the scale (1 to 3) and lasting (0 to 3) they mean."""

    words: str
    start: int
    end: int
    scale: int
    lasting: int


# (scale, irremediability, words), gravest first.
_KINDS = (
    (3, 3, r"kill(?:ed|ing|s)|died|dies|deaths?|dead(?!line|lock)|deadly|fatal(?:ly|ity|ities)?|"
           r"suicides?|murder(?:ed|s)?|drown(?:ed|ing)|los(?:t|ing) (?:his|her|their) (?:life|lives)|"
           r"massacre[ds]?|took (?:his|her|their) own li(?:fe|ves)"),
    (3, 2, r"wrong(?:ly|fully)? (?:arrest|jail|imprison|detain|convict|deport)(?:ed|ment|ion|s)?|"
           r"(?:falsely|wrongly|wrongfully|mistakenly) (?:\w+ )?(?:arrested|jailed|imprisoned|"
           r"detained|convicted|deported|accused of (?:murder|fraud|rape))|"
           r"false(?:ly)? imprison(?:ed|ment)|wrongful (?:arrest|detention|conviction)s?|"
           r"children (?:were )?(?:taken|removed) from|child sexual abuse material|tortured"),
    (2, 2, r"injur(?:ed|y|ies|ing)|hospitali[sz]ed|wounded|maimed|burned|paralys?z?ed|amputat\w+|"
           r"concussion|seriously hurt|were hurt|was hurt|overdos\w+|poisoned|psychosis|"
           r"self-harm(?:ed)?|evicted|bankrupt(?:ed|cy)?|sexually explicit (?:images|deepfakes?)|"
           r"non-?consensual|deepfake (?:porn\w*|nudes?)|blackmail(?:ed)?|stalk(?:ed|ing)"),
    (2, 1, r"arrested|jailed|imprisoned|detained|discriminat\w+|racially biased|"
           r"bias(?:ed)? against|racis[mt]|sexis[mt]|penali[sz]ed|espionage|intrusions?|infiltrat\w+|"
           r"exfiltrat\w+|(?:false|wrong|incorrect|unlawful) (?:\w+ ){0,3}(?:debts?|notices?|charges)|"
           r"denied (?:\w+ ){0,3}(?:benefits?|bail|care|coverage|loans?|credit|housing|asylum|"
           r"insurance|treatment|jobs?|parole|visas?)|unlawful(?:ly)?|violated (?:\w+ ){0,3}rights?|"
           r"accused (?:\w+ ){0,4}of (?:fraud|theft|murder|crimes?|shoplifting|cheating)|"
           r"personal data (?:of|was|were)|data breach|leaked|stolen|hacked|fired|dismissed|"
           r"lost (?:\w+ ){0,2}jobs?"),
    (1, 1, r"crash(?:ed|es)?|collided|collision|damag(?:ed|es|ing)|defam\w+|libel\w*|harass\w+|"
           r"scamm?(?:ed|s)?|defraud\w+|fraudulent(?:ly)?|misled|misidentif\w+|misdiagnos\w+|"
           r"outages?|deleted|destroyed|sanction(?:ed|s)|fined|plagiari\w+|exposed|"
           r"lost (?:money|savings|access|files|data)|offen(?:ded|sive)|abus(?:ed|ive)|wrong(?:ly|ed)|"
           r"stranded|disrupt(?:ed|ion)|harmed"),
)  # fmt: skip
_HARM = tuple(
    (scale, lasting, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for scale, lasting, words in _KINDS
)
# What might happen, what did not, and what a text was asked to say is no harm done.
_UNREAL = re.compile(
    r"\b(?:no|not|nobody|never|without|none|could|can|might|may|would|risk(?:s|ing)? (?:of|to)|"
    r"potential(?:ly)?|threat(?:s|en\w*)? (?:of|to)|danger of|fictional|hypothetical(?:ly)?|simulated|"
    r"avoid(?:s|ed|ing)?|prevent(?:s|ed|ing)?|if|asked (?:how|to|about)|advice on|"
    r"encourag\w*|urg(?:e[sd]?|ing)|incit\w+|instruct\w*|told \w+ (?:to|how)|advis\w+|promot\w+|"
    r"discuss\w*|topics?|methods? of|declin(?:e|ed|ing)|"
    r"refus(?:e|ed|es|ing)|n't)(?:\W+\w+){0,5}\W+$",
    re.IGNORECASE,
)
_UNREAL_AFTER = re.compile(
    r"^\W+(?:(?:could|might|may|would) (?:have|be)|or (?:nearly|almost|potentially))\b",
    re.IGNORECASE,
)
_LARGE, _VERY_LARGE = 100_000, 1_000_000  # US dollars or about as much

_PERSONS_WORDS = """
people person user customer patient worker employee student child woman man victim resident
family driver passenger pedestrian account household claimant recipient citizen individual
teenager teacher voter player subscriber applicant worshipper investor job doctor officer
artist author girl boy adult minor civilian
"""
PERSONS = frozenset(stem(word) for word in _PERSONS_WORDS.split())
_ROUND = (
    (
        3,
        re.compile(
            r"\b(?:(?:tens|hundreds) of )?(?:thousands|millions|billions)\b", re.IGNORECASE
        ),
    ),
    (2, re.compile(r"\b(?:dozens|hundreds|scores) of\b", re.IGNORECASE)),
)
_INFRASTRUCTURE = re.compile(
    r"\b(?:power grid|electricity (?:grid|supply|network)|water supply|air traffic|"
    r"emergency (?:services|calls|line)|nuclear (?:plant|power)|critical infrastructure|"
    r"payment system|nationwide outage|hospital network)\b",
    re.IGNORECASE,
)


def harms(text: str) -> tuple[Harm, ...]:
    """Return the harms that the sentence says happened, in order; money lost among them."""
    found: list[Harm] = []
    for scale, lasting, pattern in _HARM:
        for match in pattern.finditer(text):
            taken = any(
                match.start() < harm.end and match.end() > harm.start for harm in found
            )
            if not taken and is_real(text, match.start(), match.end()):
                found.append(Harm(match.group(), match.start(), match.end(), scale, lasting))
    found.extend(_losses(text))
    return tuple(sorted(found, key=lambda harm: harm.start))


def is_real(text: str, start: int, end: int) -> bool:
    """Tell whether the words at this place are said to have happened."""
    return not (_UNREAL.search(text[:start]) or _UNREAL_AFTER.search(text[end:]))


def people(text: str) -> Iterator[tuple[int, str]]:
    """Yield (scope 1 to 3, words) for each count of people or large system in the sentence."""
    for number in numbers(text):
        if number.kind == "count" and number.units & PERSONS:
            yield _scope(number), number.text
    for scope, pattern in _ROUND:
        if match := pattern.search(text):
            yield scope, match.group()
    if match := _INFRASTRUCTURE.search(text):
        yield 3, match.group()


def _scope(number: Number) -> int:
    [count] = number.value
    if count > 1000:
        return 3
    return 2 if count > 10 else 1


_LOST = re.compile(
    r"\b(?:los[est]\w*|cost(?:s|ing)?|stole\w*|defraud\w*|scam\w*|transfer\w*|paid|pay|damages|"
    r"settle\w*|fine[ds]?|refund\w*|worth|swindle\w*|wired)\b",
    re.IGNORECASE,
)


def _losses(text: str) -> Iterator[Harm]:
    if not _LOST.search(text):
        return
    for number in numbers(text):
        if number.kind == "money" and is_real(text, number.start, number.end):
            [amount] = number.value
            scale = 3 if amount > _VERY_LARGE else 2 if amount > _LARGE else 1
            yield Harm(number.text, number.start, number.end, scale, 1)
