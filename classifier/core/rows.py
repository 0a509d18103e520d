"""JSON-lines files for the command line, read strictly: every error names file and line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class RowError(Exception):
    """A file or a line that cannot be used; the message is one line for a person."""


def read(path: Path, *needed: str) -> Iterator[dict[str, Any]]:
    """Yield the file's objects, each with `line` (from 1) and with the needed text fields."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RowError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise RowError(f"{path}: is not UTF-8 text.") from error
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _row(path, number, line, needed)


def named(path: Path, *needed: str) -> Iterator[dict[str, Any]]:
    """Yield what `read` does, each with an `id`: its own, that of its `meta`, or its line's number.

    An id is a text or a whole number.
    """
    for row in read(path, *needed):
        meta = row.get("meta")
        inner = meta.get("id") if isinstance(meta, dict) else None
        own = row.get("id", inner if inner is not None else row["line"])
        yield {**row, "id": _name(path, row, "id", own)}


def group(path: Path, row: dict[str, Any]) -> str | None:
    """Return the group of a row; None where it says none. A number is as good as its digits."""
    own = row.get("group")
    return None if own is None else str(_name(path, row, "group", own))


def text(path: Path, row: dict[str, Any], field: str) -> str:
    """Return a field that must be a text where it is there; it is empty where it is left out."""
    value = row.get(field, "")
    if not isinstance(value, str):
        raise RowError(f"{path}, line {row['line']}: {field!r} must be a text, or left out.")
    return value


def texts(path: Path, row: dict[str, Any], field: str) -> tuple[str, ...]:
    """Return a field that must be a list of texts."""
    values = row.get(field)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise RowError(f"{path}, line {row['line']}: {field!r} must be a list of texts.")
    return tuple(values)


def parsed(told: str) -> Any:
    """Read JSON as its standard has it; raise ValueError with the reason, in one line."""
    try:
        value = json.loads(told, parse_constant=_not_json)
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON ({error.msg})") from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"cannot be read ({error})") from error
    if "\\ud" in told.lower() and not _is_text(value):
        raise ValueError("has half of a pair of UTF-16, which is no text")
    return value


def _row(path: Path, number: int, line: str, needed: tuple[str, ...]) -> dict[str, Any]:
    try:
        row = parsed(line)
    except ValueError as error:
        raise RowError(f"{path}, line {number}: {error}.") from error
    if not isinstance(row, dict):
        raise RowError(f"{path}, line {number}: must be a JSON object.")
    for field in needed:
        if not isinstance(row.get(field), str):
            raise RowError(f"{path}, line {number}: {field!r} is missing or is not a text.")
    return {**row, "line": number}


def _name(path: Path, row: dict[str, Any], field: str, value: Any) -> str | int:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise RowError(
            f"{path}, line {row['line']}: {field!r} must be a text or a whole number, or left out."
        )
    return value


def _not_json(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _is_text(row: Any) -> bool:
    try:
        json.dumps(row, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
