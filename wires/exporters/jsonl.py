"""One record a line, as the feed gives it."""

from collections.abc import Iterable, Iterator

import orjson

from wires.record import Record

TYPE = "application/jsonl; charset=utf-8"


def lines(records: Iterable[Record]) -> Iterator[bytes]:
    for record in records:
        yield orjson.dumps(record) + b"\n"
