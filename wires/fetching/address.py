"""Addresses that may be fetched: http and https, on the public internet, told plainly.

A host is resolved once, each of its numbers is checked, and the download connects to one of
those numbers: what the name says a moment later does not matter.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

import idna

from wires.fetching.limits import Network
from wires.fetching.problems import NO_HOST, NoHostError, RefusedAddressError, UnreachableError

Number = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Sequence[str]]

DEFAULT_PORTS = {"http": 80, "https": 443}
# Below 1024 live the services that were never meant to be spoken to in HTTP.
FIRST_FREE_PORT = 1024
LONGEST = 1000  # characters, as the vault keeps them
NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
# A host that ends in a number is an IPv4 address in some spelling; only one is plain.
NUMERIC = re.compile(r"(^|\.)(0x[0-9a-f]*|[0-9]+)$")
SAFE = "/:@!$&'()*+,;=~-._"

# All that is handed out to anybody in version 6; the rest is local, mapped or reserved.
GLOBAL_6 = IPv6Network("2000::/3")
# In it, and not of the public internet: protocol assignments (Teredo among them),
# documentation, and 6to4, which wraps any IPv4 address, private ones too.
NOT_PUBLIC: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Address:
    """A checked address. `host` is in ASCII; `target` is what the request line asks for."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> str:
        """Return the host as a request names it: with the port where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.origin}{self.target}"


def parsed(url: str) -> Address:
    """Return the parts of an address. Raises RefusedAddressError; nothing is resolved yet."""
    if len(url) > LONGEST or any(ord(sign) < 33 or ord(sign) == 127 for sign in url):
        raise RefusedAddressError(
            f"{url[:80]!r} is not an address: it has at most {LONGEST} characters, and no spaces."
        )
    try:
        parts = urlsplit(url)
        port, target = parts.port, _target(parts)
    except ValueError as error:
        raise RefusedAddressError(f"{url} is not an address ({error}).") from error
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS:
        raise RefusedAddressError(
            f"{url} is not fetched: an address begins with https:// or http://."
        )
    _refuse_a_login(parts, url)
    port = DEFAULT_PORTS[scheme] if port is None else port
    if port not in DEFAULT_PORTS.values() and port < FIRST_FREE_PORT:
        raise RefusedAddressError(
            f"{url} is not fetched: port {port} is no web server's. Use 80, 443, or one from "
            f"{FIRST_FREE_PORT} on."
        )
    return Address(scheme, _host(parts, url), port, target)


def joined(base: Address, location: str) -> Address:
    """Return where a redirect leads. Raises RefusedAddressError."""
    spelled = quote(location.strip(), safe=f"{SAFE}%?#[]")
    try:
        whole = urljoin(base.url, spelled)
    except ValueError as error:
        raise RefusedAddressError(
            f"{base.url} leads to {spelled[:80]}, which is not an address ({error})."
        ) from error
    return parsed(whole)


def numbers(
    address: Address, *, networks: Sequence[Network], resolve: Resolver
) -> list[Number]:
    """Return the numbers of a host, all of them public or in `networks`.

    One number that is neither refuses the host: who answers with both has something in mind.
    """
    found = [
        ip_address(text.partition("%")[0]) for text in resolve(address.host, address.port)
    ]
    for number in found:
        if not _may_be_reached(number, networks):
            raise RefusedAddressError(
                f"{address.host} is not fetched: it leads to {number}, which is not on the public "
                "internet. Give the document's public address, or upload it by hand."
            )
    return list(dict.fromkeys(found))


def system_resolver(host: str, port: int) -> list[str]:
    """Ask the machine's own resolver. Raises NoHostError or UnreachableError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno in (socket.EAI_NONAME, socket.EAI_NODATA):
            raise NoHostError(
                f"{NO_HOST} named {host}. See whether the address is spelled right."
            ) from error
        raise UnreachableError(
            f"The name {host} could not be looked up ({error.strerror}). Try again later."
        ) from error
    except UnicodeError as error:
        raise RefusedAddressError(f"{host} is not the name of a host.") from error
    return [str(where[0]) for *_, where in found]


def is_public(number: Number) -> bool:
    """Say whether a number belongs to the public internet, by itself and not by wrapping."""
    if isinstance(number, IPv6Address) and number not in GLOBAL_6:
        return False
    return not any(number in network for network in NOT_PUBLIC)


def _may_be_reached(number: Number, networks: Sequence[Network]) -> bool:
    return is_public(number) or any(number in network for network in networks)


def _refuse_a_login(parts: SplitResult, url: str) -> None:
    if "@" in parts.netloc:
        raise RefusedAddressError(
            f"{parts.hostname} is not fetched: the address carries a user name or password. "
            "Give it without."
        )
    if "\\" in url:
        raise RefusedAddressError(f"{url} is not fetched: it has a backslash in it.")


def _host(parts: SplitResult, url: str) -> str:
    host = unquote(parts.hostname or "").lower().removesuffix(".")
    if parts.netloc.startswith("["):
        return _literal(host, url)
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except idna.IDNAError as error:
            raise RefusedAddressError(
                f"{url} is not fetched: {host} is not the name of a host."
            ) from error
    if NUMERIC.search(host):
        return _literal(host, url)
    if not NAME.fullmatch(host) or len(host) > 253:
        raise RefusedAddressError(
            f"{url} is not fetched: it names no host that could be asked."
        )
    return host


def _literal(host: str, url: str) -> str:
    """Return an address told in numbers, if it is told plainly: 127.1, 0x7f000001 are not."""
    try:
        # What follows a per cent sign names a network card of this machine.
        return str(ip_address(host.replace("%", " ")))
    except ValueError as error:
        raise RefusedAddressError(
            f"{url} is not fetched: {host} is no plain address in numbers."
        ) from error


def _target(parts: SplitResult) -> str:
    path = quote(parts.path, safe=f"{SAFE}%") or "/"
    query = quote(parts.query, safe=f"{SAFE}%?")
    return f"{path}?{query}" if parts.query else path
