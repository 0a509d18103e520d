"""`propose`: rank codes for texts."""

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from classifier.core import rows
from classifier.core.codes import CodeIndex
from classifier.core.commands.options import Row, add_encoder, encoder, row_id
from classifier.core.rows import RowError
from classifier.core.types import CodeCard


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("propose", help="rank codes for texts")
    command.add_argument("--codes", type=Path, required=True, metavar="FILE",
                         help='JSON lines {"code", "title", "definition"}, optionally "examples"')  # fmt: skip
    command.add_argument("--texts", type=Path, required=True, metavar="FILE",
                         help='JSON lines {"id", "text"}')  # fmt: skip
    add_encoder(command)
    command.set_defaults(work=_propose)


def _propose(options: argparse.Namespace) -> Iterator[Row]:
    cards = [
        _card(options.codes, row) for row in rows.read(options.codes, "code", "definition")
    ]
    if not cards:
        raise RowError(f"{options.codes}: holds no codes.")
    texts = list(rows.read(options.texts, "text"))
    index = CodeIndex.build(cards, encode=encoder(options).encode)
    for row in texts:
        proposal = index.propose(row["text"], limit=None)
        yield {"id": row_id(row), **asdict(proposal)}


def _card(path: Path, row: Row) -> CodeCard:
    examples = rows.texts(path, row, "examples") if "examples" in row else ()
    return CodeCard(row["code"], str(row.get("title", "")), row["definition"], examples)
