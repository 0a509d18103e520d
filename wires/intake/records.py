"""A record of a public database as a filing: its text in the vault, its sentences citing it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date

from classifier import engine
from wires.intake import headline
from wires.intake.filing import FiledSource, Filing, IntakeError, WeakLabel
from wires.intake.text import mended

FEWEST = 3  # words of a description that says something
# What Markdown may take for its own, and how it stands for itself.
MARKS = re.compile(r"[\\`*_{}\[\]()<>#&|]")
ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "|": "&#124;"}
# The number of a reference, raised and linked, as it stands in some records. Its parts are held
# to a length, so that a text full of beginnings is not searched to its end from each of them.
NOTE = re.compile(r"\[?<sup>.{0,100}?</sup>\]?(?:\[[^\]\n]{0,1000}\]|\([^)\n]{0,1000}\))?")


@dataclass(frozen=True, slots=True)
class Database:
    """Who publishes a record, and the format it is read from."""

    format: str
    publisher: str


@dataclass(frozen=True, slots=True)
class Record:
    """What a record says. `more` are the lines of it that are not its description.

    `reports` is how many reports it lists, where it says so.
    """

    database: Database
    id: str
    url: str
    title: str
    description: str
    more: str = ""
    dated: date | None = None
    occurred_on: date | None = None
    providers: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    duplicate_of: str = ""
    labels: tuple[WeakLabel, ...] = ()
    reports: int | None = None
    repairs: tuple[str, ...] = field(default=())


def filing(record: Record) -> Filing:
    """Return the filing of a record. Raises IntakeError where it has neither title nor text."""
    title, title_repairs = mended(" ".join(record.title.split()), "title")
    given, given_repairs = mended(record.description.strip(), "description")
    more, more_repairs = mended(record.more, "record")
    paragraphs, stands_in = _paragraphs(given, title)
    first = paragraphs[0][0]
    head = headline.cut(title or first)
    cut = ("headline cut at 200 characters",) if title and head != title else ()
    source = _source(record, title, _joined(paragraphs), more)
    own = dict.fromkeys([record.id, *record.aliases])
    return Filing(
        fingerprint=hashlib.sha256(f"{record.id}\n{source.text}".encode()).hexdigest(),
        headline=head,
        headline_was_made=not title,
        body=_joined(paragraphs, mark=f"[^{source.key}]"),
        format=record.database.format,
        providers=record.providers,
        aliases=tuple(own),
        linked=tuple(name for name in dict.fromkeys(record.linked) if name not in own),
        occurred_on=record.occurred_on,
        sources=(source,),
        repairs=(
            *title_repairs,
            *given_repairs,
            *more_repairs,
            *cut,
            *stands_in,
            *record.repairs,
        ),
        record=record.id,
        duplicate_of=record.duplicate_of,
        labels=record.labels,
    )


def _paragraphs(given: str, title: str) -> tuple[list[list[str]], tuple[str, ...]]:
    """Return the plain sentences of a description, or the title where it says nothing."""
    found: list[list[str]] = []
    end = 0
    given = NOTE.sub("", given)
    for sentence in engine.split(given) if len(given.split()) >= FEWEST else ():
        if sentence.kind == "heading":
            continue
        if not found or "\n" in given[end : sentence.start]:
            found.append([])
        found[-1].append(sentence.text)
        end = sentence.end
    if found:
        return found, ()
    if not title:
        raise IntakeError("it has neither a title nor a description of a few words")
    told = f"“{given}”" if given else "none"
    return [[title]], (f"description: {told}; the title stands in for it",)


def _joined(paragraphs: list[list[str]], mark: str = "") -> str:
    return "\n\n".join(
        " ".join(f"{_written(one)}{mark}" for one in sentences)
        if mark
        else " ".join(sentences)
        for sentences in paragraphs
    )


def _written(sentence: str) -> str:
    """Return Markdown that reads as the plain sentence; marks that harm nothing stay bare."""
    if not MARKS.search(sentence) or [one.text for one in engine.split(sentence)] == [
        sentence
    ]:
        return sentence
    return MARKS.sub(lambda found: ENTITIES.get(found[0], f"\\{found[0]}"), sentence)


def _source(record: Record, *parts: str) -> FiledSource:
    name = f"{record.database.publisher}, {record.id}"
    return FiledSource(
        key=record.id.lower(),
        text="\n\n".join(part for part in (name, *dict.fromkeys(parts)) if part),
        kind="record",
        title=name,
        url=record.url,
        publisher=record.database.publisher,
        published_on=record.dated,
        tier="reporting",
        record_id=record.id,
        reports=record.reports,
    )
