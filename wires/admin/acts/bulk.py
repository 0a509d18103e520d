"""Acts on what a batch did to one wire."""

from __future__ import annotations

from wires import batches
from wires.admin.acts.act import Act
from wires.models import User, Wire


class ConfirmBulk(Act):
    name, label, section = "confirm_bulk", "Confirm the bulk codes", "codes"

    def perform(self, wire: Wire, by: User) -> str:
        codes = batches.review(wire.pk, by=by)
        return f"{', '.join(codes)} stand as yours."
