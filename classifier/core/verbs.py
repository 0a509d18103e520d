"""Verbs by which somebody is said to have done or said a thing."""

from classifier.core.words import Word, fold, stem

_ACTS_WORDS = """
accuse acknowledge add admit agree allege announce apologize argue ask blame build claim
conclude concede conduct confirm create criticize defend demand demonstrate deny describe
develop disclose discover explain file find fine identify indicate insist introduce
investigate launch locate note observe order pledge point promise propose publish release
report reveal rule say state study sue suggest tell term test train trace uncover use warn write
analyze show research
"""
# What a party to a story does: these verbs tell an actor from a thing described.
ACTS = frozenset(stem(verb) for verb in _ACTS_WORDS.split())
_PAST_WORDS = """
beat bought sold paid gave took sent said won lost hit struck shot caught found made led left
taught built chose drove fought held kept knew overtook saw sought spent stole thought wrote
broke began told fed hid hurt overrode rode ran shook spoke stood swore threw wore withdrew
"""
# Of verbs that make their past in their own way.
PAST = frozenset(_PAST_WORDS.split())
_BASE_WORDS = """
pay beat buy sell give take send win lose hit strike shoot catch find make lead leave teach build
fight hold keep seek steal hire fire ban copy follow cite quote praise help attack defeat replace
support oppose trust call contact block
"""
_BASE = frozenset(_BASE_WORDS.split())


def is_told(word: Word) -> bool:
    """Tell whether a word is such a verb, in the past or after a name or a `to`."""
    folded = fold(word.text)
    if not word.text.islower():
        return False
    return folded.endswith("ed") or folded in PAST or folded in _BASE or word.stem in ACTS
