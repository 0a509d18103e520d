"""What a reader of a format hands over: a wire as filed, nothing decided."""

from dataclasses import dataclass, field
from datetime import date


class IntakeError(Exception):
    """The input cannot become a wire; the text names the file, the line and what to do."""


@dataclass(frozen=True, slots=True)
class FiledSource:
    """A document that comes with a filing. What is not given stays empty: unknown."""

    key: str
    text: str
    kind: str = "uploaded"
    title: str = ""
    url: str = ""
    publisher: str = ""
    published_on: date | None = None
    tier: str = ""
    group: str = ""
    record_id: str = ""
    reports: int | None = None
    repairs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WeakLabel:
    """What somebody else's taxonomy says of a record; nobody at this desk has looked at it."""

    taxonomy: str
    label: str
    annotator: str
    status: str  # draft, published or adjudicated


@dataclass(frozen=True, slots=True)
class Filing:
    """One wire as filed. `fingerprint` is the SHA-256 of the file: the same file is one wire.

    A record of a public database is one wire too, whatever its text: `record` is its id there,
    and `duplicate_of` the id of the record that its publisher counts as the same event.
    `aliases` are names that lead to this wire; `linked` ones are what other databases call it.
    """

    fingerprint: str
    headline: str
    body: str
    format: str
    headline_was_made: bool = False
    severity: str = ""
    event_class: str = ""
    standard: str = ""
    codes: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    source_count: int | None = None
    rationale: str = ""
    occurred_on: date | None = None
    sources: tuple[FiledSource, ...] = ()
    repairs: tuple[str, ...] = field(default=())
    record: str = ""
    duplicate_of: str = ""
    linked: tuple[str, ...] = ()
    labels: tuple[WeakLabel, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """An entry that cannot become a wire: which one, and why."""

    record: str
    reason: str


Entry = Filing | Refused
