"""How far a fetch may go."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Limits:
    """Everything that bounds one fetch. Sizes are in bytes, times in seconds.

    `networks` are the only ones outside the public internet that may be reached.
    """

    seconds: float  # of the whole download, redirects and slow drips included
    connect_seconds: float  # to one address of a host
    wire_bytes: int  # as sent
    document_bytes: int  # as unpacked
    redirects: int
    reading_seconds: float  # of taking the text out
    reading_memory: int
    characters: int  # of the text
    networks: tuple[Network, ...] = ()
