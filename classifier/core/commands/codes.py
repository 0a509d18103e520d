"""`fit`, `propose` and `evaluate`: which codes texts call for."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from classifier.core import codes, rows
from classifier.core.commands.options import (
    Known,
    Row,
    add_encoder,
    count,
    encoder,
    folds,
    tell,
    warn_of_both,
)
from classifier.core.rows import RowError
from classifier.core.types import CodeCard, CodedText

_TEXTS = 'JSON lines {"id", "text", "codes": [...]}, optionally "group"'
_CODES = 'JSON lines {"code", "title", "definition"}, optionally "examples"'
_BATCH = 256


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    fit = commands.add_parser("fit", help="learn codes from labelled texts")
    fit.add_argument("--texts", type=Path, required=True, metavar="FILE", help=_TEXTS)
    fit.add_argument("--codes", type=Path, required=True, metavar="FILE", help=_CODES)
    fit.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    add_encoder(fit)
    fit.set_defaults(work=_fit)

    propose = commands.add_parser("propose", help="rank codes for texts")
    ranker = propose.add_mutually_exclusive_group(required=True)
    ranker.add_argument("--model", type=Path, metavar="FOLDER", help="what `fit` wrote")
    ranker.add_argument("--codes", type=Path, metavar="FILE",
                        help=f"rank by definitions alone: {_CODES}")  # fmt: skip
    propose.add_argument("--texts", type=Path, required=True, metavar="FILE",
                         help='JSON lines {"id", "text"}')  # fmt: skip
    add_encoder(propose)
    propose.set_defaults(work=_propose)

    evaluate = commands.add_parser("evaluate", help="measure on folds or on other texts")
    evaluate.add_argument("--texts", type=Path, required=True, metavar="FILE", help=_TEXTS)
    evaluate.add_argument("--codes", type=Path, required=True, metavar="FILE", help=_CODES)
    evaluate.add_argument("--folds", type=folds, default=5)
    evaluate.add_argument("--repeats", type=count, default=3)
    evaluate.add_argument("--shots", type=_shots, default="all", metavar="N",
                          help="labelled texts a code, or `all`")  # fmt: skip
    evaluate.add_argument("--test", type=Path, metavar="FILE",
                          help="measure on these labelled texts instead of folds")  # fmt: skip
    add_encoder(evaluate)
    evaluate.set_defaults(work=_evaluate)


def _fit(options: argparse.Namespace) -> Iterator[Row]:
    cards = _cards(options.codes)
    texts = _texts(options.texts, cards)
    encoding = encoder(options)
    tell(f"learning {len(cards)} codes from {len(texts)} texts")
    model = codes.fit(texts, cards, encoding.encode, encoder=encoding.digest)
    try:
        model.save(options.out)
    except OSError as error:
        raise RowError(f"{options.out}: cannot be written ({error.strerror}).") from error
    record = asdict(model.record)
    yield {
        "digest": record["digest"],
        "texts": len(texts),
        "labelled": len(record["trained_on"]),
        "codes": len(cards),
        "certified": record["certified"],
        "metrics": record["metrics"],
    }


def _propose(options: argparse.Namespace) -> Iterator[Row]:
    cards = _cards(options.codes) if options.codes else []
    texts = list(rows.named(options.texts, "text"))
    encoding = encoder(options)
    try:
        model = (
            codes.fit((), cards, encoding.encode)
            if options.codes
            else codes.CodeModel.load(options.model, encoding.encode, encoder=encoding.digest)
        )
    except codes.ModelError as error:
        raise RowError(str(error)) from error
    for start in range(0, len(texts), _BATCH):
        batch = texts[start : start + _BATCH]
        for row, proposal in zip(
            batch, model.propose([row["text"] for row in batch]), strict=True
        ):
            yield {"id": row["id"], **asdict(proposal)}


def _evaluate(options: argparse.Namespace) -> Iterator[Row]:
    cards = _cards(options.codes)
    texts = _texts(options.texts, cards)
    held_out = _texts(options.test, cards) if options.test else None
    warn_of_both(_labelled(texts), _labelled(held_out or ()))
    encoding = encoder(options)
    from classifier.core.codetrial import evaluate

    try:
        found = evaluate(
            texts,
            cards,
            encoding.encode,
            held_out=held_out,
            folds=options.folds,
            repeats=options.repeats,
            shots=options.shots,
            tell=tell,
        )
    except ValueError as error:
        raise RowError(f"{options.test or options.texts}: {error}") from error
    yield asdict(found)


def _cards(path: Path) -> list[CodeCard]:
    cards = []
    known: set[str] = set()
    for row in rows.read(path, "code", "definition"):
        if row["code"] in known:
            raise RowError(f"{path}, line {row['line']}: {row['code']!r} is there twice.")
        known.add(row["code"])
        examples = rows.texts(path, row, "examples") if "examples" in row else ()
        cards.append(
            CodeCard(row["code"], rows.text(path, row, "title"), row["definition"], examples)
        )
    if not cards:
        raise RowError(f"{path}: holds no codes.")
    return cards


def _texts(path: Path, cards: list[CodeCard]) -> list[CodedText]:
    """Read texts; one without `codes` has no labels. Twins and unknown codes are refused."""
    defined = {card.code for card in cards}
    found: dict[str, CodedText] = {}
    for row in rows.named(path, "text"):
        name, where = str(row["id"]), f"{path}, line {row['line']}"
        if name in found:
            raise RowError(f"{where}: the id {name!r} is there twice.")
        given = rows.texts(path, row, "codes") if row.get("codes") is not None else None
        if unknown := sorted(set(given or ()) - defined):
            raise RowError(f"{where}: no definition of {', '.join(unknown)}.")
        found[name] = CodedText(name, row["text"], given, rows.group(path, row))
    if not found:
        raise RowError(f"{path}: holds no texts.")
    return list(found.values())


def _labelled(texts: Sequence[CodedText]) -> list[Known]:
    return [(text.text, text.group) for text in texts if text.codes is not None]


def _shots(given: str) -> int | None:
    if given == "all":
        return None
    if not given.isdecimal():
        raise argparse.ArgumentTypeError(f"{given!r} is neither a whole number nor `all`")
    return int(given)
