"""The AI Vulnerability Database: reports and vulnerabilities, each a record in JSON.

A folder may be laid out as the publisher has it, by kind and year, or flat; a file may hold
one record, an array of them, or one a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wires.intake import addresses, jsonlines, records
from wires.intake.filing import Entry, IntakeError, Refused, WeakLabel
from wires.intake.markdown import day
from wires.intake.plain import lines, listed, mapping, rows, words
from wires.intake.records import Database, Record

LAYOUT = "a folder with reports/ or vulnerabilities/, or records in JSON"
DATABASE = Database("avid", "AI Vulnerability Database")
ID = re.compile(r"AVID-\d{4}-[RV]\d+", re.IGNORECASE)
CVE = re.compile(r"\bCVE-\d{4}-\d{4,}\b", re.IGNORECASE)
FOLDERS = ("reports", "vulnerabilities")
LOOKED_INTO = 20  # files of a folder that are opened to see whose they are
SUFFIXES = (".json", ".jsonl", ".ndjson")
# Tables of the publisher that labels are taken from.
TAXONOMIES = {
    "risk_domain": "AVID risk domain",
    "sep_view": "AVID SEP view",
    "lifecycle_view": "AVID lifecycle view",
}


def recognises(path: Path) -> bool:
    """Say whether a folder's files are named as AVID's are, or hold what its records hold."""
    files = _files(path) if path.is_dir() else [path]
    if path.is_dir() and any(ID.match(file.stem) for file in files):
        return True
    return any(_holds_records(file) for file in files[:LOOKED_INTO])


def _holds_records(file: Path) -> bool:
    if file.suffix.lower() not in SUFFIXES:
        return False
    first = next(jsonlines.values(file), None)
    return isinstance(first, tuple) and (
        bool(_stated_id(first[1])) or _kind(first[1]) == "AVID"
    )


def read(path: Path) -> Iterator[Entry]:
    """Yield the records, a file at a time, in the order of the files' names."""
    if not path.is_dir():
        yield from _read_file(path, path.name)
        return
    for file in _files(path):
        yield from _read_file(file, file.relative_to(path).as_posix())


def _files(path: Path) -> list[Path]:
    """Return the files of records in a folder, or in its folders of a kind or of a year."""
    folders = [path / name for name in FOLDERS if (path / name).is_dir()] or [path]
    folders += [year for folder in folders for year in folder.glob("[0-9][0-9][0-9][0-9]/")]
    found = (file for folder in folders for file in folder.iterdir())
    return sorted(file for file in found if file.is_file() and file.suffix.lower() in SUFFIXES)


def _read_file(path: Path, name: str) -> Iterator[Entry]:
    is_empty = True
    try:
        for found in jsonlines.values(path):
            is_empty = False
            if isinstance(found, jsonlines.Broken):
                yield Refused(f"{name}, record {found.place}", f"{found.problem}.")
            else:
                yield _entry(found[1], f"{name}, record {found[0]}")
    except IntakeError as error:
        yield Refused(name, str(error))
        return
    if is_empty:
        yield Refused(name, "it is empty.")


def _entry(data: Any, where: str) -> Entry:
    stated = _stated_id(data)
    if problem := _problem(data):
        return Refused(stated or where, problem)
    try:
        return records.filing(_record(stated, data))
    except IntakeError as error:
        return Refused(stated or where, f"{str(error).rstrip('.')}.")


def _problem(data: Any) -> str:
    if not isinstance(data, dict):
        return "it is no object with names and values."
    if _kind(data) not in ("AVID", ""):
        return f"data_type is “{_kind(data)[:80]}”, not AVID."
    if not _stated_id(data):
        return "its metadata names no report_id or vuln_id like AVID-2022-R0001."
    return ""


def _kind(data: Any) -> str:
    return words(mapping(data).get("data_type"))


def _stated_id(data: Any) -> str:
    metadata = mapping(mapping(data).get("metadata"))
    ids = [words(metadata.get(name)) for name in ("report_id", "vuln_id")]
    return next((found.upper() for found in ids if ID.fullmatch(found)), "")


def _record(number: str, data: dict[str, Any]) -> Record:
    affects = mapping(data.get("affects"))
    problem = mapping(data.get("problemtype"))
    dated = data.get("reported_date") or data.get("published_date")
    return Record(
        database=DATABASE,
        id=number,
        url=f"https://avidml.org/database/{number.lower()}/",
        title=words(problem.get("description")),
        description=words(data.get("description")),
        more=_more(data, affects, problem),
        dated=day(words(dated), "reported_date"),
        providers=tuple(dict.fromkeys(
            name for part in ("developer", "deployer") for name in listed(affects.get(part))
        )),
        linked=tuple(name for name in _links(data, problem) if name != number),
        labels=tuple(_labels(mapping(data.get("impact")))),
        reports=len(rows(data.get("references"))) + len(rows(data.get("reports"))),
    )  # fmt: skip


def _links(data: dict[str, Any], problem: dict[str, Any]) -> Iterator[str]:
    """Yield the ids of the same case: in other databases, and of its other AVID records."""
    references = [mapping(row) for row in rows(data.get("references"))]
    yield from filter(None, (addresses.record_of(words(row.get("url"))) for row in references))
    reports = [words(mapping(row).get("report_id")) for row in rows(data.get("reports"))]
    impact = mapping(mapping(data.get("impact")).get("avid"))
    for found in (*reports, words(impact.get("vuln_id"))):
        if ID.fullmatch(found):
            yield found.upper()
    if words(problem.get("classof")) == "CVE Entry":
        yield from {found.upper() for found in CVE.findall(words(problem.get("description")))}


def _labels(impact: dict[str, Any]) -> Iterator[WeakLabel]:
    avid = mapping(impact.get("avid"))
    for column, taxonomy in TAXONOMIES.items():
        for label in listed(avid.get(column)):
            yield WeakLabel(taxonomy, label, "AVID", "published")
    for row in rows(impact.get("cwe")):
        label = words(mapping(row).get("description")) or words(mapping(row).get("cweId"))
        if label:
            yield WeakLabel("CWE", label, "AVID", "published")
    cvss = mapping(impact.get("cvss"))
    if severity := words(cvss.get("baseSeverity")):
        label = f"{severity} {words(cvss.get('baseScore'))}".strip()
        yield WeakLabel(
            f"CVSS {words(cvss.get('version'))}".strip(), label, "AVID", "published"
        )
    if score := words(mapping(impact.get("odin")).get("SocialImpactScore")):
        yield WeakLabel("0DIN social impact", score, "AVID", "published")


def _more(data: dict[str, Any], affects: dict[str, Any], problem: dict[str, Any]) -> str:
    artifacts = [mapping(row) for row in rows(affects.get("artifacts"))]
    named = [
        f"{words(a.get('name'))} ({words(a.get('type'))})"
        for a in artifacts
        if words(a.get("name"))
    ]
    facts = {
        "Class": words(problem.get("classof")),
        "Type": words(problem.get("type")),
        "Developer": ", ".join(listed(affects.get("developer"))),
        "Deployer": ", ".join(listed(affects.get("deployer"))),
        "Affected": ", ".join(named),
        "Reported": words(data.get("reported_date")),
        "Published": words(data.get("published_date")),
        "Credit": ", ".join(filter(None, map(words, rows(data.get("credit"))))),
    }
    told = [f"{name}: {value}" for name, value in facts.items() if value]
    for name in ("metrics", "reports", "references"):
        if data.get(name):
            told += ["", f"{name.capitalize()}:", *lines(data[name])]
    return "\n".join(told)
