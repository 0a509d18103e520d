"""Why an address gave no text. The words are for an editor: what happened, where, what to do."""

from __future__ import annotations

NO_HOST = "There is no host"  # how NoHostError begins; a look kept as text is known by it


class FetchError(Exception):
    """No text came. `status` is the HTTP status that was answered, where there was one."""

    def __init__(self, words: str, *, status: int | None = None) -> None:
        self.status = status
        # A server's own words may be among them, and not all signs can be stored.
        super().__init__("".join(sign if sign.isprintable() else " " for sign in words))


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


class StumbledError(FetchError):
    """What came broke the archive's own reading; nobody had thought of it."""

    def __init__(self, error: Exception) -> None:
        super().__init__(
            f"The archive stumbled over what the server sent ({type(error).__name__}: "
            f"{str(error)[:200]}). Upload the text by hand."
        )
