"""Whole phrases of a text, each with what can be said of it: what a but-for slot is chosen from.

A phrase begins and ends where a reader could begin and end it. What is said of it are names
of features with values; a model of weights by those names ranks phrases for a slot.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from classifier.core.constituents import clause_end, is_name, predicate_end
from classifier.core.harm import PERSONS, Harm, harms
from classifier.core.harmwords import HURTFUL
from classifier.core.systems import CONSEQUENCE, DOING, KIND, KNOWN
from classifier.core.types import Sentence
from classifier.core.verbs import ACTS, PAST
from classifier.core.words import stem

Features = Mapping[str, float]

_LONGEST = 30  # words
_READ = 200  # words of a sentence: no sentence of prose has more, and the time grows with their square
_KINDS = {
    "article": "a an the its his her their this that these those some any one each every all "
               "both no many several such",
    "preposition": "of in on at by for with from to into over under about after before against "
                   "between during through without within among as than via toward towards "
                   "behind upon out off up down near across",
    "joint": "and or but nor yet so while although though whereas because since if unless until "
             "once",
    "relative": "that which who whom whose where when what how why",
    "auxiliary": "is are was were be been being has have had do does did will would can could may "
                 "might shall should must cannot",
    "pronoun": "it he she they him them i we you her us itself themselves nobody anyone someone",
    "hedge": "reportedly allegedly apparently purportedly supposedly likely possibly alleged "
             "purported reported",
    "adverb": "also then not never however therefore later still only even again already just "
              "soon wrongly falsely",
    # Words by which a wire speaks of its sources and not of what happened.
    "told": "record records database lists list dates dated names reports entry according title "
            "advisory references reference inquiry source sources case",
    "of": "of",
    "to": "to",
    "and": "and or",
    "role": "as",
    "person's clause": "who whom",
    "thing": "it they itself themselves",
    # Of verbs of making and using: they are said of the noun before them.
    "participle": "used trained made built developed deployed designed operated sold based called "
                  "named known owned installed created programmed written meant intended employed",
}  # fmt: skip
_LISTED = {kind: frozenset(words.split()) for kind, words in _KINDS.items()}
_IRREGULAR_WORDS = """
gave told made took sent left led lost won found kept said paid drew drove fell felt got held knew
let met put ran saw sold set sat spoke stood taught thought wrote began became brought built came
chose cut did fed hid hit hurt rose sank shot shut slept spent stole struck swore threw understood
woke wore broke caught died lay dealt sued showed went goes makes uses gives says ate flew grew
lied tied
"""
_IRREGULAR = frozenset(_IRREGULAR_WORDS.split()) | PAST
_WORD = re.compile(r"[$€£]?\d+(?:[.,]\d+)*%?(?![^\W_])|[^\W_]+(?:[-'\u2019.][^\W_]+)*")
_YEAR = re.compile(r"(?:19|20)\d\d")
_MONTH_WORDS = """
january february march april may june july august september october november december
"""
_MONTHS = frozenset(_MONTH_WORDS.split())
_BREAK = re.compile(r"[,;:()\u2014\u2013\"\u201c\u201d]")
_SYSTEM_WORD = re.compile(
    rf"(?:{KIND}|{KNOWN}|tools?|apps?|platforms?|programs?|services?|filters?|detectors?|engines?|"
    r"scanners?|cars?|vehicles?|drones?|profiles?|fleet|scores?|features?|page|voice|videos?|"
    r"products?|technolog(?:y|ies)|moderation|recognition|generators?|cameras?|speakers?)",
    re.IGNORECASE,
)
_LOOSE_SYSTEM_WORD = re.compile(
    r"page|voice|videos?|scores?|features?|products?|programs?|services?|moderation|cameras?|filters?|profiles?",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"\b(?:record|database|lists|reports?|entry|references?|dates? the|names)\b", re.IGNORECASE
)
# What a record says of itself: whom it lists, when it was made, how many reports it has.
_OF_RECORD = re.compile(
    r"^(?:The|This|Its?) (?:[\w-]+ ){0,4}(?:record|database|entry|advisory)\b[^,;]*?"
    r"\b(?:names|lists|dates|references|counts|gives|tells|describes)\b|"
    r"\b(?:is|are) named as\b|\bas (?:those|the (?:people|parties)|the) (?:harmed|deployer|developer)",
    re.IGNORECASE,
)
_MAY_PRECEDE = frozenset(
    ("preposition", "joint", "relative", "auxiliary", "verb", "hedge", "adverb")
)
_BEGINS_PREDICATE = frozenset(("verb", "auxiliary", "hedge"))
_MAY_NOT_BEGIN = frozenset(("joint", "preposition"))
_MAY_NOT_END = frozenset(
    ("article", "preposition", "joint", "relative", "auxiliary", "adverb", "hedge")
)
_LENGTHS = (1, 2, 3, 4, 6, 8, 11, 15, 20, _LONGEST)
_REACH = 4  # words between a system and what it did


@dataclass(frozen=True, slots=True)
class Phrase:
    """`sentence.text[start:end]`, and what can be said of it."""

    sentence: Sentence
    start: int
    end: int
    features: Features

    @property
    def text(self) -> str:
        return self.sentence.text[self.start : self.end]

    def has(self, kind: str) -> bool:
        """Tell whether a word of this kind is in it: system, verb, harm, told, provider, ..."""
        return f"has {kind}" in self.features


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    kinds: frozenset[str]
    breaks: bool
    """Whether a comma or another mark stands before it."""


@dataclass(frozen=True, slots=True)
class _Scene:
    """A sentence as it is read for phrases, and where it stands in the text."""

    sentence: Sentence
    tokens: tuple[_Token, ...]
    harms: tuple[Harm, ...]
    gravest: int
    """The scale of the gravest harm of the whole text."""
    said: Features
    """What is said of every phrase of the sentence."""
    systems: tuple[int, ...]
    is_first_system: bool
    """Whether the text's first system is in the sentence."""


def phrases(sentences: Sequence[Sentence], providers: Sequence[str]) -> tuple[Phrase, ...]:
    """Return the phrases of the sentences in order; `providers` are names to look out for."""
    owned = frozenset(word.lower() for name in providers for word in name.split())
    found = [harms(sentence.text) for sentence in sentences]
    gravest = max((harm.scale for own in found for harm in own), default=0)
    result: list[Phrase] = []
    seen = False
    for n, (sentence, own) in enumerate(zip(sentences, found, strict=True)):
        tokens = tuple(islice(_tokens(sentence.text, own, owned), _READ))
        systems = tuple(place for place, t in enumerate(tokens) if "system" in t.kinds)
        first = bool(systems) and not seen
        seen = seen or first
        said = _said(sentence.text, tokens, n, last=n == len(sentences) - 1, first=first)
        scene = _Scene(sentence, tokens, own, gravest, said, systems, first)
        result.extend(_of(scene))
    return tuple(result)


def _tokens(text: str, found: Sequence[Harm], owned: frozenset[str]) -> Iterator[_Token]:
    before = 0
    for place, match in enumerate(_WORD.finditer(text)):
        in_harm = any(harm.start <= match.start() < harm.end for harm in found)
        kinds = set(_kinds(match.group(), owned, is_first=place == 0))
        kinds |= {"harm"} if in_harm else set()
        breaks = bool(_BREAK.search(text, before, match.start()))
        yield _Token(match.start(), match.end(), frozenset(kinds or {"plain"}), breaks)
        before = match.end()


def _kinds(word: str, owned: frozenset[str], *, is_first: bool) -> Iterator[str]:
    folded = word.lower()
    bare = re.sub(r"['\u2019]s$", "", word)
    yield from (kind for kind, listed in _LISTED.items() if folded in listed)
    system = bool(_SYSTEM_WORD.fullmatch(bare))
    signs = {
        "verb": _is_verb(folded),
        "ing": folded.endswith("ing") and len(folded) > 5,
        "person": stem(folded) in PERSONS,
        "hurtful": bool(HURTFUL.fullmatch(folded)),
        "date": bool(_YEAR.fullmatch(word)) or (word[0].isupper() and folded in _MONTHS),
        "system": system,
        "named system": system and not _LOOSE_SYSTEM_WORD.fullmatch(bare),
        "capital": word[0].isupper() and not is_first,
        "number": any(character.isdigit() for character in word),
        "provider": bare.lower() in owned,
    }
    yield from (kind for kind, holds in signs.items() if holds)


def _is_verb(folded: str) -> bool:
    past = folded.endswith("ed") and len(folded) > 4
    return past or folded in _IRREGULAR or stem(folded) in ACTS


def _said(
    text: str, tokens: Sequence[_Token], n: int, *, last: bool, first: bool
) -> dict[str, float]:
    stated = {
        f"sentence {min(n, 4)}": True,
        "sentence is last": last,
        "sentence tells": bool(_TOLD.search(text)),
        "sentence is of the record": bool(_OF_RECORD.search(text)),
        "sentence has a first system": first,
        "sentence has an act": bool(DOING.search(text)),
        "sentence has a consequence": bool(CONSEQUENCE.search(text)),
    }
    kinds = frozenset[str]().union(*(token.kinds for token in tokens))
    stated |= {
        f"sentence has {k}": k in kinds for k in ("system", "harm", "hedge", "provider")
    }
    return {name: 1.0 for name, holds in stated.items() if holds}


def _of(scene: _Scene) -> Iterator[Phrase]:
    tokens = scene.tokens
    kinds, breaks = [token.kinds for token in tokens], [token.breaks for token in tokens]
    for first in range(len(tokens)):
        if not _may_begin(tokens, first):
            continue
        last = predicate_end(kinds, breaks, first)
        whole = clause_end(kinds, breaks, first)
        before = kinds[first - 1] if first else frozenset[str]()
        for end in range(first + 1, min(len(tokens), first + _LONGEST) + 1):
            if _may_end(tokens, end):
                features = _features(scene, first, end)
                features["is a predicate"] = float(end <= last)
                features["is in a clause"] = float(end <= whole)
                features["is a name"] = float(
                    is_name(kinds[first:end], breaks[first:end], before)
                )
                yield Phrase(
                    scene.sentence, tokens[first].start, tokens[end - 1].end, features
                )


def _may_begin(tokens: Sequence[_Token], first: int) -> bool:
    own = tokens[first]
    if own.kinds & _MAY_NOT_BEGIN:
        return False
    if first == 0 or own.breaks:
        return True
    before = tokens[first - 1].kinds
    if "date" in before and "article" in own.kinds:
        return True
    if "article" in before and "relative" not in before:
        return False
    return bool(before & _MAY_PRECEDE or own.kinds & _BEGINS_PREDICATE)


def _may_end(tokens: Sequence[_Token], end: int) -> bool:
    if tokens[end - 1].kinds & _MAY_NOT_END:
        return False
    if end == len(tokens) or tokens[end].breaks:
        return True
    return bool(tokens[end].kinds & _MAY_PRECEDE) and "of" not in tokens[end].kinds


def _features(scene: _Scene, first: int, end: int) -> dict[str, float]:
    tokens = scene.tokens
    length = end - first
    found = dict(scene.said)
    found |= {f"{name}, by length": length / 10 for name in scene.said}
    found |= {f"begins with {kind}": 1.0 for kind in tokens[first].kinds}
    found |= {f"ends with {kind}": 1.0 for kind in tokens[end - 1].kinds}
    found |= {f"after {kind}": 1.0 for kind in _beside(tokens, first - 1, first)}
    found |= {f"before {kind}": 1.0 for kind in _beside(tokens, end, end)}
    for token in tokens[first:end]:
        for kind in token.kinds:
            found[f"has {kind}"] = 1.0
            found[f"count of {kind}"] = found.get(f"count of {kind}", 0.0) + 1 / 3
    found[f"length {next(most for most in _LENGTHS if length <= most)}"] = 1.0
    found |= {"length": length / 10, "length squared": (length / 10) ** 2}
    found["breaks inside"] = float(sum(token.breaks for token in tokens[first + 1 : end]))
    found |= dict.fromkeys(_relations(scene, first, end), 1.0)
    return found


def _parts(tokens: Sequence[_Token], place: int) -> bool:
    """Tell whether an article begins another noun here: `Friday | the hospital`."""
    before = tokens[place - 1].kinds
    return "article" in tokens[place].kinds and not before & (_MAY_PRECEDE | {"article"})


def _beside(tokens: Sequence[_Token], place: int, gap: int) -> frozenset[str]:
    """Return the kinds of the word beside a phrase, or what stands between."""
    if not 0 <= place < len(tokens):
        return frozenset(("edge",))
    return frozenset(("mark",)) if tokens[gap].breaks else tokens[place].kinds


def _relations(scene: _Scene, first: int, end: int) -> Iterator[str]:
    """Yield how a phrase stands to the sentence's verb, systems and harms."""
    tokens = scene.tokens
    start, stop = tokens[first].start, tokens[end - 1].end
    verbs = (n for n, token in enumerate(tokens) if token.kinds & {"verb", "auxiliary"})
    verb = next(verbs, len(tokens))
    own = [harm for harm in scene.harms if start <= harm.start and harm.end <= stop]
    near = range(max(0, first - _REACH), first)
    stated = {
        "joins two nouns": any(_parts(tokens, n) for n in range(first + 1, end)),
        "is before the verb": end <= verb,
        "begins at the verb": first == verb,
        "goes round the verb": first < verb < end,
        "is a whole sentence": first == 0 and end == len(tokens),
        "holds the first system": any(first <= n < end for n in scene.systems[:1]),
        "holds the text's first system": scene.is_first_system
        and any(first <= n < end for n in scene.systems[:1]),
        "is after a system": any(n < first for n in scene.systems[:1]),
        "is right after a system": first - 1 in scene.systems,
        "is soon after a system": any(n in scene.systems for n in near),
        "holds a harm": bool(own),
        "holds the gravest harm": any(harm.scale == scene.gravest for harm in own),
        "holds a grave harm": any(harm.scale > 1 for harm in own),
        "holds an act": bool(DOING.search(scene.sentence.text, start, stop)),
        "holds a consequence": bool(CONSEQUENCE.search(scene.sentence.text, start, stop)),
    }
    yield from (name for name, holds in stated.items() if holds)
