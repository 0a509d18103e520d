"""`similar`: rank a corpus for each query."""

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from classifier.core import rows, similar
from classifier.core.commands.options import Row, add_encoder, encoder, row_id
from classifier.core.types import Document


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("similar", help="rank a corpus for each query")
    command.add_argument("--corpus", type=Path, required=True, metavar="FILE",
                         help='JSON lines {"id", "text"}')  # fmt: skip
    command.add_argument("--queries", type=Path, required=True, metavar="FILE",
                         help='JSON lines {"id", "text"}')  # fmt: skip
    command.add_argument("--limit", type=int, default=3)
    add_encoder(command)
    command.set_defaults(work=_similar)


def _similar(options: argparse.Namespace) -> Iterator[Row]:
    texts = list(rows.read(options.corpus, "text"))
    queries = list(rows.read(options.queries, "text"))
    encoding = encoder(options)
    vectors = encoding.encode([row["text"] for row in texts])
    corpus = [
        Document(str(row_id(row)), row["text"], vector)
        for row, vector in zip(texts, vectors, strict=True)
    ]
    for row in queries:
        matches = similar.rank(
            row["text"], corpus, encode=encoding.encode, limit=options.limit
        )
        yield {"id": row_id(row), "similar": [asdict(match) for match in matches]}
