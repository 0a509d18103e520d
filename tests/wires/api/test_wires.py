"""The list of wires: whole records, newest first, page by page, filtered."""

from datetime import date, timedelta

import orjson
import pytest
from django.conf import settings
from django.utils import timezone

from tests import factories
from wires import coding, lifecycle
from wires.models import Code, Coding, MoveRequest, TaxonomyVersion, Wire
from wires.models.user import Role
from wires.severity import FACTORS

pytestmark = pytest.mark.django_db
LIST = "/api/v1/wires/"
KEYS = [
    "id", "url", "state", "version", "headline", "body", "occurred_on", "event_class",
    "severity", "standard", "codes", "providers", "sources", "claims", "rationale", "exhibits",
    "notices", "responses", "aliases", "merged_into", "first_published_at", "modified_at",
]  # fmt: skip


def page(client, query=""):
    response = client.get(f"{LIST}{query}")
    assert response.status_code == 200, response.content
    return orjson.loads(response.content)


def ids(answer):
    return [record["id"] for record in answer["results"]]


def walk(client, query):
    """Follow `next` to the end, as a consumer does; return the pages' ids."""
    pages, address = [], f"{LIST}{query}"
    while address:
        answer = orjson.loads(client.get(address.removeprefix(settings.SITE_URL)).content)
        pages.append(ids(answer))
        address = answer["next"]
    return pages


def test_empty_archive_is_an_empty_page(client):
    assert page(client) == {"results": [], "next": None}


def test_records_are_whole_and_in_the_order_of_the_design(client):
    wire = factories.make_published()
    [record] = page(client)["results"]
    assert list(record) == KEYS
    assert list(record["severity"]) == ["reported", "verified", "factors"]
    assert list(record["claims"][0]) == ["n", "text", "verdict", "basis", "source", "passage"]
    assert record["url"] == f"{settings.SITE_URL}/wires/{wire.public_id}/"
    assert {key: value for key, value in record.items() if key != "url"} == wire.record


@pytest.mark.slow
def test_newest_publication_comes_first(client):
    wires = [factories.make_published() for _ in range(3)]
    assert ids(page(client)) == [wire.public_id for wire in reversed(wires)]


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 200])
def test_pages_cover_every_wire_once_and_end(client, size):
    wires = [factories.make_published() for _ in range(4)]
    pages = walk(client, f"?limit={size}")
    assert [one for each in pages for one in each] == [w.public_id for w in reversed(wires)]
    assert len(pages) == -(-4 // size)


@pytest.mark.slow
def test_wires_of_one_moment_are_paged_by_their_row(client, monkeypatch):
    moment = timezone.now()
    # The clock stands still; the rows must tell the wires apart.
    monkeypatch.setattr(timezone, "now", lambda: moment)
    wires = [factories.make_published() for _ in range(3)]
    assert len({wire.first_published_at for wire in wires}) == 1
    assert walk(client, "?limit=1") == [[wire.public_id] for wire in reversed(wires)]


@pytest.mark.slow
def test_wire_published_while_paging_moves_no_page(client):
    old = [factories.make_published() for _ in range(3)]
    first = page(client, "?limit=2")
    factories.make_published()
    rest = walk(client, f"?limit=2&cursor={first['next'].split('cursor=')[1]}")
    assert [ids(first), *rest] == [[old[2].public_id, old[1].public_id], [old[0].public_id]]


@pytest.mark.slow
def test_page_holds_fifty_unless_asked(client):
    for _ in range(51):
        factories.make_published()
    answer = page(client)
    assert len(answer["results"]) == 50
    assert answer["next"].startswith(f"{settings.SITE_URL}{LIST}?cursor=")


@pytest.mark.slow
def test_next_keeps_limit_and_filters(client):
    wires = [factories.make_published(providers=("Bravo",)) for _ in range(2)]
    factories.make_published()
    assert walk(client, "?limit=1&provider=bravo&code=M2") == [
        [wire.public_id] for wire in reversed(wires)
    ]


def test_withdrawn_wire_is_a_tombstone(client):
    wire = factories.make_withdrawn(reason="The company never ran it.")
    [record] = page(client)["results"]
    assert list(record) == KEYS
    assert record["id"] == wire.public_id
    assert (record["state"], record["body"], record["rationale"]) == ("withdrawn", "", None)
    assert record["sources"] == record["claims"] == record["exhibits"] == []
    assert record["notices"][0]["text"] == "The company never ran it."


@pytest.mark.slow
def test_what_is_not_public_is_nowhere(client):
    editor = factories.make_editor()
    shown = factories.make_published()
    factories.make_draft()
    factories.make_reviewed()
    scheduled = factories.make_reviewed()
    lifecycle.schedule(scheduled.pk, by=editor, at=timezone.now() + timedelta(days=1))
    lifecycle.discard(factories.make_draft().pk, by=editor, note="Filed twice.")
    assert walk(client, "?limit=1") == [[shown.public_id]]


@pytest.fixture
def assorted():
    """Three public wires that differ in what the filters read."""
    plain = factories.make_published()
    other = factories.make_published(providers=("Bravo AI", "Acme"))
    editor, senior = factories.make_editor(), factories.make_user(Role.SENIOR)
    coding.put(other.pk, "F2", by=editor, claim=2, rank=1)  # in the place of F6
    mild = {name: {"value": 0, "claim": 2} for name in FACTORS}
    coding.classify(
        other.pk, by=editor, event_class="near_miss", standard="public record",
        reported="SEV-4", factors=mild,
    )  # fmt: skip
    disputed = factories.make_published()
    request = lifecycle.ask(
        disputed.pk, MoveRequest.Move.DISPUTE, by=editor, reason="Acme says no."
    )
    lifecycle.confirm(request.pk, by=senior)
    return {"plain": plain, "other": other, "disputed": disputed}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("?code=M2", ["disputed", "other", "plain"]),
        ("?code=F6", ["disputed", "plain"]),
        ("?code=F2", ["other"]),
        ("?code=M9", []),
        ("?provider=acme", ["disputed", "other", "plain"]),
        ("?provider=bravo-ai", ["other"]),
        ("?provider=nobody", []),
        ("?event_class=near_miss", ["other"]),
        ("?event_class=notice", []),
        ("?state=published", ["other", "plain"]),
        ("?state=disputed", ["disputed"]),
        ("?state=withdrawn", []),
        ("?state=published&provider=acme&code=F6", ["plain"]),
    ],
)
def test_filters_choose(client, assorted, query, wanted):
    assert ids(page(client, query)) == [assorted[name].public_id for name in wanted]


def test_wire_that_carries_a_code_of_two_taxonomies_is_listed_once(client):
    wire = factories.make_published()
    coding_now = wire.codings.get(code__code="M2")
    dated = date(2027, 1, 1)
    later = TaxonomyVersion.objects.create(
        key="2027-01", dated=dated, author="Desk", rules={}, digest="0" * 64
    )
    again = Code.objects.create(
        taxonomy=later, code="M2", kind="M", number=2, title="Fabrication"
    )
    Coding.objects.create(
        wire=wire,
        code=again,
        kind="M",
        rank=2,
        origin="editor",
        decided_by=coding_now.decided_by,
    )
    assert ids(page(client, "?code=M2")) == [wire.public_id]


@pytest.mark.slow
def test_severity_filter_reads_the_verified_level(client, assorted):
    for wire in assorted.values():
        wire.refresh_from_db()
    for level in Wire.Severity:
        wanted = {w.public_id for w in assorted.values() if w.severity_verified == level}
        assert set(ids(page(client, f"?severity={level}"))) == wanted
    assert len({wire.severity_verified for wire in assorted.values()}) > 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("?limit=0", "limit"),
        ("?limit=201", "limit"),
        ("?limit=-1", "limit"),
        ("?limit=1.5", "limit"),
        ("?limit=ten", "limit"),
        ("?limit=", "limit"),
        ("?limit=%D9%A3", "limit"),
        ("?limit=9999999999999999999999", "limit"),
        ("?cursor=", "cursor"),
        ("?cursor=x", "cursor"),
        ("?cursor=AAAAAAAAAAAAAAAAAAAAAA", "cursor"),
        ("?cursor=______________________", "cursor"),
        ("?cursor=f_________8AAAAAAAAAAQ", "cursor"),
        ("?cursor=%00", "cursor"),
        ("?code=", "code"),
        ("?code=m2", "code"),
        ("?code=X1", "code"),
        ("?severity=1", "severity"),
        ("?severity=SEV-6", "severity"),
        ("?provider=%00", "provider"),
        ("?provider=a%20b", "provider"),
        ("?event_class=accident", "event_class"),
        ("?state=draft", "state"),
        ("?state=scheduled", "state"),
        ("?state=published&state=disputed", "state"),
        ("?page=2", "page"),
        ("?format=xml", "format"),
        ("?offset=50&limit=10", "offset"),
    ],
)
def test_malformed_query_is_refused_by_name(client, query, named):
    response = client.get(f"{LIST}{query}")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/json"
    answer = orjson.loads(response.content)
    assert list(answer) == ["error"]
    assert repr(named) in answer["error"]


def test_everything_wrong_is_told_at_once(client):
    error = orjson.loads(client.get(f"{LIST}?sort=id&limit=0&page=2").content)["error"]
    assert all(repr(name) in error for name in ("sort", "limit", "page"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "queries"),
    [("", 2), ("?state=published&severity=SEV-3&limit=200", 2), ("?code=M2&provider=acme", 4)],
)
def test_queries_do_not_grow_with_the_archive(
    client, django_assert_num_queries, query, queries
):
    for wires in (1, 4):
        for _ in range(wires):
            factories.make_published()
        with django_assert_num_queries(queries):
            page(client, query)
