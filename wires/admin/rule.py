"""The written severity rule in words, row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wires import severity
from wires.models import TaxonomyVersion

WORST = 3


@dataclass(frozen=True, slots=True)
class Row:
    event_class: str
    when: str
    level: str


def rows(taxonomy: TaxonomyVersion) -> list[Row]:
    """Return the rule's rows in the order in which the first that holds decides."""
    return [
        Row(row["event_class"].replace("_", " "), _when(row["when"]), row["level"])
        for row in taxonomy.rules["rule"]
    ]


def _when(conditions: dict[str, Any]) -> str:
    parts = []
    if conditions.get("verified"):
        parts.append("verified by two sources, an artefact or a run of Tier B")
    for name in severity.FACTORS:
        least = conditions.get(f"{name}_min")
        if least is not None:
            parts.append(f"{name} {least}" if least == WORST else f"{name} {least} or more")
    return ", ".join(parts) or "else"
