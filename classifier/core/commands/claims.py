"""`claims`: hold each claim against the sentences of its evidence."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from classifier.core import claims, entailment, rows, trial
from classifier.core.claims import Study
from classifier.core.commands.options import (
    Row,
    add_encoder,
    encoder,
    folds,
    warn_of_both,
)
from classifier.core.entailment import Entailment
from classifier.core.roc import Area
from classifier.core.rows import RowError
from classifier.core.support import Level, Support, SupportError, shipped
from classifier.core.trial import Labelled
from classifier.core.types import Encode, SourceText

_BETWEEN = "\n\n"
_LEVELS: dict[str, Level] = {
    "supported": "supported",
    "partially_supported": "partly",
    "partly": "partly",
    "not_supported": "not",
    "unsupported": "not",
    "contradicted": "not",
}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("claims", help="hold claims against their evidence")
    command.add_argument("--claims", type=Path, required=True, metavar="FILE",
                         help='JSON lines {"id", "claim", "evidence": [sentences]}, optionally "label"')  # fmt: skip
    command.add_argument("--folds", type=folds, default=5, metavar="N",
                         help="with labels, score each claim by a model fitted on the other folds")  # fmt: skip
    command.add_argument("--test", type=Path, metavar="FILE",
                         help="fit on --claims, which has labels, and score these claims")  # fmt: skip
    command.add_argument("--entailment", metavar="MODEL",
                         help="a sequence classifier's folder or cached name, asked beside the rules")  # fmt: skip
    add_encoder(command)
    command.set_defaults(work=_claims)


def _claims(options: argparse.Namespace) -> Iterator[Row]:
    found = _read(options.claims)
    tested = _read(options.test) if options.test else []
    levels, known = _levels(options.claims, found), _levels(options.test, tested)
    if options.test and levels is None:
        raise RowError(f"{options.claims}: has no labels to fit on.")
    warn_of_both(*([(row["claim"], row["group"]) for row in one] for one in (found, tested)))
    encode = encoder(options).encode
    model = _entail(options)
    studies = _studied(found, encode, model)
    if levels is None:
        yield from _answers(found, studies, [shipped()] * len(found), model)
    elif options.test:
        fitted = _fitted(options.claims, studies, levels)
        others = _studied(tested, encode, model)
        support = [fitted] * len(tested)
        yield from _answers(tested, others, support, model)
        if known:
            labelled = _labelled(tested, known)
            yield _methods(
                labelled, others, support, trial.groups(labelled, encode=encode), encode
            )
    else:
        labelled = _labelled(found, levels)
        group = trial.groups(labelled, encode=encode)
        fold = trial.folds(group, options.folds)
        fitted_apart = trial.models(studies, levels, fold)
        yield from _answers(found, studies, fitted_apart or [shipped()] * len(found), model)
        yield _methods(labelled, studies, fitted_apart, group, encode)


def _read(path: Path) -> list[Row]:
    return [
        {**row, "evidence": rows.texts(path, row, "evidence"), "group": _article(path, row)}
        for row in rows.named(path, "claim")
    ]


def _levels(path: Path | None, found: Sequence[Row]) -> list[Level] | None:
    """Return the level of each claim; None where no row has a label."""
    labels = [row.get("label") for row in found]
    if all(label is None for label in labels):
        return None
    for row in found:
        if not isinstance(row.get("label"), str) or row["label"] not in _LEVELS:
            raise RowError(
                f"{path}, line {row['line']}: 'label' must be one of {', '.join(_LEVELS)} "
                f"where other lines have one, not {row.get('label')!r}."
            )
    return [_LEVELS[str(label)] for label in labels]


def _labelled(found: Sequence[Row], levels: Sequence[Level]) -> list[Labelled]:
    return [
        Labelled(row["claim"], row["evidence"], level, row["group"])
        for row, level in zip(found, levels, strict=True)
    ]


def _article(path: Path, row: Row) -> str | None:
    """Return what groups a row: its own `group`, or the article that WiCE took it from."""
    meta = row.get("meta")
    title = meta.get("claim_title") if isinstance(meta, dict) else None
    return rows.group(path, {**row, "group": row.get("group", title)})


def _entail(options: argparse.Namespace) -> Entailment | None:
    if options.entailment is None:
        return None
    return entailment.load(options.entailment, options.device)


def _studied(found: Sequence[Row], encode: Encode, model: Entailment | None) -> list[Study]:
    studies: list[Study] = []
    entail = model.judge if model else None
    for row in found:
        source = SourceText("evidence", _BETWEEN.join(row["evidence"]))
        studies += claims.study([row["claim"]], [source], encode=encode, entail=entail)
    return studies


def _fitted(path: Path, studies: Sequence[Study], levels: Sequence[Level]) -> Support:
    try:
        return trial.trained(studies, levels)
    except SupportError as error:
        raise RowError(f"{path}: {error}") from error


def _answers(
    found: Sequence[Row],
    studies: Sequence[Study],
    support: Sequence[Support],
    model: Entailment | None,
) -> Iterator[Row]:
    for row, studied, fitted in zip(found, studies, support, strict=True):
        examined = claims.conclude(studied, fitted)
        finding = examined.finding
        spans = [(place.start, place.end) for place in examined.nearest]
        yield {
            "id": row["id"],
            "verdict": finding.verdict,
            "basis": finding.basis,
            "score": finding.score,
            "best": _places(row["evidence"], spans),
            "missing": asdict(finding.missing),
            **(_opinion(studied, model) if model else {}),
        }


def _opinion(studied: Study, model: Entailment) -> Row:
    """Return what the entailment model says at most of any place, and which model it is."""
    said = [opinion for opinion in studied.opinions if opinion]
    return {
        "entailment": {
            "model": model.name,
            "sha256": model.digest,
            "entailed": max((round(one.entailed, 4) for one in said), default=None),
            "contradicted": max((round(one.contradicted, 4) for one in said), default=None),
        }
    }


def _methods(
    labelled: Sequence[Labelled],
    studies: Sequence[Study],
    support: Sequence[Support] | None,
    group: Sequence[int],
    encode: Encode,
) -> Row:
    """Return the last line; a model that could not be fitted is not measured."""
    scores = trial.baselines(labelled, studies, encode=encode)
    levels = [one.level for one in labelled]
    if support is not None:
        own = [
            claims.conclude(studied, model).finding.score
            for studied, model in zip(studies, support, strict=True)
        ]
        scores = {"butfor": own, **scores}
    areas = trial.measured(scores, levels, group)
    return {"methods": {method: _figures(found) for method, found in areas.items()}}


def _figures(areas: dict[str, Area | None]) -> Row:
    figures: Row = {name: found and round(found.value, 4) for name, found in areas.items()}
    for name, found in areas.items():
        figures[f"{name}_interval"] = found and [round(found.low, 4), round(found.high, 4)]
    return figures


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
