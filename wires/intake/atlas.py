"""MITRE ATLAS: case studies of attacks on AI systems, from ATLAS.yaml and from their own files.

A case that stands in both is one. In a file of its own a case names techniques and tactics by
templates such as `{{ml_service.id}}`. What these stand for is read from the publisher's data
files, or learnt from the cases that stand in both places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from wires.intake import addresses, parties, records, yamls
from wires.intake.filing import Entry, Filing, IntakeError, Refused, WeakLabel
from wires.intake.markdown import day
from wires.intake.matrix import PARTS, Matrix
from wires.intake.plain import mapping, rows, words
from wires.intake.records import Database, Record

LAYOUT = "a folder with ATLAS.yaml or case-studies/, that file alone, or a case study in YAML"
DATABASE = Database("atlas", "MITRE ATLAS")
ID = re.compile(r"AML\.CS\d+")
NAMES = ("ATLAS.yaml", "dist/ATLAS.yaml")
CASES = ("case-studies", "data/case-studies")
SUFFIXES = (".yaml", ".yml")
BROKEN = "broken"  # says why a case could not be read
MARKS = ("object-type: case-study", "id: ATLAS", "id: AML.CS", "case-studies:")
# A link into the publisher's own site leads nowhere from here.
OWN_LINK = re.compile(r"\[([^\]]{0,300})\]\((?:/|\{\{)[^)]{0,1000}\)")
WRAPPED = re.compile(r"(?<=\S)[ \t]*\n(?=[^\s\-*+#>|\d`])")


def recognises(path: Path) -> bool:
    """Say whether a folder is laid out as ATLAS's, or a file begins as its files do."""
    if path.is_dir():
        whole, files = _layout(path)
        return bool(whole or any(ID.fullmatch(name) for name in files))
    if path.suffix.lower() not in SUFFIXES:
        return False
    with path.open(encoding="utf-8-sig", errors="replace") as handle:
        head = handle.read(4000)
    return any(mark in head for mark in MARKS)


def read(path: Path) -> Iterator[Entry]:
    """Yield the case studies: those of ATLAS.yaml, then those that stand only by themselves."""
    whole, files = _layout(path)
    told: set[str] = set()
    cases: list[dict[str, Any]] = []
    matrix = Matrix()
    if whole:
        try:
            cases = _together(whole, matrix)
        except IntakeError as error:
            yield Refused(whole.name, str(error))
    _learn(matrix, cases, files, path)
    for place, case in enumerate(cases, start=1):
        entry = _entry(case, words(case.get("id")), f"{path.name}, case {place}", matrix)
        if isinstance(entry, Filing) or entry.record not in files:  # its own file may be sound
            told.add(entry.record)
            yield entry
    for name, file in files.items():
        if name not in told:
            yield from _alone(file, name, matrix, told)


def _layout(path: Path) -> tuple[Path | None, dict[str, Path]]:
    """Return ATLAS.yaml, where there is one, and the files of single cases by their names."""
    if not path.is_dir():
        holds_all = re.search(r"^case-studies:", yamls.text_of(path), re.MULTILINE)
        return (path, {}) if holds_all else (None, {path.stem: path})
    whole = next((path / name for name in NAMES if (path / name).is_file()), None)
    within = [path / name for name in CASES if (path / name).is_dir()]
    found = (file for folder in within or [path] for file in folder.iterdir())
    chosen = (file for file in found if within or ID.fullmatch(file.stem))
    cases = sorted(f for f in chosen if f.suffix.lower() in SUFFIXES and f.is_file())
    return whole, {file.stem: file for file in cases}


def _together(whole: Path, matrix: Matrix) -> list[dict[str, Any]]:
    """Return the cases of ATLAS.yaml, and take the names of techniques and tactics from it."""
    text = yamls.text_of(whole)
    try:
        data = mapping(yamls.load(text, whole.name))
    except IntakeError:
        cases = [_salvaged(part, whole.name) for part in yamls.items(text, "case-studies")]
        if not cases:
            raise
        return cases
    for part in map(mapping, rows(data.get("matrices"))):
        matrix.add(part)
    return [mapping(case) for case in rows(data.get("case-studies"))]


def _salvaged(text: str, name: str) -> dict[str, Any]:
    """Return one case of a file that is broken somewhere; the broken one says why."""
    try:
        return mapping(rows(yamls.load(text, name))[0])
    except IntakeError as error:
        number = ID.search(text)
        # The line is counted from the case's first.
        return {"id": number[0] if number else "", BROKEN: str(error)}


def _learn(
    matrix: Matrix, cases: list[dict[str, Any]], files: dict[str, Path], path: Path
) -> None:
    """Learn what templates stand for, from the publisher's data files or from cases told twice."""
    for part in PARTS:
        matrix.read(path / "data" / f"{part}.yaml", part)
    for case in cases:
        if file := files.get(words(case.get("id"))):
            with suppress(IntakeError):
                matrix.learn(case, _study(file))


def _alone(file: Path, name: str, matrix: Matrix, told: set[str]) -> Iterator[Entry]:
    """Yield the case of a file of its own, if it was not told before."""
    try:
        case = _study(file)
    except IntakeError as error:
        yield Refused(name if ID.fullmatch(name) else file.name, str(error))
        return
    number = words(case.get("id")) or (name if ID.fullmatch(name) else "")
    if number not in told:
        told.add(number)
        yield _entry(case, number, file.name, matrix)


def _study(file: Path) -> dict[str, Any]:
    """Return the case of a file; the publisher's site wraps it into a table `study`."""
    data = mapping(yamls.load(yamls.text_of(file), file.name))
    return mapping(data.get("study")) or data


def _entry(case: dict[str, Any], number: str, where: str, matrix: Matrix) -> Entry:
    if problem := words(case.get(BROKEN)):
        return Refused(number or where, problem)
    if not ID.fullmatch(number):
        return Refused(where, f"its id is “{number[:80]}”, not one like AML.CS0009.")
    try:
        return records.filing(_record(case, number, matrix))
    except IntakeError as error:
        return Refused(number, f"{str(error).rstrip('.')}.")


def _record(case: dict[str, Any], number: str, matrix: Matrix) -> Record:
    grain = words(case.get("incident-date-granularity")).lower()
    addresses_given = [words(mapping(row).get("url")) for row in rows(case.get("references"))]
    return Record(
        database=DATABASE,
        id=number,
        url=f"https://atlas.mitre.org/studies/{number}",
        title=matrix.resolved(words(case.get("name"))),
        description=_prose(words(case.get("summary")), matrix),
        more=_more(case, matrix, grain),
        occurred_on=day(words(case.get("incident-date")), "incident-date"),
        providers=parties.companies_in(words(case.get("target"))),
        linked=tuple(filter(None, map(addresses.record_of, addresses_given))),
        labels=tuple(_labels(case, matrix)),
        reports=len(rows(case.get("references"))),
        repairs=(f"date: the record gives the {grain} alone",)
        if grain in ("month", "year")
        else (),
    )


def _labels(case: dict[str, Any], matrix: Matrix) -> Iterator[WeakLabel]:
    for taxonomy, part in (("ATLAS tactic", "tactic"), ("ATLAS technique", "technique")):
        steps = (words(mapping(step).get(part)) for step in rows(case.get("procedure")))
        for label in dict.fromkeys(matrix.named(step) for step in steps if step):
            yield WeakLabel(taxonomy, label, DATABASE.publisher, "published")


def _more(case: dict[str, Any], matrix: Matrix, grain: str) -> str:
    """Return what the record says besides its summary: facts, procedure and references."""
    facts = {
        "Date": f"{words(case.get('incident-date'))} ({grain})"
        if grain
        else words(case.get("incident-date")),
        "Type": words(case.get("case-study-type")),
        "Target": words(case.get("target")),
        "Actor": words(case.get("actor")),
        "Reporter": words(case.get("reporter")),
    }
    told = [f"{name}: {value}" for name, value in facts.items() if value]
    for place, step in enumerate(map(mapping, rows(case.get("procedure"))), start=1):
        named = [matrix.named(words(step.get(part))) for part in ("tactic", "technique")]
        told += [
            "",
            f"{place}. {', '.join(filter(None, named))}",
            _prose(words(step.get("description")), matrix),
        ]
    told += ["", "References:"] if case.get("references") else []
    for row in rows(case.get("references")):
        pair = [words(mapping(row).get(part)) for part in ("title", "url")]
        told.append(f"- {': '.join(filter(None, pair)) or words(row)}")
    return "\n".join(told)


def _prose(text: str, matrix: Matrix) -> str:
    """Return Markdown with its templates filled in, its wrapped lines joined, its links at home."""
    return WRAPPED.sub(" ", OWN_LINK.sub(r"\1", matrix.resolved(text)))
