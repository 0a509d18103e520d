"""Where one sentence says that a thing is so, and another only that it may be."""

from functools import lru_cache

from classifier.core.words import fold, is_content, words

_HEDGES_WORDS = """
may might could perhaps possibly maybe probably allegedly supposedly purportedly suspect suspects
suspected suspicion
"""
_HEDGES = frozenset(_HEDGES_WORDS.split())
_SOFT_WORDS = """
can would should potentially likely risk risks able apparently reportedly seem seems seemed appear
appears appeared believe believes believed think thinks thought
"""
# They say less than that a thing is so: who tells it so has hedged it too.
_SOFT = frozenset(_SOFT_WORDS.split())
_REACH = 2  # content words that a hedge reaches
_BREAKS = frozenset(",;:.()\u2014\u2013!?")


def is_hedged_otherwise(claim: str, passage: str) -> bool:
    """Tell whether one of the two hedges a word that the other has without any hedge."""
    return _hedges_alone(claim, passage) or _hedges_alone(passage, claim)


def _hedges_alone(one: str, other: str) -> bool:
    hedged, _, _ = _read(one)
    _, soft, told = _read(other)
    return bool(hedged & (told - soft))


@lru_cache(maxsize=4096)
def _read(text: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return the stems that a hedge reaches, those that any softening word does, and all."""
    hedged: set[str] = set()
    soft: set[str] = set()
    told: set[str] = set()
    reach = {"hedged": 0, "soft": 0}
    end = 0
    found = words(text)
    for position, word in enumerate(found):
        folded = fold(word.text)
        if set(text[end : word.start]) & _BREAKS or folded == "but":
            reach = {"hedged": 0, "soft": 0}
        end = word.end
        following = fold(found[position + 1].text) if position + 1 < len(found) else ""
        is_month = word.text == "May"
        if folded in _HEDGES and not is_month and following != "not":
            reach = {"hedged": _REACH, "soft": _REACH}
        elif folded in _SOFT or (folded in _HEDGES and not is_month):
            reach["soft"] = _REACH
        elif is_content(word):
            told.add(word.stem)
            if reach["hedged"]:
                hedged.add(word.stem)
            if reach["soft"]:
                soft.add(word.stem)
            reach = {kind: max(0, left - 1) for kind, left in reach.items()}
    return frozenset(hedged), frozenset(soft), frozenset(told)
