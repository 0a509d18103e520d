"""Documents that come with a filing: `FILE[,url=…,publisher=…,…]`, or FILE with FILE.meta.json."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wires.intake import vocabulary
from wires.intake.filing import FiledSource, IntakeError
from wires.intake.markdown import day
from wires.intake.text import read

KEYS = (
    "url",
    "publisher",
    "date",
    "tier",
    "group",
    "title",
    "kind",
    "record",
    "reports",
    "key",
)
NEXT = re.compile(rf",(?=(?:{'|'.join(KEYS)})=)")  # a comma inside a value is no separator


def sources(specs: Sequence[str]) -> tuple[FiledSource, ...]:
    """Read every document named on the command line, each under a key of its own."""
    found = [_source(spec) for spec in specs]
    keys = [source.key for source in found]
    for key in keys:
        if keys.count(key) > 1:
            raise IntakeError(f"Two sources have the key {key}; give one another with key=….")
    return tuple(found)


def _source(spec: str) -> FiledSource:
    name, *pairs = NEXT.split(spec)
    path = Path(name)
    text = read(path)
    given = {**_meta(path), **dict(pair.split("=", 1) for pair in pairs)}
    unknown = sorted(set(given) - set(KEYS))
    if unknown:
        raise IntakeError(
            f"{name}: unknown {', '.join(unknown)}; a source has {', '.join(KEYS)}."
        )
    kind = str(given.get("kind") or "uploaded")
    return FiledSource(
        key=str(given.get("key") or _key(path)),
        text=text.content.strip(),
        kind=vocabulary.text_kind(kind, name),
        title=str(given.get("title") or path.name),
        url=vocabulary.address(str(given.get("url") or ""), name),
        publisher=str(given.get("publisher") or ""),
        published_on=day(given.get("date"), name),
        tier=vocabulary.tier(str(given["tier"]), name) if given.get("tier") else "",
        group=str(given.get("group") or ""),
        record_id=str(given.get("record") or ""),
        reports=vocabulary.number(given.get("reports"), "reports", name),
        repairs=text.repairs,
    )


def _meta(path: Path) -> dict[str, Any]:
    beside = path.with_name(path.name + ".meta.json")
    if not beside.exists():
        return {}
    try:
        meta = json.loads(read(beside).content)
    except json.JSONDecodeError as error:
        raise IntakeError(
            f"{beside.name}, line {error.lineno}: not JSON ({error.msg})."
        ) from error
    if not isinstance(meta, dict):
        raise IntakeError(f"{beside.name}, line 1: expected an object with names and values.")
    return meta


def _key(path: Path) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem).strip("-._") or "source"
