"""Markdown with front matter: what blogs write, and what the shipped wires are kept in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import yaml

from wires.intake import vocabulary, yamls
from wires.intake.filing import FiledSource, Filing, IntakeError
from wires.intake.headline import LONGEST, cut, first_sentence
from wires.intake.text import Text
from wires.intake.wordlist import items

FENCE = "---"


def recognises(text: Text) -> bool:
    return text.content.startswith(FENCE + "\n")


def read(text: Text) -> Filing:
    """Read one wire. Raises IntakeError naming the line."""
    front, body, offset = split(text)
    where = f"{text.name}, line {offset}"
    if not body.strip():
        raise IntakeError(f"{where}: there is no text after the front matter.")
    given = (_plain(front, "headline", text) or _plain(front, "title", text)).strip()
    headline, made = (cut(given), False) if given else first_sentence(body)
    shortened = (f"headline cut at {LONGEST} characters",) if len(given) > LONGEST else ()
    return Filing(
        fingerprint=text.sha256,
        headline=headline,
        headline_was_made=made,
        body=body.strip(),
        format="markdown",
        severity=_word(front, "severity", vocabulary.severity, text),
        event_class=_word(front, "event_class", vocabulary.event_class, text),
        standard=_word(front, "standard", vocabulary.standard, text),
        codes=tuple(_codes(_rows(front, "codes", text), text)),
        providers=_items(front, "providers", text) or _items(front, "provider", text),
        aliases=_items(front, "aliases", text),
        occurred_on=day(front.get("occurred") or front.get("date"), _at(text, "date")),
        sources=tuple(_source(row, text) for row in _rows(front, "sources", text)),
        repairs=(*text.repairs, *shortened),
    )


def split(text: Text) -> tuple[dict[str, Any], str, int]:
    """Return the front matter, the body, and the line on which the body begins."""
    lines = text.content.split("\n")
    if lines[0].rstrip() != FENCE:
        return {}, text.content, 1
    close = next((n for n in range(1, len(lines)) if lines[n].rstrip() == FENCE), None)
    if close is None:
        raise IntakeError(
            f"{text.name}, line 1: the front matter is not closed by a line “---”."
        )
    try:
        yamls.refuse_traps(written := "\n".join(lines[1:close]))
        front = yaml.safe_load(written) or {}
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise IntakeError(
            f"{text.name}, line {line}: broken front matter: {error.problem}."
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise IntakeError(f"{text.name}, line 1: broken front matter: {error}.") from error
    if not isinstance(front, dict):
        raise IntakeError(f"{text.name}, line 2: the front matter must be names with values.")
    return front, "\n".join(lines[close + 1 :]), close + 2


def day(value: Any, where: str) -> date | None:
    """Read a date, or the date of a moment; None where it is not given."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return datetime.fromisoformat(str(value)).date()
    except ValueError:
        raise IntakeError(
            f"{where}: “{value}” is no date; write it like 2025-06-18."
        ) from None


def _codes(rows: list[Any], text: Text) -> list[str]:
    codes = [row.get("code", "") if isinstance(row, dict) else row for row in rows]
    return [vocabulary.code(str(code), _at(text, "codes")) for code in codes]


def _rows(front: dict[str, Any], name: str, text: Text) -> list[Any]:
    """Return a list of the front matter; a written one, “M1, F10”, is a list too."""
    value = front.get(name)
    if value is None or isinstance(value, str):
        return list(items(value))
    if not isinstance(value, list):
        raise IntakeError(f"{_at(text, name)}: {name} is a list.")
    return value


def _items(front: dict[str, Any], name: str, text: Text) -> tuple[str, ...]:
    value = front.get(name)
    nested = isinstance(value, list) and any(isinstance(part, (list, dict)) for part in value)
    if nested or isinstance(value, dict):
        raise IntakeError(f"{_at(text, name)}: {name} is a plain list of names.")
    return items(value)


def _word(front: dict[str, Any], name: str, check: Any, text: Text) -> str:
    value = _plain(front, name, text)
    return check(value, _at(text, name)) if value else ""


def _plain(front: dict[str, Any], name: str, text: Text) -> str:
    """Return a single value as text; a list or a table in its place is refused."""
    value = front.get(name)
    if isinstance(value, (list, dict)):
        raise IntakeError(f"{_at(text, name)}: {name} is one value, not a list or a table.")
    return "" if value is None else str(value)


def _source(row: Any, text: Text) -> FiledSource:
    where = _at(text, "sources")
    if (
        not isinstance(row, dict)
        or not str(row.get("key", ""))
        or not str(row.get("text", "")).strip()
    ):
        raise IntakeError(
            f"{where}: a source needs a key and its text; give documents with --source."
        )
    return FiledSource(
        key=str(row["key"]),
        text=str(row["text"]).strip(),
        kind=vocabulary.text_kind(str(row.get("kind", "uploaded")), where),
        title=str(row.get("title", "")),
        url=vocabulary.address(str(row.get("url", "")), where),
        publisher=str(row.get("publisher", "")),
        published_on=day(row.get("date"), where),
        tier=vocabulary.tier(str(row["tier"]), where) if row.get("tier") else "",
        group=str(row.get("group", "")),
        record_id=str(row.get("record", "")),
        reports=vocabulary.number(row.get("reports"), "reports", where),
    )


def _at(text: Text, name: str) -> str:
    """Name the file and the line on which a value of the front matter stands."""
    for number, line in enumerate(text.content.split("\n"), start=1):
        if line.startswith((f"{name}:", f'"{name}":')):
            return f"{text.name}, line {number}"
    return text.name
