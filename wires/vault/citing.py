"""Which text a new source goes to, and by which key."""

from __future__ import annotations

from django.db import transaction

from wires import claims, history
from wires.models import Citation, Source, User, Version, Wire
from wires.models.user import Role
from wires.refusals import RefusedError, WrongStateError
from wires.vault.permits import require

OPEN = (Wire.State.DRAFT, Wire.State.IN_REVIEW)


@transaction.atomic
def cite(wire_id: int, source_id: int, *, by: User, key: str = "") -> Version:
    """Let the text at work of a wire cite a document of the vault. Returns that version.

    A new source can change every verdict: those of undecided sentences are forgotten, and the
    caller queues the check that gives new ones.
    """
    wire = Wire.objects.select_for_update().get(pk=wire_id)
    version = text_at_work(wire, by)
    source = Source.objects.filter(pk=source_id).first()
    if source is None:
        raise RefusedError(f"The vault has no source {source_id}.")
    if version.citations.filter(source=source).exists():
        raise RefusedError(f"{wire} cites this source already.")
    check_key(version, key)
    put(wire, version, source, key, "source cited", by)
    return version


def text_at_work(wire: Wire, by: User) -> Version:
    """Return the text that a new source goes to, if this person may work on it."""
    own = wire.filed_by_id == by.pk and not wire.is_public
    require(by, Role.REPORTER if own else Role.EDITOR)
    version = unpublished(wire)
    if version is None:
        raise WrongStateError(
            f"{wire} is {wire.get_state_display().lower()}, and no new text of it waits: revise it "
            "first, then give the new text its sources."
        )
    return version


def unpublished(wire: Wire) -> Version | None:
    """Return the newest text of a wire while no reader sees it."""
    newest = wire.versions.latest()
    is_waiting = wire.state == Wire.State.PUBLISHED and newest.pk != wire.current_id
    return newest if wire.state in OPEN or is_waiting else None


def check_key(version: Version, key: str) -> None:
    if key and version.citations.filter(key=key).exists():
        raise RefusedError(f"The text has a source with the key {key}; give this one another.")


def put(wire: Wire, version: Version, source: Source, key: str, act: str, by: User) -> None:
    taken = dict(version.citations.values_list("key", "position"))
    key = _free(key or "source", taken, numbered=not key)
    position = max(taken.values(), default=-1) + 1
    Citation.objects.create(version=version, source=source, key=key, position=position)
    claims.forget(version.pk)
    detail = {"version": version.number, "key": key, "source": str(source)}
    history.note(wire.pk, act, by=by, detail=detail)


def _free(key: str, taken: dict[str, int], *, numbered: bool) -> str:
    """Return the key, or the first of `key-1`, `key-2` and so on that no other source has."""
    number = 0
    found = f"{key}-1" if numbered else key
    while found in taken:
        number += 1
        found = f"{key}-{number}"
    return found
