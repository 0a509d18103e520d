"""The subcommands, one file each: read rows, call the library, write one JSON line for each row."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TextIO

from classifier.core.commands import bench, claims, codes, rationale, severity, similar
from classifier.core.commands.options import Row
from classifier.core.encoder import EncoderError
from classifier.core.rows import RowError

_ABOUT = (
    "JSON lines in, JSON lines out: codes, severity, claims, rationales and similar texts."
)
COMMANDS = (codes, claims, rationale, severity, similar, bench)

_CUT_SHORT = 141  # as a shell tells of a program that SIGPIPE ended


def main(arguments: Sequence[str] | None = None, out: TextIO = sys.stdout) -> int:
    """Run one subcommand; return 2 after a one-line error on bad input."""
    parser = argparse.ArgumentParser(prog="python -m classifier.core", description=_ABOUT)
    parsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(parsers)
    options = parser.parse_args(arguments)
    work: Callable[[argparse.Namespace], Iterator[Row]] = options.work
    try:
        for row in work(options):
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
        out.flush()
    except BrokenPipeError:
        # Whoever reads has seen enough. What is left in the buffer must not be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _CUT_SHORT
    except (RowError, EncoderError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0
