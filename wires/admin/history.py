"""The desk's history in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wires import exhibits
from wires.models import Event

LONGEST = 90  # characters of one detail
WORDS = {"event_class": "class", "rule": "by the rule", "reading": "reads"}


@dataclass(frozen=True, slots=True)
class Line:
    """One act: who, when, what, and the details in words."""

    event: Event
    details: tuple[str, ...]

    @property
    def asks_for_a_run(self) -> bool:
        return self.event.act == exhibits.ASKED


def line(event: Event) -> Line:
    return Line(
        event,
        tuple(
            f"{WORDS.get(name, name)} {words}"
            for name, value in event.detail.items()
            if (words := _words(value))
        ),
    )


def _words(value: Any) -> str:
    if isinstance(value, dict) and "value" in value:
        claim = value.get("claim")
        return f"{value['value']} (sentence {claim})" if claim else str(value["value"])
    if isinstance(value, dict):
        return ", ".join(f"{name} {_words(inner)}" for name, inner in value.items())
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()}…"
