"""The written severity rule: factors in, level out. The rule itself is data of the taxonomy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wires.models import Wire

FACTORS = ("scale", "scope", "irremediability")
GRAVE = frozenset((Wire.Severity.SEV_1, Wire.Severity.SEV_2))
"""What needs a second editor before readers see it."""


@dataclass(frozen=True, slots=True)
class Factors:
    """How grave, how wide and how lasting, each 0 to 3."""

    scale: int
    scope: int
    irremediability: int

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Factors | None":
        """Read `{"scale": {"value": 2, "claim": 1}, ...}`; None while one is not recorded."""
        values = [(data.get(name) or {}).get("value") for name in FACTORS]
        known = [value for value in values if value in (0, 1, 2, 3)]
        return cls(*known) if len(known) == len(FACTORS) else None


def level(
    rules: Mapping[str, Any], *, event_class: str, factors: Factors, standard: str
) -> str:
    """Return the first row's level whose class and conditions all hold.

    `rules` is `TaxonomyVersion.rules`. Raises ValueError where no row speaks of the class.
    """
    for row in rules["rule"]:
        if row["event_class"] == event_class and _holds(row["when"], rules, factors, standard):
            found: str = row["level"]
            return found
    raise ValueError(f"no row of the severity rule speaks of the event class {event_class!r}")


def verified(
    rules: Mapping[str, Any],
    *,
    event_class: str,
    factors: Factors,
    standard: str,
    core_stands: bool,
) -> str:
    """Return the level by the rule, capped where the wire is not established well enough."""
    found = level(rules, event_class=event_class, factors=factors, standard=standard)
    cap = rules["verified_cap"]
    capped = standard in cap["standards"] or not core_stands
    # Levels sort by their digit: SEV-1 is the worst.
    return max(found, cap["level"]) if capped else found


def _holds(
    when: Mapping[str, Any], rules: Mapping[str, Any], factors: Factors, standard: str
) -> bool:
    if when.get("verified") and standard not in rules["verified_by"]:
        return False
    return all(getattr(factors, name) >= when.get(f"{name}_min", 0) for name in FACTORS)


def worst(wire: Wire) -> str:
    """Return the graver of the reported and the verified level; they sort by their digit."""
    return min(level for level in (wire.severity_reported, wire.severity_verified) if level)


def is_grave(wire: Wire) -> bool:
    """Say whether either level is one that a second editor confirms."""
    return not GRAVE.isdisjoint((wire.severity_reported, wire.severity_verified))
