"""A copy of an address in a public web archive, where one is asked."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from wires.fetching.address import parsed
from wires.fetching.download import download
from wires.fetching.limits import Limits
from wires.fetching.problems import FetchError

JSON = ("application/json",)


def copy_of(url: str, *, lookup: str, limits: Limits, agent: str) -> str:
    """Return the address of the newest copy; empty where there is none, or no answer.

    `lookup` has `{url}` in it and answers as the Wayback Machine's "availability" does:
    `{"archived_snapshots": {"closest": {"available": true, "url": ...}}}`.
    """
    try:
        asked = lookup.replace("{url}", quote(url, safe=""))
        answer = download(asked, limits=limits, agent=agent, accepts=JSON)
        found: Any = json.loads(answer.body)
        for name in ("archived_snapshots", "closest"):
            found = found.get(name) if isinstance(found, dict) else None
        told = found.get("url") if isinstance(found, dict) and found.get("available") else ""
        return parsed(told).url if isinstance(told, str) and told else ""
    except (FetchError, ValueError, RecursionError):
        return ""  # the document itself is what counts; a copy can be named later
