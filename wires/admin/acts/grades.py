"""The act that asks for a graver severity of a public wire."""

from __future__ import annotations

from wires import lifecycle
from wires.admin.acts import decisions
from wires.admin.acts.act import note
from wires.admin.acts.others import related
from wires.models import MoveRequest, User, Wire


class AskRegrade(decisions.Classify):
    name, label, section = "ask_regrade", "Ask for a graver severity", "severity"
    reason = note("Why it becomes graver", "Readers see it, as a correction.", rows=3)
    related = related()

    def perform(self, wire: Wire, by: User) -> str:
        given = self.cleaned_data
        lifecycle.ask(
            wire.pk, MoveRequest.Move.REGRADE, by=by, reason=given["reason"],
            related=given["related"], detail=self.classing().as_json(),
        )  # fmt: skip
        return f"{wire} will be graver once a senior editor confirms it."
