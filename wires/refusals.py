"""Why a change was not made. Each door turns these into its own words; the text is for people."""


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
