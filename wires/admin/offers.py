"""Which forms the review page offers to a person; what is done is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wires import lifecycle, severity
from wires.models import Claim, MoveRequest, Wire
from wires.models.user import Role

if TYPE_CHECKING:
    from wires.admin.sheet import Sheet

State = Wire.State
UNPUBLISHED = (State.DRAFT, State.IN_REVIEW, State.SCHEDULED)
SETTLED = (State.WITHDRAWN, State.DISCARDED)

Offer = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class May:
    """What this person may do to this wire as it stands."""

    decide: bool
    judge: bool
    revise: bool
    source: bool

    @classmethod
    def of(cls, sheet: Sheet) -> May:
        wire, by = sheet.wire, sheet.by
        is_editor = by.has_role(Role.EDITOR)
        is_own = wire.filed_by_id == by.pk and by.has_role(Role.REPORTER)
        return cls(
            decide=is_editor and wire.state not in SETTLED,
            # The sentences of a public text are settled; those of a waiting one are not.
            judge=is_editor
            and wire.state not in SETTLED
            and (sheet.is_waiting or not wire.is_public),
            revise=(wire.state in (State.DRAFT, State.IN_REVIEW) and (is_editor or is_own))
            or (wire.state == State.PUBLISHED and is_editor),
            # A new source goes to a text that no reader sees.
            source=(wire.state in (State.DRAFT, State.IN_REVIEW) and (is_editor or is_own))
            or (wire.state == State.PUBLISHED and is_editor and sheet.is_waiting),
        )


def moves(sheet: Sheet) -> Iterator[Offer]:
    """Yield the moves that the wire's state and the person's role allow."""
    wire, by = sheet.wire, sheet.by
    is_editor = by.has_role(Role.EDITOR)
    is_own = wire.filed_by_id == by.pk and by.has_role(Role.REPORTER)
    if wire.state == State.DRAFT and (is_editor or is_own):
        yield "submit", {}
    if is_editor:
        yield from _of_an_editor(sheet)
        if wire.state in UNPUBLISHED:
            yield "discard", {}


def answers(sheet: Sheet) -> Iterator[Offer]:
    """Yield how this person may answer the open request."""
    request, by = sheet.request, sheet.by
    if request is None:
        return
    is_own = request.asked_by_id == by.pk and by.has_role(Role.EDITOR)
    publishes = request.move == MoveRequest.Move.PUBLISH
    decides = by.has_role(Role.EDITOR if publishes else Role.SENIOR)
    if decides and not is_own:
        yield "confirm", {"request": request.pk}
    if decides or is_own:
        yield "decline", {"request": request.pk}


def merging(sheet: Sheet) -> Iterator[Offer]:
    """Yield how this person may let the wire lead to another."""
    if sheet.by.has_role(Role.EDITOR):
        if sheet.wire.state in UNPUBLISHED:
            yield "merge", {}
        yield from _asking(sheet, MoveRequest.Move.MERGE)


def may_regrade(sheet: Sheet) -> bool:
    """Say whether this person may ask for a graver severity."""
    is_editor = sheet.by.has_role(Role.EDITOR)
    return is_editor and any(True for _ in _asking(sheet, MoveRequest.Move.REGRADE))


def claim_acts(sheet: Sheet, claim: Claim) -> list[str]:
    """Return what an editor may do to a sentence."""
    if not sheet.may.judge:
        return []
    if claim.dismissed_at or claim.overridden_at:
        return ["restore"]
    is_weak = claim.verdict in (Claim.Verdict.UNSUPPORTED, Claim.Verdict.UNCHECKED)
    return ["override", "dismiss"] if is_weak else ["dismiss"]


def _of_an_editor(sheet: Sheet) -> Iterator[Offer]:
    wire = sheet.wire
    if wire.state == State.IN_REVIEW:
        if severity.is_grave(wire):
            yield from _asking(sheet, MoveRequest.Move.PUBLISH)
        else:
            yield "publish", {}
            yield "schedule", {}
        yield "send_back", {}
    if wire.state == State.SCHEDULED:
        yield "unschedule", {}
    if wire.state == State.PUBLISHED and sheet.is_waiting:
        yield "amend", {}
    for move in (
        MoveRequest.Move.DISPUTE,
        MoveRequest.Move.RESOLVE,
        MoveRequest.Move.WITHDRAW,
    ):
        yield from _asking(sheet, move)


def _asking(sheet: Sheet, move: MoveRequest.Move) -> Iterator[Offer]:
    if sheet.request is None and sheet.wire.state in lifecycle.STARTS[move]:
        yield f"ask_{move.value}", {}
