"""What a filing said of itself, and what was mended in it, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wires.models import Citation, Version, Wire

NAMES = (
    ("format", "format"),
    ("severity", "severity"),
    ("event_class", "event class"),
    ("standard", "standard"),
    ("source_count", "sources counted"),
    ("rationale", "rationale"),
)


@dataclass(frozen=True, slots=True)
class Labels:
    """What one annotator of another taxonomy put on a record. It decides nothing here."""

    taxonomy: str
    annotator: str
    status: str
    words: list[str]


def facts(wire: Wire) -> list[tuple[str, str]]:
    """Return the header of a filing, name and value; what it left out is said too."""
    filed = wire.filed
    rows = [
        (word, "not given" if filed.get(name) in (None, "") else str(filed[name]))
        for name, word in NAMES
    ]
    rows.append(("codes", ", ".join(filed.get("codes") or ()) or "not given"))
    if filed.get("headline_was_made"):
        rows.append(("headline", "made from the first sentence: none was filed"))
    return rows


def labels(wire: Wire) -> list[Labels]:
    """Return the weak labels of a filing, those of one annotator together."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for label in wire.filed.get("labels") or ():
        who = (label["taxonomy"], label["annotator"], label["status"])
        found.setdefault(who, []).append(label["label"])
    return [Labels(*who, words) for who, words in found.items()]


def repairs(version: Version, citations: Sequence[Citation]) -> Iterator[str]:
    """Yield what intake mended in the text and in its sources."""
    for line in version.repairs:
        yield f"text, {line}"
    for citation in citations:
        for line in citation.source.repairs:
            yield f"source {citation.key}, {line}"
