"""`claims`: hold each claim against the sentences of its evidence."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from classifier.core import claims, rows
from classifier.core.commands.options import Row, add_encoder, encoder, row_id
from classifier.core.types import SourceText

_BETWEEN = "\n\n"


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("claims", help="hold claims against their evidence")
    command.add_argument("--claims", type=Path, required=True, metavar="FILE",
                         help='JSON lines {"id", "claim", "evidence": [sentences]}')  # fmt: skip
    add_encoder(command)
    command.set_defaults(work=_claims)


def _claims(options: argparse.Namespace) -> Iterator[Row]:
    found = list(rows.read(options.claims, "claim"))
    evidence = [rows.texts(options.claims, row, "evidence") for row in found]
    encoding = encoder(options)
    for row, lines in zip(found, evidence, strict=True):
        source = SourceText("evidence", _BETWEEN.join(lines))
        [examined] = claims.examine([row["claim"]], [source], encode=encoding.encode)
        finding = examined.finding
        yield {
            "id": row_id(row),
            "verdict": finding.verdict,
            "basis": finding.basis,
            "score": finding.score,
            "best": _places(lines, [(place.start, place.end) for place in examined.nearest]),
            "missing": asdict(finding.missing),
        }


def _places(lines: Sequence[str], spans: Sequence[tuple[int, int]]) -> list[int]:
    """Return the numbers of the evidence sentences that the spans touch, in their order."""
    starts: list[int] = []
    at = 0
    for line in lines:
        starts.append(at)
        at += len(line) + len(_BETWEEN)
    touched = [
        number
        for start, end in spans
        for number, line in enumerate(lines)
        if starts[number] < end and starts[number] + len(line) > start
    ]
    return list(dict.fromkeys(touched))
