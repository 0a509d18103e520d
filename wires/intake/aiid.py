"""The AI Incident Database: its public snapshot, a folder of tables, or the table of incidents.

What stands beside the incidents is joined to them: other people's classifications as weak
labels, the links to the OECD's monitor, and which incidents are duplicates. The table of
incidents is read row by row; what is joined waits on disk. So memory does not grow.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from wires.intake import addresses, labels, parties, records, tables
from wires.intake.filing import Entry, IntakeError, Refused
from wires.intake.markdown import day
from wires.intake.plain import is_deep
from wires.intake.records import Database, Record
from wires.intake.spool import Spool, spooled

LAYOUT = "a folder with incidents.csv, or that table alone"
DATABASE = Database("aiid", "AI Incident Database")
INCIDENTS = "incidents.csv"
NUMBER = re.compile(r"[0-9]{1,9}")
DEPLOYER = "alleged deployer of ai system"
DEVELOPER = "alleged developer of ai system"
HARMED = "alleged harmed or nearly harmed parties"


def recognises(path: Path) -> bool:
    """Say whether this is a snapshot, or a table of incidents, by its column names."""
    try:
        names = tables.columns(_table(path))
    except IntakeError:
        return False
    return "incident_id" in names and bool({"title", "description"} & set(names))


def read(path: Path) -> Iterator[Entry]:
    """Yield the incidents; those that the snapshot lists as duplicates come after the others."""
    table = _table(path)
    folder = table.parent if path.is_dir() else None
    with spooled() as spool:
        first_of: dict[str, str] = {}
        if folder:
            yield from labels.gather(sorted(folder.glob("classifications_*.csv")), spool)
            for links in sorted(folder.glob("*relationships*.json")):
                yield from _gather_links(links, spool)
            yield from _gather_duplicates(folder / "duplicates.csv", first_of)
        snapshot = _Snapshot(table, spool, first_of)
        yield from snapshot.entries(duplicates=False)
        if first_of:
            yield from snapshot.entries(duplicates=True)


def _table(path: Path) -> Path:
    """Return the table of incidents of a snapshot, which may lie one folder down."""
    if not path.is_dir():
        return path
    found = [path / INCIDENTS, *sorted(path.glob(f"*/{INCIDENTS}"))]
    return next((table for table in found if table.is_file()), found[0])


class _Snapshot:
    """The incidents of a table, with what was gathered beside it."""

    def __init__(self, table: Path, spool: Spool, first_of: dict[str, str]) -> None:
        self.table = table
        self.spool = spool
        self.first_of = first_of
        self.duplicates_of: dict[str, list[str]] = {}
        for number in first_of:
            self.duplicates_of.setdefault(self.first(number), []).append(number)

    def first(self, number: str) -> str:
        """Return the incident that this one is a duplicate of, at the end of a chain of them."""
        seen = {number}
        while (number := self.first_of[number]) in self.first_of and number not in seen:
            seen.add(number)
        return number

    def entries(self, *, duplicates: bool) -> Iterator[Entry]:
        """Yield the incidents that are listed as duplicates, or those that are not."""
        for row in tables.rows(self.table, needs=("incident_id",)):
            if isinstance(row, tables.BrokenRow):
                if not duplicates:
                    yield Refused(f"{self.table.name}, line {row.line}", f"{row.problem}.")
            elif (row.get("incident_id") in self.first_of) == duplicates:
                yield self._entry(row)

    def _entry(self, row: tables.Row) -> Entry:
        number = row.get("incident_id")
        if not NUMBER.fullmatch(number):
            where = f"{self.table.name}, line {row.line}"
            return Refused(where, f"incident_id is “{number[:80]}”, not a number.")
        try:
            return records.filing(self._record(str(int(number)), row))
        except IntakeError as error:
            return Refused(f"AIID-{number}", f"{str(error).rstrip('.')}.")

    def _record(self, number: str, row: tables.Row) -> Record:
        text = f"{row.get('title')} {row.get('description')}"
        columns = {
            "Alleged developer": DEVELOPER,
            "Alleged deployer": DEPLOYER,
            "Alleged harmed": HARMED,
        }
        named = {
            word: parties.readable(parties.cell(row.get(column), f"column “{column}”"), text)
            for word, column in columns.items()
        }
        return Record(
            database=DATABASE,
            id=f"AIID-{number}",
            url=f"https://incidentdatabase.ai/cite/{number}/",
            title=row.get("title"),
            description=row.get("description"),
            more=_more(row, named),
            occurred_on=day(row.get("date"), "column “date”"),
            providers=tuple(
                dict.fromkeys([*named["Alleged developer"], *named["Alleged deployer"]])
            ),
            aliases=tuple(f"AIID-{other}" for other in self.duplicates_of.get(number, ())),
            linked=self._links(number),
            duplicate_of=f"AIID-{self.first(number)}" if number in self.first_of else "",
            labels=labels.of(number, self.spool),
            reports=parties.count(row.get("reports")),
        )

    def _links(self, number: str) -> tuple[str, ...]:
        """Return what other databases call this incident, or a duplicate of it."""
        numbers = [number, *self.duplicates_of.get(number, ())]
        links = [link for one in numbers for link in self.spool.values("link", one)]
        first = [f"AIID-{self.first(number)}"] if number in self.first_of else []
        return tuple(dict.fromkeys([*links, *first]))


def _more(row: tables.Row, named: dict[str, tuple[str, ...]]) -> str:
    lines = [f"Date of the incident: {row.get('date')}"] if row.get("date") else []
    lines += [f"{word}: {', '.join(names)}" for word, names in named.items() if names]
    if reports := parties.count(row.get("reports")):
        lines.append(f"Reports listed: {reports}")
    return "\n".join(lines)


def _gather_links(path: Path, spool: Spool) -> Iterator[Refused]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        yield Refused(path.name, f"it cannot be read as JSON: {error}.")
        return
    for number, row in enumerate(rows if isinstance(rows, list) else [rows], start=1):
        name = "" if is_deep(row) else _link(row)
        if name:
            spool.put("link", str(row["incident_id"]), name)
        else:
            yield Refused(
                f"{path.name}, entry {number}", "it names no incident_id and sameAs."
            )


def _link(row: object) -> str:
    if not isinstance(row, dict) or not row.get("incident_id") or not row.get("sameAs"):
        return ""
    address = str(row["sameAs"])
    last = address.rstrip("/").rpartition("/")[2]
    return addresses.record_of(address) or f"{row.get('source_namespace') or 'OTHER'}-{last}"


def _gather_duplicates(path: Path, first_of: dict[str, str]) -> Iterator[Refused]:
    if not path.is_file():
        return
    needs = ("duplicate_incident_number", "true_incident_number")
    try:
        for row in tables.rows(path, needs=needs):
            pair = (
                ("", "") if isinstance(row, tables.BrokenRow) else tuple(map(row.get, needs))
            )
            if all(map(NUMBER.fullmatch, pair)) and pair[0] != pair[1]:
                first_of[pair[0]] = pair[1]
            else:
                yield Refused(f"{path.name}, line {row.line}", "it names no two incidents.")
    except IntakeError as error:
        yield Refused(path.name, str(error))
