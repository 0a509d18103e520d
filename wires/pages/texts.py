"""The texts of a wire that have been public, by the change log: a waiting one is not there."""

from dataclasses import dataclass
from datetime import datetime

from wires.models import Change, Claim, Version, Wire

KINDS = (Change.Kind.PUBLISHED, Change.Kind.AMENDED)


@dataclass(frozen=True, slots=True)
class PublicText:
    """A text that readers have seen, since when, and what it changed."""

    number: int
    at: datetime
    note: str
    is_current: bool


def public(wire: Wire) -> tuple[PublicText, ...]:
    """Return the public texts of a wire, newest first, in two queries.

    The first one's note was written for the desk, before publication, and is left out.
    """
    changes = list(
        Change.objects.filter(wire=wire, kind__in=KINDS).values_list("version", "at", "kind")
    )
    amended = [number for number, _, kind in changes if kind == Change.Kind.AMENDED]
    notes = dict(
        Version.objects.filter(wire=wire, number__in=amended).values_list("number", "note")
    )
    newest = changes[-1][0] if changes else 0
    return tuple(
        PublicText(number, at, notes.get(number, ""), number == newest)
        for number, at, _ in reversed(changes)
    )


def ends(wire: Wire, number: int) -> dict[int, int]:
    """Return where each claim of a text ends in its body, by the claim's number."""
    claims = Claim.objects.filter(version__wire=wire, version__number=number)
    return dict(claims.values_list("n", "end"))
