"""Words, stems and content terms: what two texts are compared by."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_UNSEEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff"  # characters that no reader sees
_WORD = re.compile(rf"\b(?:[A-Za-z]\.){{2,}}|[^\W_]+(?:(?:['\u2019]|[{_UNSEEN}]+)[^\W_]+)*")
_LOOKS_LIKE = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u03bf\u03b1\u03bd\u03b9",
    "aeopcyxijsdoavi",
)
_ASCII_LETTER = re.compile("[a-z]")
_COUNTRY = frozenset(("US", "U.S.", "USA", "U.S.A."))  # else a pronoun

_STOP_WORDS = """
a about above after again against all almost along already also although am among an and any
are around as at away be became because become been before being below between both but by
can could did do does doing done down during each either else even ever every few for from
further had has have having he her here hers him his how however i if in indeed instead into
is it its itself just like made make makes many may me might more most much must my near no
nor not now of off on once one only onto or other others our out over own per quite rather s
same several shall she should since so some still such t than that the their them themselves
then there therefore these they this those though through throughout thus to together too
toward towards under until up upon us very was we well were what when where whether which
while who whom whose why will with within without would yet you your called call calls known
namely via eg ie etc al cannot less least fewer lot lots nothing something anything
everything nobody somebody anyone someone everyone enough never always often sometimes
theirs ours yours
"""
STOP = frozenset(_STOP_WORDS.split())

_SPELLING = (
    (re.compile(r"is(e|ed|es|er|ers|ing|ation|ations|ational)$"), r"iz\1"),
    (re.compile(r"yse(d|s|r|rs)?$"), r"yze\1"),
    (re.compile(r"(?<=[a-z]{2})our(s|ed|ing|al|ally|ful|able)?$"), r"or\1"),
    (re.compile(r"ll(ed|ing|er|ers)$"), r"l\1"),
    (re.compile(r"(?<=[a-z]{2}[tb])re(s?)$"), r"er\1"),
)
_FINAL_Y = re.compile(r"(?<=[^aeiou]{1})(?:y|ies|ied)$")
# Longest first. A stem keeps at least four letters, three before a plural or a tense.
_SUFFIXES = (
    ("izations", 4), ("ization", 4), ("ational", 4), ("fulness", 4), ("iveness", 4),
    ("ibiliti", 4), ("abiliti", 4), ("icalli", 4), ("ations", 4), ("ingli", 4), ("ation", 4),
    ("ments", 4), ("ators", 4), ("izing", 4), ("izers", 4), ("ional", 4),
    ("iveli", 4), ("ition", 4), ("ating", 4), ("ions", 4), ("ness", 4), ("ment", 4),
    ("ized", 4), ("izes", 4), ("izer", 4), ("ates", 4), ("ated", 4), ("ator", 4),
    ("ible", 4), ("able", 4), ("alli", 4), ("ical", 4), ("ious", 4), ("ings", 3), ("edli", 4),
    ("ences", 4), ("ances", 4), ("ence", 4), ("ance", 4), ("enci", 4), ("anci", 4), ("ent", 5),
    ("ant", 5), ("iti", 4), ("ion", 4), ("ive", 4), ("ize", 4), ("ate", 4), ("ous", 4), ("ful", 4),
    ("ing", 3), ("est", 4), ("ers", 4), ("ors", 4), ("ics", 4),
    ("al", 4), ("ic", 4), ("li", 3), ("er", 4), ("or", 4), ("ed", 3), ("es", 3), ("s", 3), ("e", 3),
)  # fmt: skip
# What is left may end in a suffix of its own: monitoring, monitor.
_INFLECTIONS = frozenset(("li", "ing", "ings", "ed", "s"))
_TENSES = frozenset(("ing", "ings", "ed"))
_CUT_SHORT = ("iv", "enc", "anc")
_KEPT_S = ("ss", "us", "is")

# Forms that no suffix rule brings together, and near-synonyms that news uses as one word.
_SAME = (
    "say says said saying", "use used using uses", "bias biased biases", "try tried tries trying",
    "small smaller smallest", "tall taller tallest", "big bigger biggest", "safe safer safest",
    "old older oldest", "new newer newest", "large larger largest",
    "restore restored restores restoring restoration", "repeat repeated repeats repeating",
    "install installed installs installing installation", "lie lied lies lying",
    "rise rose risen", "drive drove driven", "draw drew drawn", "fly flew flown",
    "hide hid hidden", "break broke broken", "steal stole stolen", "eat ate eaten", "meet met",
    "feel felt", "keep kept", "sleep slept", "build built", "catch caught", "fight fought",
    "bring brought", "seek sought", "shoot shot", "sit sat", "run ran", "hear heard",
    "become became", "come came", "get got gotten", "forget forgot forgotten", "drink drank",
    "freeze froze frozen", "throw threw thrown", "swear swore sworn", "wear wore worn",
    "shake shook shaken", "stand stood", "understand understood", "mean meant", "feed fed",
    "begin began begun", "buy bought", "choose chose chosen", "die died dead death deaths dying",
    "find found", "fall fell fallen", "give gave given", "go went gone", "grow grew grown growth",
    "hold held", "know knew known knowledge", "lead led", "leave left", "lose lost loss losses",
    "pay paid payment", "see saw seen", "sell sold sale sales", "send sent", "show shown",
    "speak spoke spoken speech", "spend spent", "strike struck", "sue sued sues suing lawsuit lawsuits",
    "take took taken", "teach taught", "tell told", "think thought", "win won", "withdraw withdrew withdrawn", "write wrote "
    "written", "woman women female", "man men", "child children kid kids", "person people",
    "marry married marriage wed", "choice choices", "analysis analyses analyze",
    "crisis crises", "criterion criteria", "suppress suppression", "reduce reduction",
    "produce production", "describe description", "receive reception", "decide decision",
    "expand expansion", "extend extension extensive", "conclude conclusion", "detect detection",
    "vary variety varied", "deep deeper depth", "wide wider width", "long length", "strong strength "
    "strengthen", "high higher highest height", "live life lives", "fine-tune finetune", "data dataset datasets",
    "incorrect inaccurate erroneous wrong false", "harmful dangerous hazardous",
    "car cars automobile automotive", "doctor physician", "film movie", "firm company",
    "lawyer attorney", "murder homicide", "fraud scam", "photo photograph", "phone telephone",
    "behavior behave behaviors behaving", "cause caused causes causing",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, `text[start:end]`, with the stem that it is compared by."""

    text: str
    stem: str
    start: int
    end: int


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[Word, ...]:
    """Return the words in order; a hyphen parts words, an apostrophe does not."""
    return tuple(
        Word(match.group(), stem(match.group()), match.start(), match.end())
        for match in _WORD.finditer(text)
    )


def terms(text: str) -> tuple[str, ...]:
    """Return the stems of the content words, in order, repeats kept."""
    return tuple(word.stem for word in words(text) if is_content(word))


def is_content(word: Word) -> bool:
    """Tell whether a word says something of its own."""
    folded = fold(word.text)
    return folded not in STOP and (len(folded) > 1 or folded.isdigit())


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return the stem: case, accents, British spelling and inflection removed."""
    folded = fold(word)
    return _CANONICAL.get(folded) or _CANONICAL_STEMS.get(plain := _plain_stem(folded), plain)


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """Return the word in small letters, without accents or a possessive ending.

    What a reader does not see is left out, and a foreign letter inside a Latin word is read
    as the one that it looks like.
    """
    if word in _COUNTRY:
        return "usa"
    if not word.isascii():
        word = word.translate(dict.fromkeys(map(ord, _UNSEEN))).lower()
        if _ASCII_LETTER.search(word):
            word = word.translate(_LOOKS_LIKE)
    decomposed = unicodedata.normalize("NFKD", word.lower().replace("\u2019", "'"))
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return letters.removesuffix("'s").replace("'", "").replace(".", "")


def _plain_stem(word: str) -> str:
    if len(word) < 4 or not word.isalpha():
        return word
    for pattern, replacement in _SPELLING:
        word = pattern.sub(replacement, word)
    word = _FINAL_Y.sub("i", word)
    for suffix, kept in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= kept:
            if suffix == "s" and word.endswith(_KEPT_S):
                continue
            root = _undoubled(word.removesuffix(suffix))
            if suffix in _TENSES and root.endswith("s"):
                return root  # of increase, which is no plural
            if suffix in (*_TENSES, "es") and root.endswith(_CUT_SHORT):
                return _plain_stem(f"{root}e")  # as survive and influence are
            return _plain_stem(root) if suffix in _INFLECTIONS else root
    return word[:-1] if word.endswith("ll") else word  # of kill, as of killed


def _undoubled(root: str) -> str:
    """Return `plan` for `plann`; a root that ends in ll, ss or zz keeps both letters."""
    doubled = len(root) > 3 and root[-1] == root[-2] and root[-1] not in "lsz"
    return root[:-1] if doubled else root.removesuffix("e") if len(root) > 3 else root


_CANONICAL = {word: group.split()[0] for group in _SAME for word in group.split()}
_CANONICAL_STEMS = {_plain_stem(word): first for word, first in _CANONICAL.items()}

_EVERYDAY = """
according account allow answer appear ask author bad become begin believe big bring build
built case catch certain change claim clear come common company complete consider continue
create current day deal decide describe different easy effect end enough example exhibit
expect explain fact factor feel few find follow full general get give go good great group
happen hard help high hold important include indicate individual involve issue keep kind know
large last late later lead learn leave less let level like likely line little live long look
low main make matter mean month move name need new normal note number occur offer old open
order otherwise paper part particular party pay people person phenomenon place plan play
point possible present problem provide publication publish put question reach read real
reason recent remain report research researcher result right run same say scientist second
see seem serve set share short show side similar simple single sit small start state stop
study sure take talk team tell tend term thing think time today try turn type understand use
user usual wait walk want watch way week whole wide word work write year young
"""
# Stems of everyday words and of those that any report of research uses: they carry little
# of what is claimed.
LIGHT = frozenset(stem(word) for word in _EVERYDAY.split())
