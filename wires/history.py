"""The only writer of the desk's history: who did what to a wire, and when."""

from typing import Any

from wires.models import Event, User


def note(
    wire_id: int, act: str, *, by: User, note: str = "", detail: dict[str, Any] | None = None
) -> Event:
    return Event.objects.create(
        wire_id=wire_id, act=act, by=by, note=note, detail=detail or {}
    )
