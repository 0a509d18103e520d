"""Limits of tests: short, and this machine may be reached."""

from dataclasses import replace
from ipaddress import ip_network
from typing import Any

from wires.fetching.limits import Limits

AGENT = "Butfor wire archive (+http://127.0.0.1)"
LIMITS = Limits(
    seconds=5, connect_seconds=1, wire_bytes=200_000, document_bytes=1_000_000, redirects=3,
    reading_seconds=10, reading_memory=1_500_000_000, characters=100_000,
    networks=(ip_network("127.0.0.0/8"),),
)  # fmt: skip


def limits(**values: Any) -> Limits:
    return replace(LIMITS, **values)
