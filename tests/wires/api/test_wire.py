"""One record, and the one answer for all that is not public."""

from datetime import timedelta

import orjson
import pytest
from django.conf import settings
from django.utils import timezone

from tests import factories
from wires import lifecycle, record

pytestmark = pytest.mark.django_db


def test_public_wire_answers_the_record_of_the_list(client):
    wire = factories.make_published()
    one = client.get(f"/api/v1/wires/{wire.public_id}/")
    [listed] = orjson.loads(client.get("/api/v1/wires/").content)["results"]
    assert one.status_code == 200
    assert one.content == orjson.dumps(listed)


def test_its_etag_is_the_hash_that_its_latest_change_carries(client):
    wire = factories.make_published()
    response = client.get(f"/api/v1/wires/{wire.public_id}/")
    sha256 = wire.changes.latest("seq").sha256
    assert response["ETag"] == f'"{sha256}"'
    assert record.sha256(orjson.loads(response.content)) == sha256


def test_withdrawn_wire_keeps_its_address(client):
    wire = factories.make_withdrawn()
    answer = orjson.loads(client.get(f"/api/v1/wires/{wire.public_id}/").content)
    assert (answer["state"], answer["body"]) == ("withdrawn", "")


def test_unknown_unpublished_and_malformed_are_told_apart_by_nothing(client):
    editor = factories.make_editor()
    scheduled = factories.make_reviewed()
    lifecycle.schedule(scheduled.pk, by=editor, at=timezone.now() + timedelta(days=1))
    discarded = factories.make_draft()
    lifecycle.discard(discarded.pk, by=editor, note="Filed twice.")
    hidden = [
        factories.make_draft(), factories.make_reviewed(), scheduled, discarded,
    ]  # fmt: skip
    names = [wire.public_id for wire in hidden] + [
        "AIW-1999-9999", "AIW-2025-1", "AIW-2025-0001'--", "AIW-٢٠٢٥-٠٠٠١", "AIW-2025-0001%0A",
        "AIW-2025-99999999999999999999", "%00", "..", "a/b", "x" * 500, "%F0%9F%A6%8A", "%FF",
    ]  # fmt: skip
    answers = {
        (response.status_code, response["Content-Type"], response.content, *sorted(response.headers))
        for response in (client.get(f"/api/v1/wires/{name}/") for name in names)
    }  # fmt: skip
    assert len(answers) == 1
    [(status, kind, body, *_)] = answers
    assert (status, kind) == (404, "application/json")
    assert list(orjson.loads(body)) == ["error"]


def test_it_is_one_query(client, django_assert_num_queries):
    wire = factories.make_published()
    with django_assert_num_queries(1):
        client.get(f"/api/v1/wires/{wire.public_id}/")


def test_address_without_its_last_slash_leads_on(client):
    wire = factories.make_published()
    response = client.get(f"/api/v1/wires/{wire.public_id}")
    assert response.status_code == 301
    assert response["Location"] == f"/api/v1/wires/{wire.public_id}/"


def test_address_is_that_of_the_site_and_not_of_the_request(client):
    wire = factories.make_published()
    answer = orjson.loads(
        client.get(f"/api/v1/wires/{wire.public_id}/", headers={"host": "127.0.0.1:9"}).content
    )
    assert answer["url"].startswith(f"{settings.SITE_URL}/wires/")
