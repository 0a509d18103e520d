"""Read what a run of tier B names: tables, lines of JSON, YAML, all as plain rows."""

import csv
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import yaml

from evidence.harness.errors import HarnessError

# A question set or a training set is read whole.
LARGEST = 2**28


def rows(path: Path) -> list[Any]:
    """Return the rows of a CSV, JSON Lines or YAML file; HarnessError says what is wrong."""
    try:
        if path.stat().st_size > LARGEST:
            raise HarnessError(f"{path} is larger than {LARGEST} bytes; name a smaller file.")
        return _READERS[path.suffix](path.read_text(encoding="utf-8"))
    except OSError as error:
        raise HarnessError(
            f"{path} cannot be read ({error.strerror}); name a file."
        ) from error
    except KeyError as error:
        known = ", ".join(_READERS)
        raise HarnessError(f"{path} is none of {known}; name such a file.") from error
    except (ValueError, yaml.YAMLError, csv.Error) as error:
        why = str(error).splitlines()[0]
        raise HarnessError(f"{path} cannot be read as {path.suffix}: {why}") from error


def _lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def _table(text: str) -> list[Any]:
    return list(csv.DictReader(StringIO(text)))


def _yaml(text: str) -> list[Any]:
    found = yaml.safe_load(text)
    if not isinstance(found, list):
        raise ValueError("it is no list of questions")  # noqa: TRY004  # content
    return found


_READERS: dict[str, Callable[[str], list[Any]]] = {
    ".csv": _table,
    ".jsonl": _lines,
    ".yaml": _yaml,
    ".yml": _yaml,
}
