"""Which shipped runs are shown on which wires of the starter archive, or why none is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from evidence import engine
from evidence.models import Run
from wires import exhibits, lifecycle
from wires.models import Claim, User, Wire

LIST = Path(__file__).parents[1] / "starter" / "exhibits.yaml"
OPEN = (Wire.State.IN_REVIEW, Wire.State.PUBLISHED, Wire.State.DISPUTED)


@dataclass(frozen=True, slots=True)
class Row:
    """A shipped run that bears on a sentence of a wire, or the line that says why none does."""

    wire: str
    run: str = ""
    sentence: str = ""
    predicts: bool = True
    note: str = ""


def rows() -> list[Row]:
    return [Row(**row) for row in yaml.safe_load(LIST.read_text())]


def missing(wires: Mapping[str, Wire], first_notes: Mapping[str, str]) -> list[Row]:
    """Return the rows that the wires, by file, do not show yet.

    A line is put where the one that was shipped first still stands, and an exhibit where its
    sentence does: what an editor has put otherwise is left alone.
    """
    return [row for row in rows() if _is_missing(row, wires[row.wire], first_notes)]


def show(
    wires: Mapping[str, Wire],
    first_notes: Mapping[str, str],
    *,
    by: User,
    say: Callable[[str], None],
) -> None:
    """Put what is missing on the wires that the desk has worked through."""
    for wire in wires.values():
        wire.refresh_from_db()
    found = missing(wires, first_notes)
    ready = [row for row in found if wires[row.wire].state in OPEN]
    for row in ready:
        if row.run:
            _attach(row, wires[row.wire], by)
        if not row.run or _has_first_note(row, wires[row.wire], first_notes):
            lifecycle.note_exhibits(wires[row.wire].pk, by=by, note=row.note)
    say(f"{len(ready)} shipped runs, or lines on why none bears on it, are put on their wires")


def taken(name: str, by: User) -> Run:
    """Return a shipped run; it is verified when it is first taken in."""
    run, _ = engine.take(engine.SHIPPED / name, asked_by=by.username, trusted_key=engine.KEY)
    return run


def _is_missing(row: Row, wire: Wire, first_notes: Mapping[str, str]) -> bool:
    if wire.state in (Wire.State.WITHDRAWN, Wire.State.DISCARDED):
        return False
    if not row.run:
        return _has_first_note(row, wire, first_notes)
    shown = wire.exhibits.filter(run__manifest_sha256=engine.shipped_digest(row.run))
    return _claim(row, wire) is not None and not shown.exists()


def _has_first_note(row: Row, wire: Wire, first_notes: Mapping[str, str]) -> bool:
    return bool(wire.exhibit_note) and wire.exhibit_note == first_notes.get(row.wire)


def _claim(row: Row, wire: Wire) -> Claim | None:
    if wire.current is None:
        return None
    return wire.current.claims.filter(text__startswith=row.sentence).first()


def _attach(row: Row, wire: Wire, by: User) -> None:
    claim = _claim(row, wire)
    if claim is not None:
        run = taken(row.run, by)
        exhibits.attach(wire.pk, run.pk, by=by, claim=claim.n, predicts_effect=row.predicts)
