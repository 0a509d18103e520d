"""Whether the full stop after a word ends a sentence, or belongs to the word."""

import re

_LETTERS = re.compile(r"(?:[^\W\d_]\.)+")
_INITIAL = re.compile(r"[^\W\d_]\.")

_TITLES_WORDS = """
mr mrs ms mx dr prof st gen sen rep gov lt col capt cpl sgt maj rev hon pres supt e.g i.e cf
viz vs v approx ca resp incl esp ft mt a.k.a z.b d.h u.a bzw ca mme mlle sr sra srta dott
"""
# A name or a number follows: the stop never ends a sentence.
_TITLES = frozenset(_TITLES_WORDS.split())
_NUMBERED_WORDS = """
no nos fig figs sec secs art arts eq eqs ch vol vols p pp par para est nr núm
"""
# Ends no sentence where a number follows.
_NUMBERED = frozenset(_NUMBERED_WORDS.split())
_SHORTENED_WORDS = """
inc ltd co corp llc plc bros dept univ assn al jr sr ph.d m.d b.a m.a ave blvd rd ed eds
"""
# Ends a sentence only where the next word is one that begins sentences.
_SHORTENED = frozenset(_SHORTENED_WORDS.split())
_CALENDAR_WORDS = """
Jan Feb Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec Mon Tue Tues Wed Thu Thurs Fri Sat Sun
"""
# The same, but only with a capital: "there it sat" ends a sentence.
_CALENDAR = frozenset(_CALENDAR_WORDS.split())
_HOURS = frozenset(("a.m", "p.m"))
_AFTER_HOURS_WORDS = """
monday tuesday wednesday thursday friday saturday sunday january february march april may june
july august september october november december est edt cst cdt mst mdt pst pdt et ct mt pt gmt
utc bst cet cest ist jst aest eastern central pacific mountain local greenwich
"""
_AFTER_HOURS = frozenset(_AFTER_HOURS_WORDS.split())
_MONTHS_WORDS = """
januar februar märz april mai juni juli august september oktober november dezember
"""
# In German the day of a date has a stop: am 3. Mai.
_MONTHS = frozenset(_MONTHS_WORDS.split())
_LETTERED_WORDS = """
vitamin plan type class grade group option hepatitis phase level tier category variant model
version team gate platform
"""
# A letter after these is no initial of a name.
_LETTERED = frozenset(_LETTERED_WORDS.split())
_BEGINNINGS_WORDS = """
a an the this that these those it its he she they we i you his her their our my there in on
at by for from with without to of as if when while where after before since during but and or
so yet nor however although though because meanwhile then thus therefore instead moreover
furthermore also not no all some many most both each every another what which who how why
once until under over about among according despite such nobody none nothing everybody everyone
everything somebody someone something several here later earlier today only even still one two
three four five six seven eight nine ten
"""
_BEGINNINGS = frozenset(_BEGINNINGS_WORDS.split())


def ends(words: list[str], following: str, *, cited: bool) -> bool:
    """Tell whether the stop of the last of these words ends their sentence.

    `following` is the word that would begin the next one, and `cited` says that a citation
    stands between the two, which marks an end where an abbreviation leaves it open.
    """
    word = words[-1]
    key, next_word = word.rstrip(".").lower(), following.lower()
    if len(words) == 1 and key.isdigit():
        return False  # the number of a list's item or of a heading
    if key in _TITLES or (key.isdigit() and len(key) < 3 and next_word in _MONTHS):
        return False
    if key in _NUMBERED and following.isdigit():
        return False
    if key in _HOURS and len(words) > 1 and words[-2][-1:].isdigit():
        return next_word not in _AFTER_HOURS
    if _is_shortened(word, key) or _is_initial(words):
        return cited or next_word in _BEGINNINGS
    return True


def _is_shortened(word: str, key: str) -> bool:
    if word.rstrip(".") in _CALENDAR or key in _SHORTENED:
        return True
    return bool(_LETTERS.fullmatch(word)) and not _INITIAL.fullmatch(word)


def _is_initial(words: list[str]) -> bool:
    before = words[-2].lower() if len(words) > 1 else ""
    return bool(_INITIAL.fullmatch(words[-1])) and before not in _LETTERED
