"""`rationale`: fill the four but-for slots with a text's own words."""

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from classifier.core import rationale, rows, sentences, template
from classifier.core.commands.options import Row
from classifier.core.located import located
from classifier.core.types import Sentence, Span

SLOTS = ("system", "act", "harm", "counterfactual")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("rationale", help="draft but-for slots from texts")
    command.add_argument("--texts", type=Path, required=True, metavar="FILE",
                         help='JSON lines {"id", "text"}, optionally "providers": [names]')  # fmt: skip
    command.set_defaults(work=_rationale)


def _rationale(options: argparse.Namespace) -> Iterator[Row]:
    for row in rows.named(options.texts, "text"):
        providers = rows.texts(options.texts, row, "providers") if "providers" in row else ()
        found = sentences.split(row["text"])
        drafted = rationale.draft(found, providers)
        put = _putter(row["text"], found)
        suggested = template.counterfactual(drafted)
        yield {
            "id": row["id"],
            "slots": {slot: put(getattr(drafted, slot)) for slot in SLOTS},
            "hedges": [span.text for span in drafted.hedges],
            "other_causes": [span.text for span in drafted.other_causes],
            "template": suggested.text if suggested else None,
        }


def _putter(text: str, found: Sequence[Sentence]) -> Callable[[Span | None], Row | None]:
    by_number = {sentence.n: sentence for sentence in found}

    def put(span: Span | None) -> Row | None:
        if span is None:
            return None
        start, end = located(text, by_number[span.sentence], span)
        return {"text": text[start:end], "start": start, "end": end}

    return put
