"""Query parameters: what each may hold, said once for the reader of a request and for the schema."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.http import QueryDict
from rest_framework.exceptions import ParseError

from wires.api import cursor
from wires.models import Wire

LARGEST = 2**63 - 1  # of a bigint, as `seq` is
LARGEST_PAGE = 200
DEFAULT_PAGE = 50


@dataclass(frozen=True, slots=True)
class Parameter:
    """`parse` takes text that matches `pattern` whole; it raises ValueError for what it refuses."""

    name: str
    pattern: str
    parse: Callable[[str], Any]
    wanted: str
    description: str
    schema: Mapping[str, Any]

    def read(self, text: str) -> Any:
        if not re.fullmatch(self.pattern, text):
            raise ValueError(self.wanted)
        return self.parse(text)


def read(query: QueryDict, known: Sequence[Parameter]) -> dict[str, Any]:
    """Return what a query gives, by name. Raises ParseError that names everything wrong with it."""
    parameters = {parameter.name: parameter for parameter in known}
    values: dict[str, Any] = {}
    problems: list[str] = []
    for name, texts in query.lists():
        if name not in parameters:
            problems.append(f"unknown query parameter {name!r}")
        elif len(texts) > 1:
            problems.append(f"{name!r} is given {len(texts)} times, and once is all it may")
        else:
            try:
                values[name] = parameters[name].read(texts[0])
            except ValueError:
                problems.append(f"{name!r} must be {parameters[name].wanted}")
    if problems:
        names = ", ".join(parameters) or "none"
        raise ParseError(f"{'; '.join(problems)}. Known here: {names}.")
    return values


def whole(name: str, *, low: int, high: int, default: int, description: str) -> Parameter:
    def parse(text: str) -> int:
        if not low <= int(text) <= high:
            raise ValueError(text)
        return int(text)

    return Parameter(
        name, "[0-9]{1,19}", parse, f"a whole number from {low} to {high}", description,
        {"type": "integer", "minimum": low, "maximum": high, "default": default},
    )  # fmt: skip


def choice(name: str, choices: Sequence[TextChoices], description: str) -> Parameter:
    values = [str(each.value) for each in choices]
    return Parameter(
        name, "|".join(map(re.escape, values)), str, f"one of {', '.join(values)}", description,
        {"type": "string", "enum": values},
    )  # fmt: skip


def word(name: str, pattern: str, wanted: str, description: str) -> Parameter:
    return Parameter(
        name, pattern, str, wanted, description,
        {"type": "string", "pattern": f"^{pattern}$"},
    )  # fmt: skip


LIMIT = whole("limit", low=1, high=LARGEST_PAGE, default=DEFAULT_PAGE,
              description="How many results a page holds at most.")  # fmt: skip
CURSOR = Parameter(
    "cursor", cursor.PATTERN, cursor.Cursor.decode, "a cursor taken from a `next` of this list",
    "Where the page begins. Take it from `next`; it means nothing else.",
    {"type": "string", "pattern": f"^{cursor.PATTERN}$"},
)  # fmt: skip
SINCE = whole("since", low=0, high=LARGEST, default=0,
              description="The last `seq` that you have; the answer begins after it.")  # fmt: skip
FILTERS = (
    word("code", "[MF][0-9]{1,3}", "a code of the taxonomy, such as M2 or F10",
         "Wires that carry this code, at any rank."),
    choice("severity", list(Wire.Severity), "Wires of this verified severity."),
    word("provider", "[A-Za-z0-9_-]{1,80}", "the short name of a provider, such as acme",
         "Wires that name this provider; its short name is its name in lower case, joined by `-`."),
    choice("event_class", list(Wire.EventClass), "Wires of this event class."),
    choice("state", list(Wire.PUBLIC), "Wires that are in this state now."),
)  # fmt: skip
