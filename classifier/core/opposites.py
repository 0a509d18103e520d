"""Words that say the opposite of one another, by table and by prefix."""

from collections.abc import Iterator

from classifier.core.words import fold, stem, words

_PAIRS = (
    # more and less, up and down
    "increase decrease", "increase reduce", "increase decline", "increase drop", "rise fall",
    "rise drop", "climb fall", "grow shrink", "raise lower", "double halve", "expand reduce",
    "inflate deflate", "overestimate underestimate", "more less", "more fewer", "most least",
    "most fewest", "higher lower", "high low", "upper lower", "many few", "maximum minimum",
    "above below", "major minor", "large small", "big small", "tall short", "long short",
    "wide narrow", "broad narrow", "deep shallow", "thick thin", "heavy light", "strong weak",
    "strengthen weaken", "strengthen reduce", "strengthen suppress", "amplify suppress",
    "amplify reduce", "boost reduce", "boost suppress", "increase suppress", "expensive cheap",
    "rich poor", "full empty", "sufficient lacking",
    # better and worse
    "better worse", "better worsen", "best worst", "improve worsen", "improve worse",
    "aggravate improve", "worsen reduce", "worsen suppress", "superior inferior", "clean dirty",
    "healthy sick", "healthy ill", "positive negative", "harmless dangerous", "safe dangerous",
    "safe vulnerable", "secure vulnerable", "polite rude", "friendly hostile", "kind cruel",
    "calm angry", "happy sad", "peaceful violent", "optimistic pessimistic",
    # time and order
    "before after", "always never", "early late", "earlier later", "first last", "often rarely",
    "often seldom", "common rare", "frequent rare", "former current", "previous next",
    "past future", "old new", "young old", "ancient modern", "permanent temporary",
    "lasting temporary", "reversible permanent", "sudden gradual", "day night",
    "morning evening", "senior junior", "fast slow", "quick slow", "faster slower",
    # beginning and ending, coming and going
    "start stop", "begin end", "begin stop", "begin finish", "continue stop", "continue cease",
    "continue end", "resume suspend", "launch cancel", "launch suspend", "open close",
    "activate suppress", "suspend reinstate", "suspend restore", "revoke reinstate",
    "revoke restore", "suspend lift", "ban lift", "impose lift", "withdraw reinstate",
    "withdraw restore", "pause resume", "halt resume", "stop resume", "pay avoid", "pay escape", "activate deactivate", "active dormant", "active passive", "arrive leave",
    "arrive depart", "enter exit", "enter leave", "join leave", "stay leave", "remain leave",
    "stop accelerate", "brake accelerate", "slow accelerate", "survive die", "live die",
    "alive dead", "awake asleep", "conscious asleep", "sober drunk",
    # having and losing, giving and taking
    "win lose", "win defeat", "winner loser", "gain loss", "gain lose", "earn lose",
    "profit loss", "buy sell", "buyer seller", "lend borrow", "hire fire", "hire dismiss",
    "employ dismiss", "create destroy", "create delete", "build destroy", "build demolish",
    "preserve destroy", "repair damage", "repair break", "add remove", "insert delete",
    "install remove", "keep delete", "keep discard", "keep destroy", "keep remove",
    "retain delete", "retain discard", "store delete", "write erase", "include exclude",
    "include omit", "attach detach", "upload download", "encrypt decrypt", "import export",
    "combine separate", "merge split", "unite divide",
    # yes and no
    "accept reject", "accept refuse", "accept decline", "allow ban", "allow forbid",
    "allow block", "allow prevent", "allow prohibit", "permit prohibit", "permit forbid",
    "permit block", "let block", "approve reject", "approve deny", "approve veto", "grant deny",
    "grant refuse", "grant reject", "adopt reject", "adopt abandon", "pass reject", "pass fail",
    "ratify reject", "uphold reverse", "uphold overturn", "uphold reject", "affirm overturn",
    "affirm reverse", "confirm deny", "confirm refute", "admit deny", "admit conceal",
    "agree refuse", "support oppose", "endorse oppose", "endorse condemn", "favor oppose",
    "back oppose", "praise criticize", "praise condemn", "praise blame", "credit blame",
    "encourage discourage", "enable disable", "enable prevent", "cause prevent",
    "happen prevent", "help hinder", "help harm", "benefit harm", "protect endanger",
    "protect harm", "attack defend", "warn reassure", "criticize defend", "criticize endorse", "oppose welcome",
    "accuse absolve", "blame absolve", "welcome condemn", "reject endorse", "reject welcome", "obey ignore", "follow ignore",
    "heed ignore", "trust doubt", "believe doubt", "love hate", "complete abandon",
    "success failure", "succeed fail", "detect miss", "detect overlook", "notice overlook",
    "hit miss", "remember forget",
    # law
    "legal illegal", "lawful illegal", "legal unlawful", "legitimate illegal", "guilty innocent",
    "convict acquit", "accuse exonerate", "arrest release", "detain release", "jail release",
    "imprison release", "plaintiff defendant", "voluntary mandatory", "voluntary compulsory",
    "optional mandatory", "optional compulsory",
    # seen and hidden, true and false
    "visible hidden", "hide reveal", "hide show", "conceal reveal", "conceal disclose",
    "withhold disclose", "withhold release", "withhold publish", "publish retract",
    "publish withdraw", "public secret", "public private", "public confidential",
    "red green", "right wrong", "correct wrong", "true false", "accurate wrong", "right incorrect",
    "accurate incorrect", "fake genuine", "fake real", "fake authentic", "forged genuine",
    "counterfeit genuine", "artificial natural", "synthetic real", "simulated real",
    "original plagiarize", "original copied", "honest deceptive", "truthful deceptive",
    "certain doubtful", "likely unlikely",
    # kind and place
    "same different", "simple complex", "easy difficult", "easy hard", "partial complete",
    "partly fully", "partly wholly", "manual automatic", "internal external", "inside outside",
    "domestic foreign", "civilian military", "rural urban", "online offline", "north south",
    "east west", "northern southern", "eastern western", "majority minority", "presence absence", "present absent", "all none",
    "with without", "both neither", "everyone nobody", "everybody nobody", "everything nothing",
    # people
    "male female", "man woman", "boy girl", "father mother", "son daughter", "brother sister",
    "husband wife", "adult child", "teacher student", "doctor patient", "driver passenger",
    "driver pedestrian", "employer employee", "landlord tenant",
)  # fmt: skip
# Where these turn round, and with them who is compared, the sentence says the same again:
# one came before the other, the other came after the one.
_CONVERSE = (
    "before after", "more less", "more fewer", "most least", "higher lower", "above below",
    "better worse", "best worst", "earlier later", "early late", "first last", "faster slower",
    "fast slow", "large small", "big small", "strong weak", "old new", "young old", "many few",
)  # fmt: skip
# Small words after a verb of which it takes its sense: switched off, logged in.
_PARTICLES = {
    "on": ("off", frozenset(stem(verb) for verb in ("switch", "turn", "power"))),
    "in": ("out", frozenset(stem(verb) for verb in ("log", "sign", "opt"))),
    "up": ("down", frozenset(stem(verb) for verb in ("speed", "scale", "ramp"))),
}
_TO_PARTICLE = 3  # words between the verb and its particle: switched the cameras off
_NEGATIVE_PREFIXES_WORDS = """
un in im ir il dis mis non de anti
"""
_NEGATIVE_PREFIXES = _NEGATIVE_PREFIXES_WORDS.split()
_SHORTEST = 3  # letters of a stem that a prefix turns round


def opposites(word: str) -> frozenset[str]:
    """Return the stems that say the opposite of a stem, by table or by prefix."""
    prefixed = {prefix + word for prefix in _NEGATIVE_PREFIXES if len(word) >= _SHORTEST}
    bare = {
        word.removeprefix(prefix)
        for prefix in _NEGATIVE_PREFIXES
        if word.startswith(prefix) and len(word) - len(prefix) >= _SHORTEST
    }
    return _OPPOSITES.get(word, frozenset()) | prefixed | bare


def is_prefixed(one: str, other: str) -> bool:
    """Tell whether one word is the other with a prefix that turns it round, as unlawful is.

    Their stems may have nothing in common: that of a longer word is cut shorter.
    """
    longer, shorter = sorted((one, other), key=len, reverse=True)
    return len(shorter) >= _SHORTEST and any(
        longer == prefix + shorter for prefix in _NEGATIVE_PREFIXES
    )


def turned_particles(claim: str, passage: str) -> frozenset[str]:
    """Return the claim's particles whose opposite the passage has after the same verb."""
    mine, theirs = _particled(claim), _particled(passage)
    return frozenset(
        particle for verb, particle in mine - theirs if (verb, _TURNED[particle]) in theirs
    )


def _particled(text: str) -> frozenset[tuple[str, str]]:
    found = words(text)
    pairs: set[tuple[str, str]] = set()
    for position, word in enumerate(found):
        for following in found[position + 1 : position + 2 + _TO_PARTICLE]:
            particle = fold(following.text)
            if word.stem in _OF_PARTICLE.get(particle, ()):
                pairs.add((word.stem, particle))
                break
    return frozenset(pairs)


def is_converse(word: str) -> bool:
    """Tell whether a stem's opposite says the same again of the two things compared."""
    return word in _CONVERSES


def have_converse(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    """Tell whether of two such opposites each text has the one that the other has not."""
    own, their_own = mine - theirs, theirs - mine
    return any(
        word in _CONVERSES and _OPPOSITES.get(word, frozenset()) & their_own for word in own
    )


def _stems(pairs: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for pair in pairs:
        left, right = (stem(word) for word in pair.split())
        if left != right:
            yield left, right
            yield right, left


_TURNED = {
    one: other
    for left, (right, _) in _PARTICLES.items()
    for one, other in ((left, right), (right, left))
}
_OF_PARTICLE = {
    particle: verbs
    for left, (right, verbs) in _PARTICLES.items()
    for particle in (left, right)
}
_CONVERSES = frozenset(left for left, _ in _stems(_CONVERSE))
_OPPOSITES: dict[str, frozenset[str]] = {}
for _left, _right in _stems(_PAIRS):
    _OPPOSITES[_left] = _OPPOSITES.get(_left, frozenset()) | {_right}
