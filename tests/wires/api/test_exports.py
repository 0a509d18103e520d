"""The archive as a file: the same records as the feed, and nothing that is not public."""

import csv
import io

import orjson
import pytest

from tests import factories
from tests.wires.pages import states
from wires.api import exports

pytestmark = pytest.mark.django_db
JSONL, CSV = "/api/v1/exports/wires.jsonl", "/api/v1/exports/wires.csv"


def body(client, address):
    return b"".join(client.get(address).streaming_content)


def records(client):
    return [orjson.loads(line) for line in body(client, JSONL).splitlines()]


def rows(client):
    return list(csv.DictReader(io.StringIO(body(client, CSV).decode(), newline="")))


@pytest.mark.slow
def test_lines_are_the_records_of_the_feed(client, monkeypatch):
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    for _ in range(3):
        factories.make_published()
    factories.make_withdrawn()
    feed = client.get("/api/v1/wires/").json()["results"]
    assert records(client) == feed[::-1]


def test_rows_say_the_same(client):
    wire = factories.make_published()
    [row] = rows(client)
    assert (row["id"], row["headline"], row["codes"]) == (
        wire.public_id, wire.current.headline, "M2; F6",
    )  # fmt: skip
    assert (row["claims"], row["claims_supported"], row["sources"]) == ("3", "3", "1")


def test_text_is_no_formula(client):
    factories.make_published(headline='=HYPERLINK("http://evil.example", "x")')
    [row] = rows(client)
    assert row["headline"].startswith("'=")


@pytest.mark.slow
@pytest.mark.parametrize("address", [JSONL, CSV])
@pytest.mark.parametrize(
    "make", [factories.make_draft, factories.make_reviewed, states.make_scheduled]
)
def test_what_is_not_public_is_in_no_file(client, address, make):
    factories.make_published()
    before = client.get(address)
    content = b"".join(before.streaming_content)
    make()
    after = client.get(address)
    assert b"".join(after.streaming_content) == content
    assert after.headers["ETag"] == before.headers["ETag"]


def test_file_is_not_sent_again_until_something_changes(client):
    factories.make_published()
    tag = client.get(JSONL).headers["ETag"]
    assert client.get(JSONL, headers={"If-None-Match": tag}).status_code == 304
    factories.make_published()
    assert client.get(JSONL, headers={"If-None-Match": tag}).status_code == 200


def test_other_formats_are_not_found(client):
    assert client.get("/api/v1/exports/wires.xml", follow=True).status_code == 404
    assert client.post(JSONL).status_code == 405
