"""Why an address gave no text. The words are for an editor: what happened, where, what to do."""

from __future__ import annotations

NO_HOST = "There is no host"  # how NoHostError begins; a look kept as text is known by it


class FetchError(Exception):
    """No text came. `status` is the HTTP status that was answered, where there was one."""

    def __init__(self, words: str, *, status: int | None = None) -> None:
        self.status = status
        super().__init__(words)


class RefusedAddressError(FetchError):
    """The archive does not go there: the address is not of the public web."""


class GoneError(FetchError):
    """The other side says that there is no such document (any more)."""


class NoHostError(FetchError):
    """The name of the host leads nowhere. Asked once, that may be an accident."""


class UnreachableError(FetchError):
    """Trouble on the way or on the other side; it says nothing of the document."""


class UnreadableError(FetchError):
    """Something came, but no text can be taken from it."""
