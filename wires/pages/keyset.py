"""Pages of a long list, walked by the place of a row: no counting, no offsets.

A cursor is the public name of a row, so a page's address stays right while the list grows
and tells nothing about rows that are not public.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet
from django.http import Http404, QueryDict

M = TypeVar("M", bound=Model)

SIZE = 25


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """Rows in the list's order, and the queries of its neighbours: empty at an end."""

    rows: tuple[M, ...]
    newer: str
    older: str


@dataclass(frozen=True, slots=True)
class Keyset:
    """A list ordered by `moment` and primary key, newest first; `name` names a row in public.

    Only what fits `pattern` is looked up as a name.
    """

    moment: str
    name: str
    pattern: re.Pattern[str]

    def page(
        self,
        rows: QuerySet[M],
        query: QueryDict,
        *,
        size: int = SIZE,
        kept: Mapping[str, str] = MappingProxyType({}),
    ) -> Page[M]:
        """Return the page that `?before=NAME` or `?after=NAME` asks for.

        What is `kept` stays in the addresses of its neighbours. Takes one query, and one more for a cursor. Raises Http404 for a name that is not
        in the list.
        """
        before, after = query.get("before"), query.get("after")
        if after:
            return self._newer(rows, after, size, kept)
        newest_first = rows.order_by(f"-{self.moment}", "-pk")
        if before:
            at, pk = self._place(rows, before)
            newest_first = newest_first.filter(
                Q(**{f"{self.moment}__lt": at}) | Q(**{self.moment: at, "pk__lt": pk}),
                **{f"{self.moment}__lte": at},  # this one the index can walk from
            )
        found = list(newest_first[: size + 1])
        return self._shown(found[:size], kept, newer=bool(before), older=len(found) > size)

    def _newer(
        self, rows: QuerySet[M], after: str, size: int, kept: Mapping[str, str]
    ) -> Page[M]:
        at, pk = self._place(rows, after)
        oldest_first = rows.order_by(self.moment, "pk").filter(
            Q(**{f"{self.moment}__gt": at}) | Q(**{self.moment: at, "pk__gt": pk}),
            **{f"{self.moment}__gte": at},
        )
        found = list(oldest_first[: size + 1])
        return self._shown(found[:size][::-1], kept, newer=len(found) > size, older=True)

    def _place(self, rows: QuerySet[M], name: str) -> tuple[Any, int]:
        place: tuple[Any, int] | None = None
        if self.pattern.fullmatch(name):
            named = rows.filter(**{self.name: name})
            place = named.values_list(self.moment, "pk").first()
        if place is None:
            raise Http404("The list has no such place.")
        return place

    def _shown(
        self, rows: list[M], kept: Mapping[str, str], *, newer: bool, older: bool
    ) -> Page[M]:
        def address(word: str, row: M) -> str:
            return f"?{urlencode({**kept, word: getattr(row, self.name)})}"

        return Page(
            tuple(rows),
            address("after", rows[0]) if rows and newer else "",
            address("before", rows[-1]) if rows and older else "",
        )


WIRES = Keyset("first_published_at", "public_id", re.compile(r"AIW-[0-9-]{6,20}"))
NOTICES = Keyset("made_at", "pk", re.compile(r"[0-9]{1,18}"))
