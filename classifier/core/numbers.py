"""Numbers, dates, shares and sums of money in a text, in a form that can be compared."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from classifier.core.synonyms import near
from classifier.core.units import are_other_measures, currency
from classifier.core.words import Word, fold, is_content, words

Kind = Literal["count", "percent", "money", "date"]
Relation = Literal["same", "different", "unrelated"]

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH_NUMBER = {name[:3]: n for n, name in enumerate(_MONTHS, 1)}
_MONTH = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:1[5-9]|20)\d\d)"
# "May" is also a verb and a name.
_BEFORE_MONTH = "|".join(
    rf"(?<=\b{word} )"
    for word in ("in", "In", "since", "Since", "until", "by", "last", "early", "late")
)
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_YEAR}-(?P<month>[01]\d)-(?P<day>[0-3]\d)(?!\d)",
        rf"\b{_DAY}(?:\s+of)?\s+{_MONTH},?\s+{_YEAR}\b",
        rf"\b{_MONTH}\s+{_DAY},?\s+{_YEAR}\b",
        rf"\b{_MONTH},?\s+(?:of\s+)?{_YEAR}\b",
        rf"\b{_DAY}(?:\s+of)?\s+{_MONTH}(?!\w)",
        rf"\b{_MONTH}\s+{_DAY}(?![\d,.]*\d)\b",
        rf"(?:{_BEFORE_MONTH}){_MONTH}(?!\w)(?!\.?\s+\d)",
        rf"(?<![\w$£€.,-]){_YEAR}[-\u2013]\d\d(?![\w%]|[.,-]\d)",  # the year of 2018-19
        rf"(?<![\w$£€.,-]){_YEAR}(?=[-\u2013](?:1[5-9]|20)\d\d(?![\w%]|[.,-]\d))",
        rf"(?<=[12]\d\d\d-){_YEAR}(?![\w%]|[.,-]\d)",
        rf"(?<![\w$£€.,-]){_YEAR}(?![\w%]|[.,-]\d)",
    )
)

_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SPELLED = (
    {
        word: float(n) for n, word in enumerate(_SMALL) if word != "one"
    }  # "one" is a pronoun too
    | {word: 10.0 * n for n, word in enumerate(_TENS, 2)}
    | {"dozen": 12.0, "half": 0.5}
)
_MAGNITUDES = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "m": 1e6, "mn": 1e6,
    "billion": 1e9, "bn": 1e9, "b": 1e9, "trillion": 1e12, "dozen": 12.0,
}  # fmt: skip
_FIGURE = re.compile(
    r"(?P<money>(?:US|A|C)?[$£€¥])?\s?(?<![\w.,-])(?P<value>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:st|nd|rd|th)?(?P<scale>\s?(?:million|billion|trillion|thousand|hundred|bn|mn|[kKmMbB]))?"
    r"(?![\w]|[.,]\d)(?P<percent>\s?(?:%|per\s?cent\b|percentage points?\b))?"
    r"(?P<currency>\s(?:U\.?S\.? )?(?:dollars?|USD|EUR|GBP|euros?|pounds?|yen|yuan)\b)?"
)
_SPELLED_FIGURE = re.compile(
    rf"\b(?P<tens>(?:{'|'.join(_TENS)}))[- ](?P<unit>(?:{'|'.join(_SMALL[1:10])}))\b"
    rf"|\b(?P<word>{'|'.join(_SPELLED)})\b(?P<scale>\s(?:hundred|thousand|million|billion|dozen)\b)?"
    r"|\b(?:an?|one)\s(?P<alone>hundred|thousand|million|billion)\b",
    re.IGNORECASE,
)
_PERCENT_AFTER = re.compile(r"\s?(?:%|per\s?cent\b|percent\b)")
_ABOUT = re.compile(
    r"(?:about|around|roughly|nearly|almost|some|over|approximately|more than|at least|"
    r"up to|less than|fewer than|under|close to)\s+[$£€]?$",
    re.IGNORECASE,
)
_UNIT_WORDS = 4
_OF_ALL = re.compile(r"\s(?:out\s)?of\s(?:the\s|all\s)?\d[\d,.]*(?=\s)")  # 17 of 20 trials
_SHARE_OF = re.compile(r"\s?(?:%|per\s?cent)?\sof\s(?:(?:the|all|its|their|these)\s)*")
_CLOSE = 0.1  # a number said to be "about" may be off by a tenth


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written, `text`, with what it counts.

    `value` is the number itself, or for dates year, month and day with 0 for what is
    not said. `units` are the stems of the words that follow it, of a share those of what it
    is a share of; `currency` is that of money, empty where it is not told.
    """

    text: str
    kind: Kind
    value: tuple[float, ...]
    units: frozenset[str]
    about: bool
    start: int
    end: int
    currency: str = ""

    @property
    def keys(self) -> frozenset[str]:
        """What a search finds it by; a date by each of its parts."""
        if self.kind == "date":
            return frozenset(
                f"#{part}{v:g}" for part, v in zip("ymd", self.value, strict=True) if v
            )
        return frozenset({f"#{self.value[0]:g}"})


def numbers(text: str) -> tuple[Number, ...]:
    """Return the text's numbers in order. Digits inside a name (GPT-4o) are no number."""
    found = _dates(text)
    taken = [(number.start, number.end) for number in found]
    for pattern, read in ((_FIGURE, _figure), (_SPELLED_FIGURE, _spelled)):
        for match in pattern.finditer(text):
            start, end = match.start() + _leading(match.group()), match.end()
            if not any(start < other_end and end > other for other, other_end in taken):
                found.append(read(text, match, start))
                taken.append((start, end))
    return tuple(sorted(found, key=lambda number: number.start))


def relation(number: Number, other: Number) -> Relation:
    """Compare a claim's number with a source's: the same, another of its kind, or neither."""
    if number.kind == "date" or other.kind == "date":
        return _date_relation(number, other)
    equal = number.value == other.value or (
        (number.about or other.about)
        and abs(number.value[0] - other.value[0]) <= _CLOSE * abs(other.value[0])
    )
    shares = any(one == two or near(one, two) for one in number.units for two in other.units)
    if equal:
        return _equal_relation(number, other, shares=shares)
    if number.kind == other.kind and (number.kind != "count" or shares):
        return "different"
    return "unrelated"


def _equal_relation(number: Number, other: Number, *, shares: bool) -> Relation:
    """Compare two numbers of one value by what they count."""
    if number.value == other.value == (0.0,):
        return "same"
    if number.currency and other.currency and number.currency != other.currency:
        return "different"
    if are_other_measures(number.units, other.units):
        return "different"
    percents = [number.kind, other.kind].count("percent")
    if percents == 1:
        return "different" if shares else "unrelated"
    if percents or shares or not number.units or not other.units:
        return "same"
    return "unrelated"


def _dates(text: str) -> list[Number]:
    found: list[Number] = []
    for pattern in _DATES:
        for match in pattern.finditer(text):
            if any(match.start() < n.end and match.end() > n.start for n in found):
                continue
            parts = match.groupdict()
            value = (
                _int(parts.get("year")),
                _month(parts.get("month")),
                _int(parts.get("day")),
            )
            start, said = match.start(), match.group().rstrip(".")
            end = start + len(said)
            found.append(
                Number(
                    said,
                    "date",
                    value,
                    frozenset(),
                    _is_about(text, start),
                    start,
                    end,
                )
            )
    return found


def _month(name: str | None) -> float:
    if name is None:
        return 0.0
    return float(name) if name.isdigit() else float(_MONTH_NUMBER[name[:3].lower()])


def _int(digits: str | None) -> float:
    return float(digits) if digits else 0.0


def _date_relation(number: Number, other: Number) -> Relation:
    if number.kind != other.kind:
        return "unrelated"
    pairs = list(zip(number.value, other.value, strict=True))
    if any(mine and theirs and mine != theirs for mine, theirs in pairs):
        return "different"
    return "same" if all(theirs for mine, theirs in pairs if mine) else "unrelated"


def completes(number: Number, near: Sequence[Number], around: Collection[str]) -> bool:
    """Tell whether a date near by agrees as far as it goes, and the rest stands around it.

    News says "on 2 November" under a line that gives the year.
    """
    return number.kind == "date" and any(
        _date_relation(number, other) == "unrelated"
        and number.keys & other.keys
        and number.keys <= {*around}
        for other in near
        if other.kind == "date"
    )


def _figure(text: str, match: re.Match[str], start: int) -> Number:
    scale = (match["scale"] or "").strip().lower()
    value = float(match["value"].replace(",", "")) * _MAGNITUDES.get(scale, 1.0)
    kind: Kind = (
        "percent"
        if match["percent"]
        else "money"
        if match["money"] or match["currency"]
        else "count"
    )
    return _number(
        text, kind, value, start, match.end(),
        currency=currency(match["money"] or match["currency"] or ""),
    )  # fmt: skip


def _spelled(text: str, match: re.Match[str], start: int) -> Number:
    if match["tens"]:
        value = 10.0 * (_TENS.index(match["tens"].lower()) + 2) + _SMALL.index(
            match["unit"].lower()
        )
    elif match["alone"]:
        value = _MAGNITUDES[match["alone"].lower()]
    else:
        scale = (match["scale"] or "").strip().lower()
        value = _SPELLED[match["word"].lower()] * _MAGNITUDES.get(scale, 1.0)
    kind: Kind = "percent" if _PERCENT_AFTER.match(text, match.end()) else "count"
    return _number(text, kind, value, start, match.end())


def _number(
    text: str, kind: Kind, value: float, start: int, end: int, *, currency: str = ""
) -> Number:
    after = text[end : end + 80]
    if kind == "percent":
        part = _SHARE_OF.match(after)
        after = after[part.end() - 1 :] if part else ""
    units = _units(after) if kind != "money" else frozenset()
    return Number(
        text[start:end], kind, (value,), units, _is_about(text, start), start, end, currency
    )


def _is_about(text: str, start: int) -> bool:
    return bool(_ABOUT.search(text[max(0, start - 20) : start]))


def _units(after: str) -> frozenset[str]:
    """Return the stems of the content words that follow, up to a break or a small word."""
    stems: set[str] = set()
    at = 0
    if part := _OF_ALL.match(after):
        after = after[part.end() :]
    for word in words(after)[:_UNIT_WORDS]:
        if set(after[at : word.start]) - set(" -") or not _counts(word):
            break
        stems.add(word.stem)
        at = word.end
    return frozenset(stems)


def _counts(word: Word) -> bool:
    return is_content(word) or fold(word.text) in ("different", "other", "more")


def _leading(text: str) -> int:
    return len(text) - len(text.lstrip())
