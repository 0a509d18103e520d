"""Acts that move a wire between states, or ask for it."""

from __future__ import annotations

from typing import ClassVar

from django import forms

from wires import lifecycle
from wires.admin.acts.act import Act, note, row_id
from wires.admin.acts.others import related
from wires.models import MoveRequest, User, Wire
from wires.refusals import RefusedError

DONE = {
    MoveRequest.Move.PUBLISH: "published",
    MoveRequest.Move.DISPUTE: "disputed",
    MoveRequest.Move.RESOLVE: "no longer disputed",
    MoveRequest.Move.WITHDRAW: "withdrawn",
}


def moment(label: str, *, required: bool) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=required,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class Submit(Act):
    name, label, section = "submit", "Submit for review", "moves"

    def perform(self, wire: Wire, by: User) -> str:
        return f"{lifecycle.submit(wire.pk, by=by)} is in review."


class SendBack(Act):
    name, label, section = "send_back", "Send back", "moves"
    note = note("Note to the reporter")

    def perform(self, wire: Wire, by: User) -> str:
        lifecycle.send_back(wire.pk, by=by, note=self.cleaned_data["note"])
        return f"{wire} is a draft again; the note is in its history."


class Publish(Act):
    name, label, section, joins_names = "publish", "Publish now", "moves", True

    def perform(self, wire: Wire, by: User) -> str:
        return f"{lifecycle.publish(wire.pk, by=by)} is published."


class Schedule(Act):
    name, label, section = "schedule", "Schedule", "moves"
    at = moment("Publish at (UTC)", required=True)

    def perform(self, wire: Wire, by: User) -> str:
        at = self.cleaned_data["at"]
        lifecycle.schedule(wire.pk, by=by, at=at)
        return f"{wire} is scheduled for {at:%d %B %Y, %H:%M} UTC."


class Unschedule(Act):
    name, label, section = "unschedule", "Take it back to review", "moves"
    note = note("Note")

    def perform(self, wire: Wire, by: User) -> str:
        lifecycle.unschedule(wire.pk, by=by, note=self.cleaned_data["note"])
        return f"{wire} is in review again."


class Amend(Act):
    name, label, section = "amend", "Put the waiting version in place", "moves"
    joins_names = True
    notice = note("Notice", "Readers see it: what was wrong, and what is right.", rows=3)
    related = related()

    def perform(self, wire: Wire, by: User) -> str:
        given = self.cleaned_data
        lifecycle.amend(wire.pk, by=by, notice=given["notice"], related=given["related"])
        return f"{wire} is amended, with a notice."


class AskAct(Act):
    """A move that another person confirms."""

    section = "moves"
    move: ClassVar[MoveRequest.Move]

    def perform(self, wire: Wire, by: User) -> str:
        given = self.cleaned_data
        lifecycle.ask(
            wire.pk, self.move, by=by, reason=given.get("reason", ""), at=given.get("at"),
            related=given.get("related"),
        )  # fmt: skip
        return f"{wire} will be {DONE[self.move]} once another person confirms it."


class AskPublish(AskAct):
    name, label, move = "ask_publish", "Ask for publication", MoveRequest.Move.PUBLISH
    at = moment("Publish at (UTC); empty for at once", required=False)


class AskDispute(AskAct):
    name, label, move = "ask_dispute", "Ask to mark it disputed", MoveRequest.Move.DISPUTE
    reason = note("Reason", "Readers see it.", rows=3)
    related = related()


class AskResolve(AskAct):
    name, label, move = "ask_resolve", "Ask to end the dispute", MoveRequest.Move.RESOLVE
    reason = note("Reason", "Readers see it.", rows=3)
    related = related()


class AskWithdraw(AskAct):
    name, label, move = "ask_withdraw", "Ask to withdraw it", MoveRequest.Move.WITHDRAW
    is_grave = True
    reason = note("Reason", "Readers see it on the page that stays.", rows=3)
    related = related()


class Confirm(Act):
    name, label, section, joins_names = "confirm", "Confirm", "moves", True
    request = row_id()

    def perform(self, wire: Wire, by: User) -> str:
        request = _open(wire, self.cleaned_data["request"])
        done = lifecycle.confirm(request.pk, by=by)
        return f"Confirmed: {wire} is {done.get_state_display().lower()}."


class Decline(Act):
    name, label, section, joins_names = "decline", "Decline", "moves", True
    request = row_id()
    note = note("Note")

    def perform(self, wire: Wire, by: User) -> str:
        request = _open(wire, self.cleaned_data["request"])
        lifecycle.decline(request.pk, by=by, note=self.cleaned_data["note"])
        return f"The request to {request.move} {wire} is declined."


class Discard(Act):
    name, label, section, is_grave = "discard", "Discard", "moves", True
    note = note("Note", "It leaves no public trace, and its id is not used again.")

    def perform(self, wire: Wire, by: User) -> str:
        lifecycle.discard(wire.pk, by=by, note=self.cleaned_data["note"])
        return f"{wire} is discarded."


class Remark(Act):
    name, label, section = "remark", "Leave a remark", "history"
    note = note("Remark", "For the desk alone; it changes nothing else.")

    def perform(self, wire: Wire, by: User) -> str:
        lifecycle.remark(wire.pk, by=by, note=self.cleaned_data["note"])
        return "The remark is in the history."


def _open(wire: Wire, request_id: int) -> MoveRequest:
    request = wire.requests.filter(pk=request_id).first()
    if request is None:
        raise RefusedError(f"{wire} has no such request.")
    return request
