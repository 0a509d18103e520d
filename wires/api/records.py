"""Records as the feed shows them: stored JSON with its address put in and its keys in order."""

from collections.abc import Callable, Iterable
from typing import Any

import orjson
from django.conf import settings
from django.urls import reverse

from wires.record import Record

# PostgreSQL's jsonb keeps no order of keys; these are the orders that the design gives.
RECORD = (
    "id", "state", "version", "headline", "body", "occurred_on", "event_class", "severity",
    "standard", "codes", "providers", "sources", "claims", "rationale", "exhibits", "exhibit_note",
    "notices", "responses", "aliases", "merged_into", "first_published_at", "modified_at",
)  # fmt: skip
PARTS = {
    "severity": ("reported", "verified", "factors", "note"),
    "rationale": ("system", "act", "harm", "counterfactual", "result"),
}
LISTS = {
    "codes": ("code", "rank", "source"),
    "sources": ("id", "url", "publisher", "date", "tier", "text", "sha256", "group",
                "reports"),
    "claims": ("n", "text", "verdict", "basis", "source", "passage", "override", "dismissal"),
    "exhibits": (
        "run", "recipe", "tier", "claim", "reading", "outcome", "metrics", "manifest_sha256",
    ),
    "notices": ("kind", "text", "at", "wire", "related"),
    "responses": ("party", "date", "text", "source"),
}  # fmt: skip
DOCUMENT = ("url", "publisher", "date", "tier", "text", "sha256")


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
        # A record that last changed under an earlier release may lack a list: its hash does too.
        if name in record:
            record[name] = [_ordered(item, keys) for item in record[name]]
    for response in record.get("responses", ()):
        response["source"] = _ordered(response["source"], DOCUMENT)
    public_id = record.pop("id")
    return {"id": public_id, "url": page(public_id), **_ordered(record, RECORD)}


def _ordered(part: dict[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """Put known keys first, in their order. An unknown key stays: the record's hash covers it."""
    ordered = {key: part[key] for key in keys if key in part}
    return ordered if len(ordered) == len(part) else ordered | part
