"""Files of records in YAML, where one broken record must not take the others with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import yaml

from wires.intake.filing import IntakeError
from wires.intake.plain import DEEPEST_READ

LARGEST = 100_000_000  # bytes; ATLAS.yaml has half a million


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads dates as text, so that a day that does not exist is the fault of one record alone."""

    yaml_implicit_resolvers = {
        mark: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
        for mark, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def text_of(path: Path) -> str:
    """Return a file's text. Raises IntakeError."""
    try:
        if path.stat().st_size > LARGEST:
            raise IntakeError(f"{path.name} has more than {LARGEST // 1_000_000} MB.")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise IntakeError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise IntakeError(f"{path.name} is not text in UTF-8.") from error


def load(text: str, name: str) -> Any:
    """Return what a text in YAML says. Raises IntakeError naming the line."""
    try:
        refuse_traps(text)
        return yaml.load(text, _Loader)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise IntakeError(f"{name}, line {line}: broken YAML: {error.problem}.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = str(error).splitlines()[0]
        raise IntakeError(f"{name}: broken YAML: {problem}.") from error


def refuse_traps(text: str) -> None:
    """Raise a MarkedYAMLError at a reference to another value, or where values nest too deep.

    References let a few lines stand for a value without end, or for more than fits in memory.
    """
    depth = 0
    for event in yaml.parse(text, _Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        problem = ""
        if isinstance(event, yaml.AliasEvent):
            problem = f"*{event.anchor} refers to another value; write that value out here"
        elif depth > DEEPEST_READ:
            problem = f"lists and tables are nested more than {DEEPEST_READ} deep"
        if problem:
            mark = cast("yaml.Mark", event.start_mark)
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark)


def items(text: str, key: str) -> Iterator[str]:
    """Yield the entries of a list at the top of a broken text, each as YAML of its own."""
    begin = re.search(rf"^{re.escape(key)}:\s*\n", text, re.MULTILINE)
    if begin is None:
        return
    rest = text[begin.end() :]
    first = re.match(r"( *)- ", rest)
    if first is None:
        return
    end = re.search(r"^[^\s#\-]", rest, re.MULTILINE)  # the next key of the top
    starts = rf"^(?={first[1]}- )"
    yield from re.split(starts, rest[: end.start() if end else None], flags=re.MULTILINE)[1:]
