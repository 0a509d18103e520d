"""Records as the feed shows them: stored JSON with its address put in and its keys in order."""

from collections.abc import Iterable
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


def shown(stored: str) -> Record:
    """Return the record of the stored JSON text, ready for a reader: `id`, `url`, and the rest."""
    record: Record = orjson.loads(stored)
    for name, keys in PARTS.items():
        if record[name] is not None:
            record[name] = _ordered(record[name], keys)
    for name, keys in LISTS.items():
        record[name] = [_ordered(item, keys) for item in record[name]]
    public_id = record.pop("id")
    page = reverse("wires:page", args=[public_id])
    return {"id": public_id, "url": f"{settings.SITE_URL}{page}", **_ordered(record, RECORD)}


def _ordered(part: dict[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """Put known keys first, in their order. An unknown key stays: the record's hash covers it."""
    return {key: part[key] for key in keys if key in part} | part
