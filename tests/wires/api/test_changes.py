"""The change log as consumers read it."""

import hashlib
import json

import orjson
import pytest
from django.conf import settings
from django.db import transaction

from tests import factories
from wires import coding, exhibits, lifecycle, record
from wires.models import Change

pytestmark = pytest.mark.django_db
LOG = "/api/v1/changes/"


def page(client, query=""):
    response = client.get(f"{LOG}{query}")
    assert response.status_code == 200, response.content
    return orjson.loads(response.content)


def test_empty_log_is_an_empty_page(client):
    assert page(client) == {"results": [], "next": None}


def test_change_says_which_wire_when_and_what(client):
    wire = factories.make_published()
    change = Change.objects.get()
    assert page(client) == {
        "results": [
            {
                "seq": change.seq,
                "wire": wire.public_id,
                "kind": "published",
                "at": record.stamp(change.at),
                "version": 1,
                "sha256": change.sha256,
                "url": f"{settings.SITE_URL}/api/v1/wires/{wire.public_id}/",
            }
        ],
        "next": None,
    }


def as_described(fetched):
    """Hash a record as the schema tells a consumer to, with nothing but the standard library."""
    bare = {key: value for key, value in fetched.items() if key != "url"}
    text = json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.slow
def test_consumer_proves_what_it_fetched(client):
    factories.make_withdrawn(reason='«Нет» \u2028 \x7f \t "quoted" / 🦊')
    editor = factories.make_editor()
    wire = factories.make_published(editor)
    exhibits.attach(wire.pk, factories.make_run().pk, by=editor, claim=1)
    latest = {change["wire"]: change for change in page(client)["results"]}
    for change in latest.values():
        address = change["url"].removeprefix(settings.SITE_URL)
        fetched = orjson.loads(client.get(address).content)
        assert as_described(fetched) == change["sha256"]
    assert len(latest) == 2


def test_old_state_does_not_pass_for_a_new_one(client):
    wire = factories.make_published()
    address = f"/api/v1/wires/{wire.public_id}/"
    before = orjson.loads(client.get(address).content)
    coding.put(wire.pk, "F2", by=factories.make_editor(), claim=2)
    old, new = page(client)["results"]
    assert record.sha256(before) == old["sha256"] != new["sha256"]
    assert record.sha256(orjson.loads(client.get(address).content)) == new["sha256"]


@pytest.mark.slow
def test_since_begins_after_what_is_known(client):
    for _ in range(3):
        factories.make_published()
    first, second, third = (change["seq"] for change in page(client)["results"])
    assert [change["seq"] for change in page(client, f"?since={first}")["results"]] == [
        second,
        third,
    ]
    assert page(client, f"?since={third}") == {"results": [], "next": None}


@pytest.mark.parametrize("since", [10**6, 2**63 - 1])
def test_beyond_the_head_there_is_nothing_yet(client, since):
    factories.make_published()
    assert page(client, f"?since={since}") == {"results": [], "next": None}


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 2, 3, 4, 200])
def test_pages_cover_the_log_once_in_order(client, size):
    for _ in range(4):
        factories.make_published()
    seen, address, pages = [], f"{LOG}?limit={size}", 0
    while address:
        answer = page(client, address.removeprefix(settings.SITE_URL).removeprefix(LOG))
        seen += [change["seq"] for change in answer["results"]]
        address, pages = answer["next"], pages + 1
    assert seen == list(Change.objects.values_list("seq", flat=True))
    assert len(seen) == 4
    assert pages == -(-4 // size)


def test_withdrawal_is_a_change(client):
    factories.make_withdrawn()
    assert [change["kind"] for change in page(client)["results"]] == ["published", "withdrawn"]


def test_act_that_is_not_public_leaves_no_trace(client):
    factories.make_draft()
    factories.make_reviewed()
    assert page(client)["results"] == []


@pytest.mark.slow
def test_publication_that_is_rolled_back_leaves_no_gap(client):
    factories.make_published()
    undone = factories.make_reviewed()
    with transaction.atomic():
        lifecycle.publish(undone.pk, by=factories.make_editor())
        transaction.set_rollback(True)
    factories.make_published()
    first, second = page(client)["results"]
    assert second["seq"] == first["seq"] + 1
    assert undone.public_id not in {first["wire"], second["wire"]}


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("?since=-1", "since"),
        ("?since=x", "since"),
        ("?since=1.0", "since"),
        ("?since=1e3", "since"),
        ("?since=", "since"),
        ("?since=%201", "since"),
        ("?since=9223372036854775808", "since"),
        ("?since=99999999999999999999", "since"),
        ("?since=1&since=2", "since"),
        ("?limit=0", "limit"),
        ("?limit=201", "limit"),
        ("?cursor=x", "cursor"),
        ("?state=published", "state"),
    ],
)
def test_malformed_query_is_refused_by_name(client, query, named):
    response = client.get(f"{LOG}{query}")
    assert response.status_code == 400
    assert repr(named) in orjson.loads(response.content)["error"]


@pytest.mark.slow
def test_queries_do_not_grow_with_the_log(client, django_assert_num_queries):
    for wires in (1, 4):
        for _ in range(wires):
            factories.make_published()
        with django_assert_num_queries(2):
            page(client)
