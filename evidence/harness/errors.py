"""What a caller of the harness may have to catch."""


class HarnessError(Exception):
    """Something the person at the keyboard can put right; the message says how."""


class RunCancelledError(HarnessError):
    """The caller asked for the run to stop; nothing of it is left in the output folder."""
