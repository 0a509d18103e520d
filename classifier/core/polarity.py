"""Where two sentences about the same thing say the opposite: negation and direction."""

from collections.abc import Iterator

from classifier.core.words import Word, fold, is_content, stem, words

_NEGATORS_WORDS = """
not no never neither nor cannot none without unless non hardly scarcely
"""
_NEGATORS = frozenset(_NEGATORS_WORDS.split())
# Content words that a negator reaches: "did not, in the end, publish the results".
_REACH = {"no": 2, "non": 1, "without": 2, "unless": 2}
_FAR = 3
_SHARED = 2  # words that two neighbourhoods share when they are about the same thing
_NEAR = 3  # words to each side, within which an opposite is about the same thing
# "Not only code" and "not merely memorising" deny nothing.
_WEAKENED = frozenset(
    ["only", "merely", "just", "simply", "solely", "exclusively", "necessarily"]
)
_FAILING_WORDS = """
fail fails failed failing unable refuse refuses refused decline declines declined
"""
_FAILING = frozenset(_FAILING_WORDS.split())
_DENYING_WORDS = """
deny denies denied denying lack lacks lacked lacking absence
"""
_DENYING = frozenset(_DENYING_WORDS.split())
_BREAKS = frozenset(",;:.()—\u2013!?")

_PAIRS = (
    "increase decrease", "increase reduce", "increase decline", "rise fall", "grow shrink",
    "raise lower", "more less", "more fewer", "higher lower", "better worse", "improve worsen",
    "strengthen weaken", "before after", "always never", "all none", "success failure",
    "succeed fail", "win lose", "accept reject", "allow ban", "allow forbid", "permit prohibit",
    "approve reject", "legal illegal", "broad narrow", "easy difficult", "easy hard",
    "majority minority", "male female", "alive dead", "guilty innocent", "convict acquit",
    "activate suppress", "activate deactivate", "internal external", "positive negative",
    "likely unlikely", "active dormant", "enable disable", "enable prevent", "cause prevent",
    "start stop", "begin end", "open close", "early late", "large small", "big small",
    "fast slow", "quick slow", "strong weak", "safe dangerous", "simple complex", "public secret",
    "same different", "support oppose", "include exclude", "visible hidden", "amplify suppress",
    "amplify reduce", "boost reduce", "buy sell", "gain loss", "hire fire", "arrive leave",
    "confirm deny", "admit deny", "better worsen", "improve worse", "aggravate improve",
    "with without", "high low", "many few", "upper lower", "first last", "major minor",
    "permanent temporary", "reversible permanent", "common rare", "often rarely",
    "plaintiff defendant", "wide narrow", "strengthen suppress", "increase suppress", "encourage discourage", "help hinder",
    "allow block", "allow prevent", "create destroy", "accept refuse", "add remove", "include omit",
    "join leave", "attack defend", "hide reveal", "expand reduce", "boost suppress",
    "strengthen reduce", "worsen reduce", "worsen suppress", "credit blame", "preserve destroy", "harmless dangerous", "win defeat",
)  # fmt: skip
_NEGATIVE_PREFIXES_WORDS = """
un in im ir il dis mis non de anti
"""
_NEGATIVE_PREFIXES = _NEGATIVE_PREFIXES_WORDS.split()


def negated(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the stems of the content words said to be not so, and of those said to be so."""
    scopes, asserted = _scopes(text)
    return frozenset().union(*scopes), asserted


def _scopes(text: str) -> tuple[list[frozenset[str]], frozenset[str]]:
    """Return the stems that each negator reaches, and the stems that none does."""
    scopes: list[set[str]] = []
    asserted: set[str] = set()
    reach = 0
    previous_end = 0
    found = words(text)
    for position, word in enumerate(found):
        if set(text[previous_end : word.start]) & _BREAKS or fold(word.text) == "but":
            reach = 0
        previous_end = word.end
        opened = _reach(found, position)
        if opened:
            reach = opened
            scopes.append(set())
        elif is_content(word):
            (scopes[-1] if reach else asserted).add(word.stem)
            reach = max(0, reach - 1)
    return [frozenset(scope) for scope in scopes], frozenset(asserted)


def opposites(word: str) -> frozenset[str]:
    """Return the stems that say the opposite of a stem, by table or by prefix."""
    prefixed = {prefix + word for prefix in _NEGATIVE_PREFIXES if len(word) >= 3}
    bare = {
        word.removeprefix(prefix)
        for prefix in _NEGATIVE_PREFIXES
        if word.startswith(prefix) and len(word) - len(prefix) >= 3
    }
    return _OPPOSITES.get(word, frozenset()) | prefixed | bare


def reversed_terms(claim: str, passage: str) -> tuple[str, ...]:
    """Return the claim's stems that the passage denies, or whose opposite it has instead.

    An opposite counts only beside a word that both have: "less active" against "more
    active", and not against "more examples".
    """
    scopes, asserted = _scopes(claim)
    source_scopes, source_asserted = _scopes(passage)
    denied: frozenset[str] = frozenset().union(*scopes)
    source_denied: frozenset[str] = frozenset().union(*source_scopes)
    # Where both deny the same word, they differ only in what else the negator reaches:
    # "did not anticipate the results" and "did not anticipate these findings" agree.
    alone = _unshared(scopes, source_scopes)
    source_alone = _unshared(source_scopes, scopes)
    turned = ((alone - asserted) & (source_asserted - source_denied)) | (
        (asserted - denied) & (source_alone - source_asserted)
    )
    mine, theirs = _neighbours(claim), _neighbours(passage)
    swapped = {
        word
        for word in mine.keys() - theirs.keys() - denied
        for other in opposites(word) & (theirs.keys() - mine.keys() - source_denied)
        if _meet(mine[word], theirs[other])
    }
    return tuple(sorted(turned | swapped))


def _unshared(scopes: list[frozenset[str]], others: list[frozenset[str]]) -> frozenset[str]:
    """Return the stems of the scopes that no scope of the other side overlaps."""
    return frozenset().union(*(s for s in scopes if not any(s & other for other in others)))


def _meet(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    """Tell whether two neighbourhoods are of the same thing: one shared word can be chance."""
    return len(mine & theirs) >= max(1, min(_SHARED, len(mine), len(theirs)))


def agrees(word: str, claim: str, passage: str) -> bool:
    """Tell whether the passage has a stem and denies or asserts it as the claim does."""
    denied, asserted = negated(passage)
    return word in (denied if word in negated(claim)[0] else asserted)


def _neighbours(text: str) -> dict[str, frozenset[str]]:
    """Return for each stem, small words too, the content stems that stand round it."""
    found = words(text)
    near: dict[str, frozenset[str]] = {}
    for position, word in enumerate(found):
        around = found[max(0, position - _NEAR) : position + _NEAR + 1]
        stems = frozenset(other.stem for other in around if is_content(other)) - {word.stem}
        near[word.stem] = near.get(word.stem, frozenset()) | stems
    return near


def _reach(found: tuple[Word, ...], position: int) -> int:
    """Return how many content words the negator at this place reaches; 0 where it is none."""
    folded = fold(found[position].text)
    following = fold(found[position + 1].text) if position + 1 < len(found) else ""
    if folded in _NEGATORS or (folded.endswith("nt") and folded[:-2] in _AUXILIARIES):
        return 0 if following in _WEAKENED else _REACH.get(folded, _FAR)
    if folded in _FAILING:
        return _FAR if following == "to" else 0
    return _FAR if folded in _DENYING else 0


_AUXILIARIES_WORDS = """
is are was were do does did has have had wo would could should ca need
"""
_AUXILIARIES = frozenset(_AUXILIARIES_WORDS.split())


def _table() -> Iterator[tuple[str, str]]:
    for pair in _PAIRS:
        left, right = (stem(word) for word in pair.split())
        yield left, right
        yield right, left


_OPPOSITES: dict[str, frozenset[str]] = {}
for _left, _right in _table():
    _OPPOSITES[_left] = _OPPOSITES.get(_left, frozenset()) | {_right}
