"""Records as the feed shows them: stored JSON with its address put in and its keys in order."""

from collections.abc import Callable, Iterable
from typing import Any

import orjson
from django.conf import settings
from django.urls import reverse

from wires.record import Record

# PostgreSQL's jsonb keeps no order of keys; these are the orders that the design gives.
RECORD = (
    "id", "state", "version", "headline", "body", "event_class", "severity", "standard",
    "codes", "providers", "sources", "claims", "rationale", "exhibits", "notices", "aliases",
    "first_published_at", "modified_at",
)  # fmt: skip
PARTS = {
    "severity": ("reported", "verified", "factors"),
    "rationale": ("system", "act", "harm", "counterfactual", "result"),
}
LISTS = {
    "codes": ("code", "rank", "source"),
    "sources": ("id", "url", "publisher", "date", "tier", "text", "sha256", "group"),
    "claims": ("n", "text", "verdict", "basis", "source", "passage", "override"),
    "exhibits": (
        "run", "recipe", "tier", "claim", "reading", "outcome", "metrics", "manifest_sha256",
    ),
    "notices": ("kind", "text", "at"),
}  # fmt: skip


# An id that no wire has, to look up a route once and not for every wire of a page.
SAMPLE = "AIW-0000-0000"


def shown(stored: Iterable[str]) -> list[Record]:
    """Return the records of stored JSON texts, ready for a reader: `id`, `url`, and the rest."""
    page = addresses("wires:page")
    return [_dressed(orjson.loads(text), page) for text in stored]


def addresses(route: str) -> Callable[[str], str]:
    """Return a function that gives the absolute address of a wire's id on a route."""
    address = f"{settings.SITE_URL}{reverse(route, args=[SAMPLE])}"
    return lambda public_id: address.replace(SAMPLE, public_id)


def _dressed(record: Record, page: Callable[[str], str]) -> Record:
    for name, keys in PARTS.items():
        if record[name] is not None:
            record[name] = _ordered(record[name], keys)
    for name, keys in LISTS.items():
        record[name] = [_ordered(item, keys) for item in record[name]]
    public_id = record.pop("id")
    return {"id": public_id, "url": page(public_id), **_ordered(record, RECORD)}


def _ordered(part: dict[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """Put known keys first, in their order. An unknown key stays: the record's hash covers it."""
    ordered = {key: part[key] for key in keys if key in part}
    return ordered if len(ordered) == len(part) else ordered | part
