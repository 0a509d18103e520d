"""Acts that let one wire lead to another that tells the same event."""

from __future__ import annotations

from wires import lifecycle
from wires.admin.acts.act import Act, note
from wires.admin.acts.others import WireField
from wires.models import MoveRequest, User, Wire

INTO = "Its id, or an id of another database that leads to it. It stays, and gets the names of this one."


class Merge(Act):
    name, label, section = "merge", "Merge it into another wire", "similar"
    is_grave, joins_names = True, True
    into = WireField("Into", INTO, required=True)
    note = note("Note", "For the desk. This wire is discarded and leaves no public trace.")

    def perform(self, wire: Wire, by: User) -> str:
        given = self.cleaned_data
        done = lifecycle.merge(wire.pk, into=given["into"], by=by, note=given["note"])
        return f"{wire} is merged into {done.merged_into}."


class AskMerge(Act):
    name, label, section = "ask_merge", "Ask to merge it into another wire", "similar"
    is_grave = True
    into = WireField("Into", INTO, required=True)
    reason = note(
        "Reason", "Readers see it. The page of this wire leads to the other.", rows=3
    )

    def perform(self, wire: Wire, by: User) -> str:
        given = self.cleaned_data
        request = lifecycle.ask(
            wire.pk, MoveRequest.Move.MERGE, by=by, reason=given["reason"], into=given["into"]
        )
        return f"{wire} will be merged into {request.into} once a senior editor confirms it."
