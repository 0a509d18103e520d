"""`similar`: rank a corpus for each query."""

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path

from classifier.core import rows
from classifier.core.commands.options import Row, add_encoder, count, days, encoder
from classifier.core.rows import RowError
from classifier.core.similar import Circumstance, Corpus
from classifier.core.types import Document

_ROWS = 'JSON lines {"id", "text"}, optionally "date" (2026-05-31) and "entities": [names]'


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("similar", help="rank a corpus for each query")
    command.add_argument("--corpus", type=Path, required=True, metavar="FILE", help=_ROWS)
    command.add_argument("--queries", type=Path, required=True, metavar="FILE", help=_ROWS)
    command.add_argument("--limit", type=count, default=3)
    command.add_argument(
        "--days", type=days, help="leave out what is dated further away than this"
    )
    command.add_argument("--shared-entity", action="store_true",
                         help="leave out what has entities and none of the query's")  # fmt: skip
    add_encoder(command)
    command.set_defaults(work=_similar)


def _similar(options: argparse.Namespace) -> Iterator[Row]:
    texts = _apart(options.corpus)
    queries = list(rows.named(options.queries, "text"))
    known = [_circumstance(options.corpus, row) for row in texts]
    asked = [_circumstance(options.queries, row) for row in queries]
    encode = encoder(options).encode
    corpus = Corpus.of(
        [Document(str(n), row["text"]) for n, row in enumerate(texts)], encode=encode
    )
    vectors = encode([row["text"] for row in queries])
    for row, mine, vector in zip(queries, asked, vectors, strict=True):

        def admits(document: Document, mine: Circumstance = mine) -> bool:
            return mine.may_be(
                known[int(document.id)], days=options.days, shared=options.shared_entity
            )

        matches = corpus.nearest(row["text"], vector, limit=options.limit, admits=admits)
        yield {
            "id": row["id"],
            "similar": [
                {**asdict(match), "id": texts[int(match.id)]["id"]} for match in matches
            ],
        }


def _apart(path: Path) -> list[Row]:
    """Read a corpus; an answer names a text of it by its id, so no two share one."""
    found: dict[str, Row] = {}
    for row in rows.named(path, "text"):
        if str(row["id"]) in found:
            raise RowError(f"{path}, line {row['line']}: the id {row['id']!r} is there twice.")
        found[str(row["id"])] = row
    return list(found.values())


def _circumstance(path: Path, row: Row) -> Circumstance:
    told = row.get("date")
    try:
        on = date.fromisoformat(told) if told is not None else None
    except (TypeError, ValueError) as error:
        raise RowError(
            f"{path}, line {row['line']}: 'date' must be a day such as 2026-05-31."
        ) from error
    names = rows.texts(path, row, "entities") if "entities" in row else ()
    return Circumstance(on, frozenset(name.casefold() for name in names))
