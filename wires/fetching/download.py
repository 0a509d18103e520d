"""One document off the web, with every limit kept on the way.

No cookie is kept, no proxy of the environment is used, and nothing but the name of the archive
is told to the other side.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from functools import partial

from wires.fetching.address import Address, Resolver, joined, numbers, parsed, system_resolver
from wires.fetching.deadline import Deadline, within
from wires.fetching.limits import Limits
from wires.fetching.problems import (
    GoneError,
    RefusedAddressError,
    UnreachableError,
    UnreadableError,
)
from wires.fetching.unpacking import ASKED_FOR, unpacked

CHUNK = 64 * 1024
HTML = ("text/html", "application/xhtml+xml")
DOCUMENTS = (*HTML, "text/plain", "application/pdf")
UNTOLD = ("", "application/octet-stream")
PERMANENT = (301, 308)
TEMPORARY = (302, 303, 307)
CHARSET = re.compile(r"[A-Za-z0-9_.:+-]{1,40}")
SIZE_DIGITS = 19  # with more, a size is too large whatever they are
CLOSED = (401, 402, 403, 407, 451)
GONE = (404, 410)


@dataclass(frozen=True, slots=True)
class Download:
    """A document as it came, unpacked.

    `url` is its address after permanent redirects; a temporary one does not change it.
    `charset` is empty where the server names none.
    """

    url: str
    media_type: str
    charset: str
    body: bytes

    @property
    def content_type(self) -> str:
        """Return the media type as a header writes it, with the charset where one is told."""
        return (
            f"{self.media_type}; charset={self.charset}" if self.charset else self.media_type
        )

    @classmethod
    def of(cls, body: bytes, content_type: str, *, url: str) -> Download:
        """Return a document that is at hand already."""
        told = Message()
        told["Content-Type"] = content_type
        return cls(url, told.get_content_type(), _charset(told), body)


@dataclass(frozen=True, slots=True)
class _Redirect:
    to: Address
    is_permanent: bool


def download(
    url: str,
    *,
    limits: Limits,
    agent: str,
    accepts: tuple[str, ...] = DOCUMENTS,
    resolve: Resolver = system_resolver,
) -> Download:
    """Return the document at an address. Raises FetchError, whose words are for an editor."""
    deadline = Deadline(limits.seconds)
    address = parsed(url)
    kept, passed = address, {address.url}
    for _ in range(limits.redirects + 1):
        found = _asked(address, deadline, limits, agent, accepts, resolve)
        if isinstance(found, Download):
            return found if kept == address else _at(kept, found)
        if kept == address and found.is_permanent:
            kept = found.to
        if found.to.url in passed:
            raise UnreachableError(
                f"{url} leads round in a circle, back to {found.to.url}. Give the address that a "
                "browser ends at."
            )
        address = found.to
        passed.add(address.url)
    raise UnreachableError(
        f"{url} leads on more than {limits.redirects} times. Give the address that a browser ends at."
    )


def _at(address: Address, found: Download) -> Download:
    return Download(address.url, found.media_type, found.charset, found.body)


def _asked(
    address: Address,
    deadline: Deadline,
    limits: Limits,
    agent: str,
    accepts: tuple[str, ...],
    resolve: Resolver,
) -> Download | _Redirect:
    """Ask one address once: the document, or where it leads."""
    try:
        with _connected(address, deadline, limits, resolve) as connection:
            connection.request(
                "GET",
                address.target,
                headers={
                    "Host": address.origin,
                    "User-Agent": agent,
                    "Accept": ", ".join(accepts),
                    "Accept-Encoding": ASKED_FOR,
                    "Connection": "close",
                },
            )
            found = _answer(address, connection.getresponse(), limits, accepts)
    except ssl.SSLCertVerificationError as error:
        raise UnreachableError(
            f"The certificate of {address.host} is not valid ({error.verify_message}). The "
            "document could be anybody's: see what a browser says of it."
        ) from error
    except (OSError, http.client.HTTPException) as error:
        deadline.left(address.host)
        raise UnreachableError(
            f"{address.host} broke off ({_reason(error)}). Try again later."
        ) from error
    # A body without a length ends where the connection does, also where we have ended it.
    deadline.left(address.host)
    return found


@contextmanager
def _connected(
    address: Address, deadline: Deadline, limits: Limits, resolve: Resolver
) -> Iterator[http.client.HTTPConnection]:
    """Give an HTTP connection to a checked number of the host; no name is looked up again."""
    with (
        _line(address, deadline, limits, resolve) as line,
        deadline.guarding(line, address.host),
    ):
        connection = http.client.HTTPConnection(address.host, address.port)
        connection.sock = _secured(line, address) if address.scheme == "https" else line
        try:
            yield connection
        finally:
            connection.close()


def _line(
    address: Address, deadline: Deadline, limits: Limits, resolve: Resolver
) -> socket.socket:
    """Connect to the first number that answers."""
    trouble = "it has no number"
    seconds = min(limits.connect_seconds, deadline.left(address.host))
    found = within(
        seconds,
        partial(numbers, address, networks=limits.networks, resolve=resolve),
        late=f"The name {address.host} could not be looked up within {seconds:g} s. Try again "
        "later.",
    )
    for number in found:
        seconds = min(limits.connect_seconds, deadline.left(address.host))
        try:
            line = socket.create_connection((str(number), address.port), timeout=seconds)
        except OSError as error:
            trouble = _reason(error)
        else:
            line.settimeout(deadline.left(address.host))
            return line
    raise UnreachableError(f"{address.host} does not answer ({trouble}). Try again later.")


def _secured(line: socket.socket, address: Address) -> ssl.SSLSocket:
    return ssl.create_default_context().wrap_socket(line, server_hostname=address.host)


def _answer(
    address: Address,
    response: http.client.HTTPResponse,
    limits: Limits,
    accepts: tuple[str, ...],
) -> Download | _Redirect:
    if response.status in (*PERMANENT, *TEMPORARY):
        return _redirect(address, response)
    _refuse_a_failure(address, response.status)
    declared = _declared(response)
    if declared not in (*accepts, *UNTOLD):
        raise UnreadableError(
            f"{address.url} is of the kind {declared}; only {', '.join(accepts)} can be read. "
            "Upload its text by hand.",
            status=response.status,
        )
    encoding = response.headers.get("Content-Encoding", "")
    body = unpacked(_chunks(response, limits), encoding, most=limits.document_bytes)
    media_type = _media_type(declared, body)
    if media_type not in accepts:
        raise UnreadableError(
            f"{address.url} does not say of what kind it is, and it is none that can be read. "
            "Upload its text by hand.",
            status=response.status,
        )
    return Download(address.url, media_type, _charset(response.headers), body)


def _redirect(address: Address, response: http.client.HTTPResponse) -> _Redirect:
    # Header bytes come as Latin-1; addresses are written in UTF-8.
    location = response.headers.get("Location", "").encode("latin-1").decode(errors="replace")
    if not location:
        raise UnreachableError(
            f"{address.url} leads on, but does not say where. Look at it in a browser.",
            status=response.status,
        )
    to = joined(address, location)
    if address.scheme == "https" and to.scheme == "http":
        raise RefusedAddressError(
            f"{address.url} leads to {to.url}, where anybody on the way could change the text. If "
            "that is the document's own address, give that one.",
            status=response.status,
        )
    return _Redirect(to, response.status in PERMANENT)


def _refuse_a_failure(address: Address, status: int) -> None:
    if status in GONE:
        raise GoneError(
            f"{address.url} answers {status}: there is no such document. Look for it elsewhere, or "
            "in a web archive.",
            status=status,
        )
    if status in CLOSED:
        raise UnreachableError(
            f"{address.url} answers {status}: it is not handed out to programs, or to nobody "
            "without an account. Upload its text by hand.",
            status=status,
        )
    if status != http.HTTPStatus.OK:
        raise UnreachableError(
            f"{address.url} answers {status}. Try again later.", status=status
        )


def _chunks(response: http.client.HTTPResponse, limits: Limits) -> Iterator[bytes]:
    length = response.headers.get("Content-Length", "")
    is_told = length.isascii() and length.isdigit()
    expected = int(length.lstrip("0")[:SIZE_DIGITS] or 0) if is_told else None
    _refuse_too_much(expected or 0, limits)
    come = 0
    while chunk := response.read(CHUNK):
        come += len(chunk)
        _refuse_too_much(come, limits)
        yield chunk
    if expected is not None and come < expected:
        raise http.client.IncompleteRead(b"", expected - come)


def _refuse_too_much(size: int, limits: Limits) -> None:
    if size > limits.wire_bytes:
        raise UnreadableError(
            f"The document is larger than {limits.wire_bytes / 1e6:.0f} MB. Upload the part that "
            "the wire needs by hand."
        )


def _declared(response: http.client.HTTPResponse) -> str:
    """Return the media type that the server says; empty where it says none."""
    if "Content-Type" not in response.headers:
        return ""
    return response.headers.get_content_type()


def _charset(headers: Message) -> str:
    """Return the charset that the server says; empty where it is no name of any."""
    told = headers.get_content_charset("") or ""
    return told if CHARSET.fullmatch(told) else ""


def _media_type(declared: str, body: bytes) -> str:
    """Return what a document is: what the server says, or what the first bytes tell."""
    start = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"%PDF-"):
        return "application/pdf"
    if declared not in UNTOLD:
        return declared
    is_html = start[:9].lower() == b"<!doctype" or start[:5].lower() == b"<html"
    return "text/html" if is_html else ""


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
