"""What an open request would do, in words, for whoever confirms it."""

from __future__ import annotations

from typing import Any

from wires.models import MoveRequest


def facts(request: MoveRequest) -> list[tuple[str, str]]:
    """Return what a request says besides its reason, name and value."""
    if request.move != MoveRequest.Move.REGRADE:
        return []
    asked: dict[str, Any] = request.detail["classing"]
    return [
        ("event class", asked["event_class"].replace("_", " ")),
        ("standard", asked["standard"]),
        *((name, _factor(factor)) for name, factor in asked["factors"].items()),
        ("reported", asked["reported"] or "not reported"),
        ("verified", asked["override"] or "as the written rule says"),
        *([("public reason of the override", asked["note"])] if asked["override"] else []),
        ("of version", str(request.detail["version"])),
    ]


def _factor(factor: dict[str, Any]) -> str:
    rests = f", sentence {factor['claim']}" if factor.get("claim") else ""
    return f"{factor['value']}{rests}"
