"""Units of measure and of money: what tells 20 feet from 20 metres, and dollars from euros."""

from classifier.core.words import stem

_DIMENSIONS = (
    "feet=foot ft, meter=metre, mile, yard, inch, kilometer=km, centimeter=cm, millimeter=mm",
    "second, minute, hour, day, week, month, year, decade, century",
    "gram, kilogram=kg kilo, ounce, ton, tonne, milligram=mg",
    "liter=litre, gallon, milliliter=ml, pint",
    "mph, kmh=kph",
    "kilobyte=kb, megabyte=mb, gigabyte=gb, terabyte=tb",
    "degree, radian",
)
# The measure of each stem: its dimension and its own number in it.
_MEASURES: dict[str, tuple[int, int]] = {
    stem(word): (dimension, place)
    for dimension, listed in enumerate(_DIMENSIONS)
    for place, measure in enumerate(listed.split(", "))
    for word in measure.replace("=", " ").split()
}
_CURRENCIES = (
    ("$", "dollar"), ("usd", "dollar"), ("€", "euro"), ("eur", "euro"), ("£", "pound"),
    ("gbp", "pound"), ("yen", "yen"), ("yuan", "yuan"), ("pound", "pound"),
)  # fmt: skip


def currency(written: str) -> str:
    """Return the currency of a sign or a word; empty where it is not told, as of ¥."""
    small = written.lower()
    names = ("dollar", "euro")
    found = next((name for name in names if name in small), "")
    return found or next((name for sign, name in _CURRENCIES if sign in small), "")


def are_other_measures(units: frozenset[str], others: frozenset[str]) -> bool:
    """Tell whether two numbers measure the same dimension, each in its own unit."""
    mine = {_MEASURES[unit] for unit in units if unit in _MEASURES}
    theirs = {_MEASURES[unit] for unit in others if unit in _MEASURES}
    alike = {dimension for dimension, _ in mine} & {dimension for dimension, _ in theirs}
    return bool(alike) and not mine & theirs
