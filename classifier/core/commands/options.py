"""What the subcommands share: the encoder's options, and what is said beside the answers."""

import argparse
import sys
from collections.abc import Sequence
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


Known = tuple[str, str | None]
"""A text, and its group where one is given."""


def tell(what: str) -> None:
    """Say something beside the answers, at once."""
    sys.stderr.write(f"{what}\n")
    sys.stderr.flush()


def warn_of_both(learned: Sequence[Known], tested: Sequence[Known]) -> None:
    """Tell how many texts that are to be tested were learned from, if there are any."""
    texts = {" ".join(text.split()) for text, _ in learned}
    groups = {group for _, group in learned if group is not None}
    both = sum(" ".join(text.split()) in texts or group in groups for text, group in tested)
    if both:
        tell(
            f"Warning: {both} of the {len(tested)} rows to test on are among those to learn from, "
            "or in a group with one. The figures will be too good: leave them out of one file."
        )


def _at_least(least: int, given: str) -> int:
    if not given.isdecimal() or int(given) < least:
        raise argparse.ArgumentTypeError(f"{given!r} is not a whole number from {least}")
    return int(given)
