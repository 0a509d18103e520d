"""`rationale`: fill the four but-for slots with a text's own words."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from classifier.core import rationale, rows, sentences
from classifier.core.commands.options import Row, row_id
from classifier.core.types import RationaleDraft, Span


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("rationale", help="draft but-for slots from texts")
    command.add_argument("--texts", type=Path, required=True, metavar="FILE",
                         help='JSON lines {"id", "text"}, optionally "providers": [names]')  # fmt: skip
    command.set_defaults(work=_rationale)


def _rationale(options: argparse.Namespace) -> Iterator[Row]:
    for row in rows.read(options.texts, "text"):
        providers = rows.texts(options.texts, row, "providers") if "providers" in row else ()
        drafted = rationale.draft(sentences.split(row["text"]), providers)
        yield {
            "id": row_id(row),
            "slots": _slots(drafted),
            "hedges": [span.text for span in drafted.hedges],
            "other_causes": [span.text for span in drafted.other_causes],
        }


def _slots(drafted: RationaleDraft) -> dict[str, str | None]:
    def words(span: Span | None) -> str | None:
        return span.text if span else None

    return {
        "system": words(drafted.system),
        "act": words(drafted.act),
        "harm": words(drafted.harm),
        "counterfactual": words(drafted.counterfactual),
    }
