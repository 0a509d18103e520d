"""`bench`: how many texts a second the encoder reads on this machine."""

import argparse
from collections.abc import Iterator
from dataclasses import asdict

from classifier.core.commands.options import Row, add_encoder, encoder


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "bench", help="time the encoder beside sentence-transformers"
    )
    command.add_argument("--texts", type=_count, help="texts a round")
    command.add_argument("--rounds", type=_count, default=5)
    add_encoder(command)
    command.set_defaults(work=_bench)


def _bench(options: argparse.Namespace) -> Iterator[Row]:
    loaded = encoder(options)
    from classifier.core.throughput import measured

    yield asdict(measured(loaded, texts=options.texts, rounds=options.rounds))


def _count(given: str) -> int:
    if not given.isdecimal() or int(given) < 1:
        raise argparse.ArgumentTypeError(f"{given!r} is not a whole number from 1")
    return int(given)
