"""`severity`: measure how well graded harm is told from texts."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from classifier.core import rows
from classifier.core.commands.options import (
    Row,
    add_encoder,
    count,
    encoder,
    folds,
    warn_of_both,
)
from classifier.core.grading import Graded, evaluated
from classifier.core.rows import RowError


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("severity", help="measure grades of harm on labelled texts")
    command.add_argument("--texts", type=Path, required=True, metavar="FILE",
                         help='JSON lines {"id", "text", "level", "levels"}, optionally "group"')  # fmt: skip
    command.add_argument("--folds", type=folds, default=5)
    command.add_argument("--repeats", type=count, default=3)
    command.add_argument("--test", type=Path, metavar="FILE",
                         help="measure on these texts, learning from all of the others")  # fmt: skip
    add_encoder(command)
    command.set_defaults(work=_severity)


def _severity(options: argparse.Namespace) -> Iterator[Row]:
    learned = _read(options.texts)
    tested = _read(options.test) if options.test else []
    texts, held_out = _graded(options.texts, learned), _graded(options.test, tested)
    if tested and tested[0]["levels"] != learned[0]["levels"]:
        raise RowError(
            f"{options.test}: its 'levels' are not those of {options.texts}: grades of different "
            "scales cannot be measured together."
        )
    warn_of_both(*([(one.text, one.group) for one in rows] for rows in (texts, held_out)))
    try:
        found = evaluated(
            texts,
            encoder(options).matrix,
            held_out=held_out,
            folds=options.folds,
            repeats=options.repeats,
        )
    except ValueError as error:
        raise RowError(f"{options.texts}: {error}") from error
    yield asdict(found)


def _read(path: Path) -> list[Row]:
    found = list(rows.named(path, "text"))
    if not found:
        raise RowError(f"{path}: holds no texts.")
    for row in found:
        if row.get("levels") != found[0].get("levels"):
            raise RowError(
                f"{path}, line {row['line']}: 'levels' must be those of the first line: grades "
                "of different scales cannot be measured together."
            )
    return found


def _graded(path: Path, found: Sequence[Row]) -> list[Graded]:
    return [_text(path, row) for row in found]


def _text(path: Path, row: Row) -> Graded:
    level, levels = row.get("level"), rows.texts(path, row, "levels")
    if not isinstance(level, int) or isinstance(level, bool) or not 0 <= level < len(levels):
        raise RowError(
            f"{path}, line {row['line']}: 'level' must be a whole number from 0 to "
            f"{len(levels) - 1}, a place in 'levels'."
        )
    return Graded(row["text"], level, rows.group(path, row))
