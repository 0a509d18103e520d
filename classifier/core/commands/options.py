"""What the subcommands share: the encoder's options, and the id of a row."""

import argparse
from collections.abc import Mapping
from typing import Any

from classifier.core.encoder import Encoder, load

Row = dict[str, Any]


def add_encoder(command: argparse.ArgumentParser) -> None:
    command.add_argument("--encoder", help="a sentence-transformers folder or cached name")
    command.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps")


def count(given: str) -> int:
    """Read a whole number from 1."""
    return _at_least(1, given)


def folds(given: str) -> int:
    """Read a number of folds: one to ask and at least one to learn from."""
    return _at_least(2, given)


def days(given: str) -> int:
    """Read a number of days, or none."""
    return _at_least(0, given)


def encoder(options: argparse.Namespace) -> Encoder:
    return load(options.encoder, options.device)


def row_id(row: Mapping[str, Any]) -> Any:
    """Return the row's id; that of its `meta`, or its line number, where it has none."""
    meta = row.get("meta")
    inner = meta.get("id") if isinstance(meta, dict) else None
    return row.get("id", inner if inner is not None else row["line"])


def _at_least(least: int, given: str) -> int:
    if not given.isdecimal() or int(given) < least:
        raise argparse.ArgumentTypeError(f"{given!r} is not a whole number from {least}")
    return int(given)
