"""Wires merged as the desk does it, for tests of what follows."""

from tests import factories
from wires import lifecycle
from wires.models import MoveRequest, Wire
from wires.models.user import Role

REASON = "Both tell the refund rule of Acme."


def asked(wire: Wire, into: Wire) -> MoveRequest:
    return lifecycle.ask(
        wire.pk,
        MoveRequest.Move.MERGE,
        by=factories.make_editor(),
        reason=REASON,
        into=into.pk,
    )


def merged(wire: Wire, into: Wire) -> Wire:
    """Merge a public wire into another: one person asks, a senior editor confirms."""
    return lifecycle.confirm(asked(wire, into).pk, by=factories.make_user(Role.SENIOR))


def folded(wire: Wire, into: Wire) -> Wire:
    """Merge a wire that no reader knows into another."""
    return lifecycle.merge(
        wire.pk, into=into.pk, by=factories.make_editor(), note="It is the same event."
    )
