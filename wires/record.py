"""The canonical record of a wire: what the feed, the exports and the pages all show."""

import hashlib
from datetime import datetime
from typing import Any

import orjson

from wires.models import Claim, Exhibit, Notice, Response, Source, Wire

Record = dict[str, Any]

# What a record tells of a metric; how surely it differs from none is told on the page of the run.
MEASURED = ("value", "low", "high", "n", "method")


def build(wire: Wire, *, modified_at: datetime) -> Record:
    """Return the record of a wire loaded with `for_record()`, its address left out.

    A withdrawn wire is a tombstone: its text, claims, sources and rationale are gone.
    """
    version = wire.current
    if version is None:
        raise ValueError(f"{wire} has no text, so it has no record")
    told = wire.state != Wire.State.WITHDRAWN
    return {
        "id": wire.public_id,
        "state": wire.state,
        "version": version.number,
        "headline": version.headline,
        "body": version.body if told else "",
        "occurred_on": wire.occurred_on.isoformat() if wire.occurred_on else None,
        "event_class": wire.event_class,
        "severity": {
            "reported": wire.severity_reported or None,
            "verified": wire.severity_verified or None,
            "factors": {
                name: factor["value"] for name, factor in sorted(wire.factors.items())
            },
            **({"note": wire.severity_note} if wire.severity_note else {}),
        },
        "standard": wire.standard,
        "codes": [
            {"code": coding.code.code, "rank": coding.rank_word, "source": coding.origin}
            for coding in wire.codings.all()
        ],
        "providers": [provider.name for provider in wire.providers.all()],
        "sources": [_source(c.key, c.source) for c in version.citations.all()] if told else [],
        "claims": [_claim(claim) for claim in version.claims.all()] if told else [],
        "rationale": _rationale(wire) if told else None,
        "exhibits": [_exhibit(wire, exhibit) for exhibit in wire.exhibits.all()]
        if told
        else [],
        **({"exhibit_note": wire.exhibit_note} if told and wire.exhibit_note else {}),
        "notices": [_notice(notice) for notice in _notices(wire)],
        "responses": [_response(given) for given in wire.responses.all()] if told else [],
        "aliases": [alias.name for alias in wire.aliases.all()],
        "merged_into": wire.merged_into.public_id if wire.merged_into else None,
        "first_published_at": stamp(wire.first_published_at),
        "modified_at": stamp(modified_at),
    }


def sha256(record: Record) -> str:
    """Return the hash that a change carries: of the record with sorted keys, without `url`."""
    bare = {key: value for key, value in record.items() if key != "url"}
    return hashlib.sha256(orjson.dumps(bare, option=orjson.OPT_SORT_KEYS)).hexdigest()


def stamp(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if moment else None


def _source(key: str, source: Source) -> Record:
    return {
        "id": key,
        **_document(source),
        "group": source.group or None,
        "reports": source.reports,
    }


def _document(source: Source) -> Record:
    return {
        "url": source.url or None,
        "publisher": source.publisher or None,
        "date": source.published_on.isoformat() if source.published_on else None,
        "tier": source.tier or None,
        "text": source.kind,
        "sha256": source.sha256,
    }


def _claim(claim: Claim) -> Record:
    dismissed = claim.dismissed_at is not None
    return {
        "n": claim.n,
        "text": claim.text,
        "verdict": "not a claim" if dismissed else claim.verdict,
        "basis": None if dismissed else claim.basis or None,
        "source": claim.citation.key if claim.citation and not dismissed else None,
        "passage": (claim.passage or None) if not dismissed else None,
        **({"override": claim.override_note} if claim.override_note else {}),
        **({"dismissal": claim.dismissal_note} if claim.dismissal_note else {}),
    }


def _notices(wire: Wire) -> list[Notice]:
    """Return what is said of a wire on its own page and on those of other public wires."""
    elsewhere = [notice for notice in wire.named_in.all() if notice.wire.is_public]
    return sorted(
        [*wire.notices.all(), *elsewhere], key=lambda notice: (notice.made_at, notice.pk)
    )


def _notice(notice: Notice) -> Record:
    related = notice.related
    return {
        "kind": notice.kind,
        "text": notice.text,
        "at": stamp(notice.made_at),
        "wire": notice.wire.public_id,
        "related": related.public_id if related and related.is_public else None,
    }


def _response(given: Response) -> Record:
    return {
        "party": given.party,
        "date": given.said_on.isoformat(),
        "text": given.text,
        "source": _document(given.source),
    }


def _rationale(wire: Wire) -> Record | None:
    found = getattr(wire, "rationale", None)
    if found is None:
        return None
    slots = ("system", "act", "harm", "counterfactual")
    return {**{slot: getattr(found, slot) for slot in slots}, "result": found.result or None}


def _exhibit(wire: Wire, exhibit: Exhibit) -> Record:
    run = exhibit.run
    return {
        "run": run.pk,
        "recipe": run.recipe,
        "tier": run.tier,
        # None where the text it bears on was amended and no sentence follows on that one.
        "claim": exhibit.claim.n if exhibit.claim.version_id == wire.current_id else None,
        "reading": exhibit.reading,
        "outcome": run.outcome,
        "metrics": {
            name: {field: metric[field] for field in MEASURED if field in metric}
            for name, metric in (run.metrics or {}).items()
        },
        "manifest_sha256": run.manifest_sha256,
    }
