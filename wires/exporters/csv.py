"""One row a wire, for a spreadsheet. Lists are joined by “; ”; claims and sources are counted."""

import csv
import io
from collections.abc import Iterable, Iterator

from wires.record import Record

TYPE = "text/csv; charset=utf-8"
COLUMNS = (
    "id", "url", "state", "version", "headline", "body", "event_class", "severity_reported",
    "severity_verified", "standard", "codes", "providers", "aliases", "but_for", "sources",
    "claims", "claims_supported", "notices", "responses", "merged_into", "first_published_at",
    "modified_at",
)  # fmt: skip
BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def lines(records: Iterable[Record]) -> Iterator[bytes]:
    yield _line(COLUMNS)
    for record in records:
        row = _row(record)
        yield _line(_inert(row[name]) for name in COLUMNS)


def _row(record: Record) -> dict[str, object]:
    severity, rationale = record["severity"], record["rationale"] or {}
    return {
        **{name: record[name] for name in COLUMNS if name in record},
        "severity_reported": severity["reported"],
        "severity_verified": severity["verified"],
        "codes": "; ".join(code["code"] for code in record["codes"]),
        "providers": "; ".join(record["providers"]),
        "aliases": "; ".join(record["aliases"]),
        "but_for": rationale.get("counterfactual", ""),
        "sources": len(record["sources"]),
        "claims": len(record["claims"]),
        "claims_supported": sum(
            claim["verdict"] in ("supported", "partly") for claim in record["claims"]
        ),
        "notices": len(record["notices"]),
        # A record that last changed under an earlier release lacks these two.
        "responses": len(record.get("responses", ())),
        "merged_into": record.get("merged_into"),
    }


def _inert(value: object) -> object:
    """Keep a spreadsheet from running a text as a formula."""
    if isinstance(value, str) and value.startswith(BEGINS_FORMULA):
        return f"'{value}"
    return value


def _line(cells: Iterable[object]) -> bytes:
    held = io.StringIO()
    csv.writer(held, lineterminator="\r\n").writerow(cells)
    return held.getvalue().encode()
