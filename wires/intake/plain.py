"""Values of a parsed file as plain words, whatever was put in their place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

DEEPEST = 8  # of what is written as lines
DEEPEST_READ = 50  # of what is read at all: less than what Python's own stack bears


def words(value: Any) -> str:
    """Return a value as text; of a text with its language, and of a list of them, the text."""
    if isinstance(value, dict):
        return words(value.get("value"))
    if isinstance(value, list):
        return "\n\n".join(filter(None, map(words, value)))
    return "" if value is None else str(value).strip()


def is_deep(value: Any) -> bool:
    """Say whether lists and tables are nested deeper than what is read; it needs no stack."""
    level = [value]
    for _ in range(DEEPEST_READ):
        inner = [one for outer in level for one in _inside(outer)]
        if not inner:
            return False
        level = inner
    return any(isinstance(one, (list, dict)) for one in level)


def mapping(value: Any) -> dict[str, Any]:
    """Return a table of names and values; an empty one where something else stands."""
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> tuple[str, ...]:
    """Return the texts of a list, or of one value in its place, without empty ones."""
    values = value if isinstance(value, list) else [value]
    return tuple(
        dict.fromkeys(found for one in values if (found := " ".join(words(one).split())))
    )


def rows(value: Any) -> list[Any]:
    """Return a list, or one of the value in its place; nothing is an empty one."""
    return value if isinstance(value, list) else [] if value is None else [value]


def lines(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield nested tables and lists as lines, what belongs together indented together."""
    indent = "  " * depth
    if depth > DEEPEST:
        yield f"{indent}…"
    elif isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, (dict, list)):
                yield f"{indent}{name}:"
                yield from lines(inner, depth + 1)
            elif inner not in (None, ""):
                yield f"{indent}{name}: {inner}"
    elif isinstance(value, list):
        for inner in value:
            yield from _item(inner, depth, indent)
    else:
        yield f"{indent}{value}"


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _item(value: Any, depth: int, indent: str) -> Iterator[str]:
    """Yield an entry of a list: a small table on one line, anything else indented."""
    flat = isinstance(value, dict) and not any(
        isinstance(v, (dict, list)) for v in value.values()
    )
    if flat:
        yield f"{indent}- " + "; ".join(
            f"{k}: {v}" for k, v in value.items() if v not in (None, "")
        )
    elif isinstance(value, (dict, list)):
        yield f"{indent}-"
        yield from lines(value, depth + 1)
    else:
        yield f"{indent}- {value}"
