"""Where two sentences about the same thing say the opposite: negation and direction."""

from functools import lru_cache

from classifier.core.opposites import is_prefixed, opposites, turned_particles
from classifier.core.synonyms import near
from classifier.core.words import Word, fold, is_content, words

_NEGATORS_WORDS = """
not no never neither nor cannot none without unless non hardly scarcely nobody nothing nowhere
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
_DOUBTS = frozenset(("unlikely", "doubtful", "implausible", "untrue"))  # that it is so
_DENIALS = frozenset(("deny", "denies", "denied", "denying"))
_LACKING = frozenset(("lack", "lacks", "lacked", "lacking", "absence"))
# What is denied as a saying; "denied the application" turns it down, and denies no statement.
_SAID_WORDS = """
that any having being it he she they this allegation allegations accusation accusations claim
claims report reports charge charges wrongdoing involvement responsibility rumor rumors
"""
_SAID = frozenset(_SAID_WORDS.split())
_LOOKED_AT = 3  # words after "denied" that tell which it is
_BREAKS = frozenset(",;:.()—\u2013!?")


def negated(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the stems of the content words said to be not so, and of those said to be so."""
    scopes, asserted = _scopes(text)
    return frozenset().union(*scopes), asserted


@lru_cache(maxsize=4096)
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
    alone = _unshared(_unmet(scopes, source_asserted), source_scopes)
    source_alone = _unshared(_unmet(source_scopes, asserted), scopes)
    turned = ((alone - asserted) & (source_asserted - source_denied)) | (
        (asserted - denied) & (source_alone - source_asserted)
    )
    mine, theirs = _neighbours(claim), _neighbours(passage)
    own, their_own = _written(claim), _written(passage)
    swapped = {
        word
        for word in mine.keys() - theirs.keys() - denied
        for other in theirs.keys() - mine.keys() - source_denied
        if (other in opposites(word) or is_prefixed(own[word], their_own[other]))
        and _meet(mine[word], theirs[other])
    }
    return tuple(sorted(turned | swapped | turned_particles(claim, passage)))


def _unmet(scopes: list[frozenset[str]], asserted: frozenset[str]) -> list[frozenset[str]]:
    """Return the scopes that the other side does not say in another way: not pass is fail."""
    return [s for s in scopes if not any(_is_said_otherwise(word, asserted) for word in s)]


def _is_said_otherwise(word: str, asserted: frozenset[str]) -> bool:
    return word not in asserted and bool(opposites(word) & asserted)


def _unshared(scopes: list[frozenset[str]], others: list[frozenset[str]]) -> frozenset[str]:
    """Return the stems of the scopes that no scope of the other side overlaps, or is near."""
    return frozenset().union(
        *(s for s in scopes if not any(_overlap(s, other) for other in others))
    )


def _overlap(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one & other) or any(near(mine, its) for mine in one for its in other)


def _meet(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    """Tell whether two neighbourhoods are of the same thing: one shared word can be chance."""
    return len(mine & theirs) >= max(1, min(_SHARED, len(mine), len(theirs)))


def is_unanswered(claim: str, passage: str) -> bool:
    """Tell whether the claim denies something and the passage neither denies nor opposes a thing."""
    scopes = [scope for scope in _scopes(claim)[0] if scope]
    if not scopes or _scopes(passage)[0]:
        return False
    own, theirs = _written(claim), _written(passage)
    return not any(
        opposites(word) & theirs.keys()
        or any(is_prefixed(own[word], other) for other in theirs.values())
        for scope in scopes
        for word in scope
    )


def agrees(word: str, claim: str, passage: str) -> bool:
    """Tell whether the passage has a stem and denies or asserts it as the claim does."""
    denied, asserted = negated(passage)
    return word in (denied if word in negated(claim)[0] else asserted)


@lru_cache(maxsize=4096)
def _neighbours(text: str) -> dict[str, frozenset[str]]:
    """Return for each stem, small words too, the content stems that stand round it."""
    found = words(text)
    near: dict[str, frozenset[str]] = {}
    for position, word in enumerate(found):
        around = found[max(0, position - _NEAR) : position + _NEAR + 1]
        stems = frozenset(other.stem for other in around if is_content(other)) - {word.stem}
        near[word.stem] = near.get(word.stem, frozenset()) | stems
    return near


def _written(text: str) -> dict[str, str]:
    return {word.stem: fold(word.text) for word in words(text)}


def _reach(found: tuple[Word, ...], position: int) -> int:
    """Return how many content words the negator at this place reaches; 0 where it is none."""
    folded = fold(found[position].text)
    following = fold(found[position + 1].text) if position + 1 < len(found) else ""
    if folded == "nothing" and following in ("to", "but"):
        return 0  # nothing to do with, nothing but
    if folded in _NEGATORS or (folded.endswith("nt") and folded[:-2] in _AUXILIARIES):
        return 0 if following in _WEAKENED else _REACH.get(folded, _FAR)
    if folded in _FAILING:
        return _FAR if following == "to" else 0
    if folded in _DOUBTS:
        return _FAR if following in ("that", "to", "whether") else 0
    if folded in _DENIALS:
        after = [fold(word.text) for word in found[position + 1 : position + 1 + _LOOKED_AT]]
        said = any(word in _SAID or word.endswith("ing") for word in after)
        return _FAR if said and after[0] != "by" else 0
    return _FAR if folded in _LACKING else 0


_AUXILIARIES_WORDS = """
is are was were do does did has have had wo would could should ca need ai
"""
_AUXILIARIES = frozenset(_AUXILIARIES_WORDS.split())
