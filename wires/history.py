"""The only writer of the desk's history: who did what to a wire, and when."""

from collections.abc import Mapping
from typing import Any

from wires.models import Event, User


def note(
    wire_id: int, act: str, *, by: User, note: str = "", detail: dict[str, Any] | None = None
) -> Event:
    return Event.objects.create(
        wire_id=wire_id, act=act, by=by, note=note, detail=detail or {}
    )


def note_all(details: Mapping[int, dict[str, Any]], act: str, *, by: User) -> None:
    """Note one act on many wires, with the detail of each by the wire's number."""
    Event.objects.bulk_create(
        Event(wire_id=wire_id, act=act, by=by, detail=detail)
        for wire_id, detail in details.items()
    )
