"""Why a change was not made. Each door turns these into its own words; the text is for people."""

from wires.models import User, Version, Wire
from wires.models.user import Role


class RefusedError(Exception):
    """The change does not fit the state of the world; nothing was written."""


class WrongStateError(RefusedError):
    """The wire is not in a state that this change can start from."""


class NotAllowedError(RefusedError):
    """The person's role does not cover this change."""


class SecondEditorNeededError(RefusedError):
    """The change waits for a second person."""


class GateClosedError(RefusedError):
    """The publish gate is closed; `failures` says on which rules and rows."""

    def __init__(self, failures: list[object]) -> None:
        self.failures = failures
        super().__init__(f"The publish gate is closed: {len(failures)} failures.")


def require(by: User, role: Role) -> None:
    """Raise NotAllowedError for a person who has neither the role nor a higher one."""
    if not by.has_role(role):
        raise NotAllowedError(f"{by.username} is no {role.value}, and this needs one.")


def text_of(wire: Wire) -> Version:
    """Return the text of a wire; one that is without any is refused."""
    if wire.current is None:
        raise RefusedError(f"{wire} has no text yet.")
    return wire.current
