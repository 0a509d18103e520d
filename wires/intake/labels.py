"""The AI Incident Database's tables of classifications, as weak labels of its incidents.

A table has an incident a row and a question a column; each short answer is a label. What
annotators wrote to explain themselves is not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from wires.intake import tables
from wires.intake.filing import IntakeError, Refused, WeakLabel
from wires.intake.spool import Spool

LONGEST = 120  # characters; what is longer is an explanation
WORDY = ("notes", "snippets", "discussion", "description")
# Columns that say who answered, and how far the answer has come.
ABOUT = frozenset({
    "namespace", "incident id", "published", "incident number", "annotator", "annotation status",
    "peer reviewer", "reviewer", "quality control",
})  # fmt: skip
ADJUDICATED = (
    "4.",
    "5.",
    "6.",
)  # peer review complete, in quality control, complete and final
# Who answers where a table does not say.
ANNOTATORS = {"MIT": "language model", "GMF": "human"}


def gather(paths: Sequence[Path], spool: Spool) -> Iterator[Refused]:
    """Keep the labels of these tables; yield the rows that name no incident."""
    for path in paths:
        try:
            for row in tables.rows(path, needs=("incident id",)):
                where = f"{path.name}, line {row.line}"
                if isinstance(row, tables.BrokenRow):
                    yield Refused(where, f"{row.problem}.")
                elif number := row.get("incident id"):
                    spool.put("label", number, json.dumps(_row(row, path)))
                else:
                    yield Refused(where, "it names no incident.")
        except IntakeError as error:
            yield Refused(path.name, str(error))


def of(number: str, spool: Spool) -> tuple[WeakLabel, ...]:
    """Return the labels of an incident, in the order of tables and columns."""
    return tuple(
        WeakLabel(taxonomy, label, annotator, status)
        for taxonomy, annotator, status, *found in map(
            json.loads, spool.values("label", number)
        )
        for label in found
    )


def _row(row: tables.Row, path: Path) -> list[str]:
    namespace = row.get("namespace") or path.stem.removeprefix("classifications_")
    taxonomy, _, part = namespace.partition("_")
    return [taxonomy, _annotator(row, taxonomy, part), _status(row, part), *_labels(row)]


def _annotator(row: tables.Row, taxonomy: str, part: str) -> str:
    named = row.get("annotator")
    if part:
        return f"{part} ({named})" if named else part
    reviewer = row.get("peer reviewer") or row.get("reviewer")
    return (
        named
        or (f"reviewer {reviewer}" if reviewer else "")
        or ANNOTATORS.get(taxonomy, "not named")
    )


def _status(row: tables.Row, part: str) -> str:
    """Return how far a row has come; one annotator's own table is never an adjudicated one."""
    if row.get("published").lower() not in ("true", "1", "yes"):
        return "draft"
    settled = row.get("annotation status").startswith(ADJUDICATED)
    return "adjudicated" if settled and not part else "published"


def _labels(row: tables.Row) -> Iterator[str]:
    for column, cell in row.items():
        answer, question = cell.strip(), column.lower()
        if question in ABOUT or any(word in question for word in WORDY):
            continue
        if answer and "\n" not in answer and len(answer) <= LONGEST:
            yield f"{column}: {answer}"
