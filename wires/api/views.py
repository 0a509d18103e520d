"""The addresses of the feed. Each parses a request, reads rows that are public, and answers."""

import hashlib
import re
from typing import Any
from urllib.parse import urlencode

import orjson
from django.conf import settings
from django.db.models import Exists, OuterRef, TextField
from django.db.models.functions import Cast
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from wires import changelog
from wires.api import parameters, records, schema
from wires.api.cursor import Cursor
from wires.api.door import Door, unless_known
from wires.models import Change, Code, Coding, Provider, Wire, WireQuerySet
from wires.models.names import PUBLIC_ID
from wires.record import Record, sha256, stamp

# As text, which the fast parser reads.
STORED = Cast("record", TextField())
COLUMNS = {"severity": "severity_verified", "event_class": "event_class", "state": "state"}


class WireList(Door):
    known = (*parameters.FILTERS, parameters.LIMIT, parameters.CURSOR)

    @schema.wires
    def get(self, request: Request) -> Response:
        given = parameters.read(request.GET, self.known)
        return unless_known(request, _state_now(request), lambda: _page(request, given))


class WireDetail(Door):
    @schema.wire
    def get(self, request: Request, public_id: str) -> Response:
        parameters.read(request.GET, ())
        if not re.fullmatch(PUBLIC_ID, public_id):
            return _lead_on(public_id)
        wires = Wire.objects.public().filter(public_id=public_id)
        found = wires.values_list(STORED, flat=True).first()
        if found is None:
            raise NotFound
        [record] = records.shown([found])
        return unless_known(request, sha256(record), lambda: record)


class ChangeList(Door):
    known = (parameters.SINCE, parameters.LIMIT)

    @schema.changes
    def get(self, request: Request) -> Response:
        given = parameters.read(request.GET, self.known)
        return unless_known(request, _state_now(request), lambda: _changes(request, given))


class Schema(Door):
    @schema.itself
    def get(self, request: Request) -> Response:
        parameters.read(request.GET, ())
        document = schema.document()
        return unless_known(request, _digest(orjson.dumps(document)), lambda: document)


def _lead_on(name: str) -> Response:
    """Lead from an id of another database to the record of the wire that tells its event."""
    wire = Wire.objects.public().led_to_by(name).first()
    if wire is None:
        raise NotFound
    address = records.addresses("api:wire")(wire.public_id)
    return Response(status=301, headers={"Location": address})


def _state_now(request: Request) -> str:
    """Name the state of the archive and the question asked of it: lists change with the log only.

    Call it before rows are read: a change in between makes the answer newer than its tag, and
    the client asks once more. The other way round it would never hear of the change.
    """
    head = changelog.head()
    asked = f"{settings.SITE_URL}{request.get_full_path()}"
    return f"{head}-{_digest(asked.encode())}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _page(request: Request, given: dict[str, Any]) -> Record:
    limit: int = given.get("limit", parameters.DEFAULT_PAGE)
    # One more than asked for says whether there is a next page, and nothing is counted. The rows
    # are chosen by key first, so that no record is turned into text only to be sorted away.
    keys = _chosen(given).newest_first().values("pk")[: limit + 1]
    wires = Wire.objects.public().filter(pk__in=keys).newest_first()
    rows = list(wires.values_list("first_published_at", "pk", STORED))
    page = rows[:limit]
    last = Cursor(*page[-1][:2]).encode() if len(rows) > limit else None
    return {
        "results": records.shown(text for _, _, text in page),
        "next": _address(request, cursor=last) if last else None,
    }


def _chosen(given: dict[str, Any]) -> WireQuerySet:
    wires = Wire.objects.public().filter(
        **{COLUMNS[name]: value for name, value in given.items() if name in COLUMNS}
    )
    # Names are looked up first: the planner knows how common a key is, and nothing of a name.
    if "code" in given:
        codes = list(Code.objects.filter(code=given["code"]).values_list("pk", flat=True))
        # A wire may carry one code of two taxonomies, and is listed once all the same.
        wires = wires.filter(
            Exists(Coding.objects.filter(wire=OuterRef("pk"), code__in=codes))
        )
    if "provider" in given:
        wires = wires.filter(
            providers__in=list(Provider.objects.filter(slug=given["provider"]))
        )
    return _below(wires, given["cursor"]) if "cursor" in given else wires


def _below(wires: WireQuerySet, place: Cursor) -> WireQuerySet:
    # The first condition is a range of the index; the second takes out those of the same moment.
    return wires.filter(first_published_at__lte=place.first_published_at).exclude(
        first_published_at=place.first_published_at, pk__gte=place.pk
    )


def _changes(request: Request, given: dict[str, Any]) -> Record:
    limit: int = given.get("limit", parameters.DEFAULT_PAGE)
    changes = Change.objects.filter(seq__gt=given.get("since", 0)).order_by("seq")
    rows = list(
        changes.values_list("seq", "wire__public_id", "kind", "at", "version", "sha256")[
            : limit + 1
        ]
    )
    page = rows[:limit]
    record = records.addresses("api:wire")
    return {
        "results": [
            {
                "seq": seq, "wire": wire, "kind": kind, "at": stamp(at), "version": version,
                "sha256": sha256, "url": record(wire),
            }
            for seq, wire, kind, at, version, sha256 in page
        ],
        "next": _address(request, since=page[-1][0]) if len(rows) > limit else None,
    }  # fmt: skip


def _address(request: Request, **place: Any) -> str:
    """Return this request's own address with its place in the list moved on."""
    query = urlencode({**request.GET.dict(), **place})
    return f"{settings.SITE_URL}{request.path}?{query}"
