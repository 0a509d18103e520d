"""What the vault may do, as the settings say it, and what everybody must have to use it."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

from django.conf import settings

from wires.fetching.address import parsed
from wires.fetching.limits import Limits
from wires.fetching.problems import FetchError
from wires.models import User
from wires.models.user import Role
from wires.refusals import NotAllowedError, RefusedError

CONNECT_SECONDS = 10
READING_MEMORY = 1_500_000_000  # bytes of address space, the parsers' own code included
LONGEST_TEXT = 2_000_000  # characters, as for filed texts


def limits() -> Limits:
    return Limits(
        seconds=settings.FETCH_SECONDS,
        connect_seconds=min(CONNECT_SECONDS, settings.FETCH_SECONDS),
        wire_bytes=settings.FETCH_BYTES,
        document_bytes=settings.FETCH_BYTES,
        redirects=settings.FETCH_REDIRECTS,
        reading_seconds=settings.FETCH_SECONDS,
        reading_memory=READING_MEMORY,
        characters=LONGEST_TEXT,
        networks=tuple(ip_network(text) for text in settings.FETCH_ALLOWED_NETWORKS),
    )


def agent() -> str:
    return f"Butfor wire archive (+{settings.SITE_URL})"


def home() -> Path:
    return Path(settings.DATA_DIR) / "vault"


def check_address(url: str) -> None:
    try:
        parsed(url)
    except FetchError as error:
        raise RefusedError(str(error)) from error


def require(by: User, role: Role) -> None:
    if not by.has_role(role):
        raise NotAllowedError(f"{by.username} is no {role.value}, and this needs one.")
