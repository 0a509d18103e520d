"""How much a text speaks of each kind of harm and of what goes with it: numbers for a model.

`harm.py` finds what happened and to how many, for people to read. Here are the same words and
many more, counted without asking whether they are denied: a model weighs that by the rest.
"""

import math
import re
from collections.abc import Iterator

from classifier.core.harm import harms, people
from classifier.core.numbers import numbers
from classifier.core.sentences import split

_KINDS = {
    "dead": r"kill\w*|died|dies|deaths?|dead|deadly|fatal\w*|suicides?|murder\w*|drown\w*|slain|"
            r"lives lost",
    "injured": r"injur\w*|hospitali[sz]\w*|wound\w*|burn(?:s|ed)|bruis\w*|bleed\w*|hurt|fractur\w*|"
               r"broken? (?:\w+ )?(?:arm|leg|bone|finger|rib|neck)s?|sick|ill(?:ness)?|pain\w*|"
               r"trauma\w*|concussion|amputat\w*|pierc\w*|crush\w*|trapped",
    "arrested": r"arrest\w*|jail\w*|imprison\w*|detain\w*|detention|prison|convict\w*|custody|"
                r"deport\w*|sentenced|handcuff\w*|at gunpoint",
    "collision": r"crash\w*|collid\w*|collision\w*|hit(?:s|ting)?|struck|strik(?:e|es|ing)|"
                 r"ran (?:over|into|down)|run over|rear-ended|knock\w*|slam\w*|fell|falls|"
                 r"fall(?:ing)?|rolled|swerv\w*|veer\w*|derail\w*|plou?(?:gh|w)\w*|overturn\w*",
    "vehicle": r"cars?|vehicles?|autopilot|self-driving|autonomous|driver(?:s|less)?|trucks?|bus|"
               r"trains?|taxis?|robotaxis?|planes?|aircraft|flights?|drones?|scooters?|shuttle|"
               r"pedestrians?|cyclists?|motorists?|roads?|highway|helicopter",
    "machine": r"robot\w*|machines?|factory|warehouse|assembly line|surg\w*|device|equipment|"
               r"industrial|arm|elevator|appliance|smart home|oven|thermostat|camera",
    "money": r"dollars|euros|pounds sterling|financial(?:ly)?|overcharg\w*|debts?|fined|refunds?|"
             r"paid|bill(?:ed|ing)|stocks?|trad(?:ing|ers?)|bitcoin|investors?|incomes?|wages?|pay|"
             r"savings",
    "theft": r"stol\w*|steal\w*|theft|scam\w*|fraud\w*|swindl\w*|defraud\w*|hack\w*|extort\w*|"
             r"ransom\w*|embezzl\w*|burglar\w*|attackers?|heist|counterfeit",
    "damage": r"damag\w*|destr\w*|broke(?:n)?|breaks?|ruin\w*|fire|explod\w*|explosion|flood\w*|"
              r"wreck\w*|smash\w*|deleted|wiped",
    "denied": r"den(?:y|ied|ies|ying)|reject\w*|refus\w*|cut off|"
              r"lost (?:their|his|her) (?:jobs?|benefits?|homes?)|terminated|fired|laid off|"
              r"dismiss\w*|evict\w*|benefits?|welfare|unemploy\w*|foster|housing|loans?|mortgage|"
              r"credit|parole|bail|admission|kicked out|suspended|locked out|withheld",
    "medical": r"patients?|hospitals?|medical|health\w*|doctors?|nurses?|diagnos\w*|treatment|"
               r"medication|drug|cancer|dose|care",
    "minor": r"child\w*|kids?|teen\w*|minors?|toddler|infant|baby|boys?|girls?|students?|schools?",
    "near": r"near[- ]miss\w*|nearly|almost|narrowly|avoid\w*|avert\w*|prevent\w*|stopp?ed|"
            r"thwart\w*|foil\w*|intercept\w*|without (?:injur\w*|incident)|"
            r"no (?:one|injuries|casualties)|nobody|unharmed|intervened|disengag\w*|"
            r"took (?:over|control)|emergency|evacuat\w*|danger\w*|unsafe",
    "potential": r"could|may|might|can|potential\w*|risks?|vulnerab\w*|exploit\w*|concern\w*|"
                 r"threat\w*|flaws?|susceptible|warn\w*|fear\w*|prone|possib\w*|would",
    "laboratory": r"research\w*|stud(?:y|ies)|experiment\w*|demonstrat\w*|test\w*|scientists?|"
                  r"paper|university|proof|audit|investigation|found|report(?:ed)? by|simulat\w*|"
                  r"evaluat\w*|showed|shows|revealed",
    "offence": r"offens\w*|racis\w*|sexis\w*|slur\w*|anti-?semit\w*|hate|inappropriate|vulgar|"
               r"porn\w*|sexual\w*|explicit|obscen\w*|profan\w*|insult\w*|homophob\w*|disturbing|"
               r"violent|toxic\w*|nazi|hitler|nude\w*|graphic",
    "bias": r"bias\w*|discriminat\w*|gender\w*|race|racial\w*|black|white|women|female|male|skin|"
            r"minorit\w*|asian|african|latino|hispanic|muslim\w*|jew\w*|stereotyp\w*|dispar\w*|"
            r"dark-skinned|unfair\w*|underrepresent\w*|disproportion\w*|ethnic\w*",
    "content": r"images?|photos?|pictures?|videos?|posts?|search|results?|translat\w*|captions?|"
               r"tags?|label\w*|chatbots?|bots?|chat|conversation\w*|tweets?|text|ads?|advert\w*|"
               r"recommend\w*|articles?|books?|story|stories|autocomplete|suggest\w*|comments?|"
               r"news|content|account",
    "falsehood": r"misinform\w*|disinform\w*|fake|false\w*|incorrect\w*|hoax|fabricat\w*|"
                 r"mislead\w*|misled|conspirac\w*|propaganda|rumou?rs?|defam\w*|deepfakes?|"
                 r"impersonat\w*|mislabel\w*|misidentif\w*|mistak\w*|misclassif\w*|wrong\w*",
    "privacy": r"privacy|personal (?:data|information)|leak\w*|surveill\w*|track\w*|consent|"
               r"biometric|fac(?:ial|e) recognition|recogni[sz]\w*|monitor\w*|scrap\w*|identif\w*",
    "authority": r"police|court|lawsuit|sued|sues|judge|legal|law|officers?|authorit\w*|"
                 r"government|agency|department|charged|settle\w*|regulator\w*",
    "violence": r"attack\w*|assault\w*|stabb?\w*|shoot\w*|shot|gun\w*|weapon\w*|missile\w*|bomb\w*|"
                r"riot\w*|massacre|violen\w*|abus\w*|rape\w*|lynch\w*|terror\w*|military",
    "alleged": r"alleged\w*|reportedly|accus\w*|claim\w*|purported\w*",
    "criticised": r"critici[sz]\w*|backlash|outrage|protest\w*|controvers\w*|complain\w*|contest\w*|"
                  r"objected|apologi[sz]\w*|embarrass\w*|mock\w*",
}  # fmt: skip
_PATTERNS = tuple(re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for words in _KINDS.values())
_HURTFUL = ("dead", "injured", "arrested", "theft", "damage", "denied", "offence", "bias", "falsehood",
            "violence")  # fmt: skip
HURTFUL = re.compile("|".join(_KINDS[kind] for kind in _HURTFUL) + r"|danger\w*|unsafe")
"""Words of the kinds that hurt somebody; a phrase of several words is not found by one of them."""

NAMES = (*_KINDS, "scale", "lasting", "harmed", "people", "lost")


def marks(text: str) -> tuple[float, ...]:
    """Return one number for each of `NAMES`.

    Mentions of a kind count by the logarithm; after them the gravest harm that is said to
    have happened (scale, lasting, whether there is one), the largest count of people (scope,
    0 to 3) and the largest sum of money (its decimal logarithm).
    """
    return (*_mentions(text), *_gravest(text))


def _mentions(text: str) -> Iterator[float]:
    for pattern in _PATTERNS:
        yield math.log1p(len(pattern.findall(text)))


def _gravest(text: str) -> Iterator[float]:
    said = [sentence.text for sentence in split(text)]
    found = [harm for sentence in said for harm in harms(sentence)]
    yield max((float(harm.scale) for harm in found), default=0.0)
    yield max((float(harm.lasting) for harm in found), default=0.0)
    yield float(bool(found))
    yield max(
        (float(scope) for sentence in said for scope, _ in people(sentence)), default=0.0
    )
    sums = [
        float(number.value[0])
        for sentence in said
        for number in numbers(sentence)
        if number.kind == "money"
    ]
    yield math.log10(1 + max(sums, default=0.0))
