"""What holds at every address of the feed: tags, origins, methods, and errors as JSON."""

import logging

import orjson
import pytest
from django.test import Client

from tests import factories
from wires import coding
from wires.models import Wire

pytestmark = pytest.mark.django_db
LISTS = ["/api/v1/wires/", "/api/v1/changes/"]


@pytest.fixture
def wire():
    return factories.make_published()


@pytest.fixture
def addresses(wire):
    return [*LISTS, f"/api/v1/wires/{wire.public_id}/", "/api/v1/schema/"]


def held(client, address, tag):
    return client.get(address, headers={"if-none-match": tag})


def test_state_that_a_client_holds_is_not_sent_again(client, addresses):
    for address in addresses:
        fresh = client.get(address)
        again = held(client, address, fresh["ETag"])
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == fresh["ETag"]
        assert again["Cache-Control"] == "no-cache"
        assert again["Access-Control-Allow-Origin"] == "*"


@pytest.mark.slow
@pytest.mark.parametrize("form", ['"other", {}', "W/{}", '"a",W/{} , "b"', "*"])
def test_tag_is_found_in_every_form_that_a_client_may_send(client, addresses, form):
    for address in addresses:
        tag = client.get(address)["ETag"]
        assert held(client, address, form.format(tag)).status_code == 304


@pytest.mark.slow
@pytest.mark.parametrize("form", ['"other"', "", "x", '"', "W/"])
def test_other_tag_gets_the_answer(client, addresses, form):
    for address in addresses:
        assert held(client, address, form).status_code == 200


def test_tags_are_strong_and_of_one_question(client, addresses):
    for address in addresses:
        assert client.get(address)["ETag"].startswith('"')
    tags = {
        client.get(f"/api/v1/wires/{query}")["ETag"] for query in ("", "?limit=1", "?limit=2")
    }
    assert len(tags) == 3


def test_public_change_renews_the_tags_of_the_lists_and_of_its_wire(client, wire):
    other = factories.make_published()
    touched = [*LISTS, f"/api/v1/wires/{wire.public_id}/"]
    before = {address: client.get(address)["ETag"] for address in touched}
    untouched = client.get(f"/api/v1/wires/{other.public_id}/")["ETag"]
    coding.put(wire.pk, "F2", by=factories.make_editor(), claim=2)
    for address in touched:
        assert held(client, address, before[address]).status_code == 200
    assert held(client, f"/api/v1/wires/{other.public_id}/", untouched).status_code == 304


def test_act_of_the_desk_renews_nothing(client, addresses):
    before = {address: client.get(address)["ETag"] for address in addresses}
    factories.make_reviewed()
    assert all(held(client, each, tag).status_code == 304 for each, tag in before.items())


def test_tag_that_is_held_spares_the_rows(client, wire, django_assert_num_queries):
    for address in LISTS:
        tag = client.get(address)["ETag"]
        with django_assert_num_queries(1):
            held(client, address, tag)


def test_malformed_query_is_refused_to_a_client_that_holds_anything(client):
    assert held(client, "/api/v1/wires/?limit=0", "*").status_code == 400


def test_head_is_the_answer_without_its_body(client, addresses):
    for address in addresses:
        head, full = client.head(address), client.get(address)
        assert (head.status_code, head.content) == (200, b"")
        assert {**head.headers} == {**full.headers}


def test_any_origin_may_read_and_see_the_tag(client, addresses):
    for address in [*addresses, "/api/v1/wires/?limit=0", "/api/v1/nothing/"]:
        response = client.get(address, headers={"origin": "https://elsewhere.example"})
        assert response["Access-Control-Allow-Origin"] == "*"
        assert "ETag" in response["Access-Control-Expose-Headers"]
        assert response["Cache-Control"] == "no-cache"
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")


def test_preflight_allows_a_conditional_get(client, addresses):
    for address in addresses:
        response = client.options(
            address,
            headers={
                "origin": "https://elsewhere.example",
                "access-control-request-method": "GET",
                "access-control-request-headers": "if-none-match",
            },
        )
        assert (response.status_code, response.content) == (200, b"")
        assert response["Allow"] == "GET, HEAD, OPTIONS"
        assert response["Access-Control-Allow-Origin"] == "*"
        assert response["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
        assert response["Access-Control-Allow-Headers"] == "If-None-Match"


@pytest.mark.slow
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_feed_is_read_only(addresses, method):
    client = Client(enforce_csrf_checks=True)
    for address in addresses:
        response = client.generic(method, address, b"<a/>", content_type="text/xml")
        assert response.status_code == 405
        assert response["Allow"] == "GET, HEAD, OPTIONS"
        assert method in orjson.loads(response.content)["error"]


@pytest.mark.slow
@pytest.mark.parametrize("accept", ["text/html", "application/xml", "nonsense", "", "*/*;q=0"])
def test_answer_is_json_whatever_is_accepted(client, addresses, accept):
    for address in addresses:
        response = client.get(address, headers={"accept": accept})
        assert (response.status_code, response["Content-Type"]) == (200, "application/json")


@pytest.mark.slow
@pytest.mark.parametrize(
    "address", ["", "nothing/", "wires/x/y/", "wire/", "%00/", "%0A/", "%FF/"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_every_other_address_is_nothing_in_json(client, address, method):
    response = client.generic(method, f"/api/v1/{address}")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/json"
    assert "/api/v1/schema/" in orjson.loads(response.content)["error"]


def test_failure_is_json_and_on_the_record(wire, caplog):
    # A record that has lost its keys: the archive is broken, and the answer does not say how.
    Wire.objects.filter(pk=wire.pk).update(record={})
    client = Client(raise_request_exception=False)
    with caplog.at_level(logging.ERROR, logger="wires.api.errors"):
        response = client.get("/api/v1/wires/")
    assert (response.status_code, response["Content-Type"]) == (500, "application/json")
    error = orjson.loads(response.content)["error"]
    assert "severity" not in error
    [entry] = [each for each in caplog.records if each.name == "wires.api.errors"]
    assert entry.getMessage() == "GET /api/v1/wires/ failed"
    assert entry.exc_info is not None
