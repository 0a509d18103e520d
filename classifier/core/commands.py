"""The subcommands: read rows, call the library, write one JSON line for each row."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from classifier.core import claims, rationale, rows, sentences, similar
from classifier.core.codes import CodeIndex
from classifier.core.encoder import Encoder, EncoderError, load
from classifier.core.rows import RowError
from classifier.core.types import CodeCard, Document, RationaleDraft, SourceText, Span

Row = dict[str, Any]
_BETWEEN = "\n\n"


def main(arguments: Sequence[str] | None = None, out: TextIO = sys.stdout) -> int:
    """Run one subcommand; return 2 after a one-line error on bad input."""
    options = _parser().parse_args(arguments)
    work: Callable[[argparse.Namespace], Iterator[Row]] = options.work
    try:
        for row in work(options):
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    except (RowError, EncoderError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m classifier.core", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    claim = commands.add_parser("claims", help="hold claims against their evidence")
    claim.add_argument("--claims", type=Path, required=True, metavar="FILE",
                       help='JSON lines {"id", "claim", "evidence": [sentences]}')  # fmt: skip
    claim.set_defaults(work=_claims)

    drafts = commands.add_parser("rationale", help="draft but-for slots from texts")
    drafts.add_argument("--texts", type=Path, required=True, metavar="FILE",
                        help='JSON lines {"id", "text"}, optionally "providers": [names]')  # fmt: skip
    drafts.set_defaults(work=_rationale)

    near = commands.add_parser("similar", help="rank a corpus for each query")
    near.add_argument("--corpus", type=Path, required=True, metavar="FILE",
                      help='JSON lines {"id", "text"}')  # fmt: skip
    near.add_argument("--queries", type=Path, required=True, metavar="FILE",
                      help='JSON lines {"id", "text"}')  # fmt: skip
    near.add_argument("--limit", type=int, default=3)
    near.set_defaults(work=_similar)

    codes = commands.add_parser("propose", help="rank codes for texts")
    codes.add_argument("--codes", type=Path, required=True, metavar="FILE",
                       help='JSON lines {"code", "title", "definition"}, optionally "examples"')  # fmt: skip
    codes.add_argument("--texts", type=Path, required=True, metavar="FILE",
                       help='JSON lines {"id", "text"}')  # fmt: skip
    codes.set_defaults(work=_propose)

    for command in (claim, near, codes):
        command.add_argument("--model", help="a sentence-transformers folder or cached name")
        command.add_argument(
            "--device", default="auto", choices=("auto", "cpu", "cuda", "mps")
        )
    return parser


def _claims(options: argparse.Namespace) -> Iterator[Row]:
    found = list(rows.read(options.claims, "claim"))
    evidence = [rows.texts(options.claims, row, "evidence") for row in found]
    encoder = _encoder(options)
    for row, lines in zip(found, evidence, strict=True):
        source = SourceText("evidence", _BETWEEN.join(lines))
        [examined] = claims.examine([row["claim"]], [source], encode=encoder.encode)
        finding = examined.finding
        yield {
            "id": _id(row),
            "verdict": finding.verdict,
            "basis": finding.basis,
            "score": finding.score,
            "best": _places(lines, [(place.start, place.end) for place in examined.nearest]),
            "missing": asdict(finding.missing),
        }


def _rationale(options: argparse.Namespace) -> Iterator[Row]:
    for row in rows.read(options.texts, "text"):
        providers = rows.texts(options.texts, row, "providers") if "providers" in row else ()
        drafted = rationale.draft(sentences.split(row["text"]), providers)
        yield {
            "id": _id(row),
            "slots": _slots(drafted),
            "hedges": [span.text for span in drafted.hedges],
            "other_causes": [span.text for span in drafted.other_causes],
        }


def _similar(options: argparse.Namespace) -> Iterator[Row]:
    texts = list(rows.read(options.corpus, "text"))
    queries = list(rows.read(options.queries, "text"))
    encoder = _encoder(options)
    vectors = encoder.encode([row["text"] for row in texts])
    corpus = [
        Document(str(_id(row)), row["text"], vector)
        for row, vector in zip(texts, vectors, strict=True)
    ]
    for row in queries:
        matches = similar.rank(row["text"], corpus, encode=encoder.encode, limit=options.limit)
        yield {"id": _id(row), "similar": [asdict(match) for match in matches]}


def _propose(options: argparse.Namespace) -> Iterator[Row]:
    cards = [
        _card(options.codes, row) for row in rows.read(options.codes, "code", "definition")
    ]
    if not cards:
        raise RowError(f"{options.codes}: holds no codes.")
    texts = list(rows.read(options.texts, "text"))
    index = CodeIndex.build(cards, encode=_encoder(options).encode)
    for row in texts:
        proposal = index.propose(row["text"], limit=None)
        yield {"id": _id(row), **asdict(proposal)}


def _card(path: Path, row: Row) -> CodeCard:
    examples = rows.texts(path, row, "examples") if "examples" in row else ()
    return CodeCard(row["code"], str(row.get("title", "")), row["definition"], examples)


def _encoder(options: argparse.Namespace) -> Encoder:
    return load(options.model, options.device)


def _id(row: Mapping[str, Any]) -> Any:
    """Return the row's id; that of its `meta`, or its line number, where it has none."""
    meta = row.get("meta")
    inner = meta.get("id") if isinstance(meta, dict) else None
    return row.get("id", inner if inner is not None else row["line"])


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


def _slots(drafted: RationaleDraft) -> dict[str, str | None]:
    def words(span: Span | None) -> str | None:
        return span.text if span else None

    return {
        "system": words(drafted.system),
        "act": words(drafted.act),
        "harm": words(drafted.harm),
        "counterfactual": words(drafted.counterfactual),
    }
