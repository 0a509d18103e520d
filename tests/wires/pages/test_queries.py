"""How many queries a page takes does not depend on how many wires there are."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.wires.pages import states

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def queries(client, path: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    counted = [row["sql"] for row in seen.captured_queries if "COUNT(" in row["sql"]]
    # Lists are walked and never counted; notices are counted by quarter, which is what is shown.
    assert all("QUARTER" in sql.upper() for sql in counted)
    return len(seen)


@pytest.mark.parametrize(
    ("path", "most"),
    [("/", 1), ("/archive/", 1), ("/archive/{year}/", 2), ("/archive/{year}/{month}/", 1),
     ("/corrections/", 2), ("/codes/M2/", 2), ("/about/", 2), ("/feed.xml", 1),
     ("/classifier/", 3)],
)  # fmt: skip
def test_list_takes_the_same_queries_for_one_wire_and_for_many(client, path, most):
    wire = states.make_amended()
    at = wire.first_published_at
    path = path.format(year=f"{at:%Y}", month=f"{at:%m}")
    assert queries(client, path) == most
    for _ in range(4):
        states.make_amended()
    assert queries(client, path) == most


def test_second_page_takes_one_query_more(client, django_assert_num_queries):
    wires = [factories.make_published() for _ in range(3)]
    with django_assert_num_queries(2):
        client.get(f"/?before={wires[-1].public_id}")


def test_wire_takes_the_same_queries_however_much_it_holds(client, django_assert_num_queries):
    wire = factories.make_published()
    with django_assert_num_queries(5):
        client.get(states.page(wire))
    wire = states.make_amended()
    with django_assert_num_queries(6):  # and the note of an amendment
        client.get(states.page(wire))
    for _ in range(3):
        states.make_exhibited(wire)
    with django_assert_num_queries(7):  # and what its runs were asked
        client.get(states.page(wire))


def test_unchanged_wire_takes_two(client, django_assert_num_queries):
    page = states.page(factories.make_published())
    etag = client.get(page)["ETag"]
    with django_assert_num_queries(2):
        assert client.get(page, headers={"if-none-match": etag}).status_code == 304


def test_run_and_health_take_few(client, django_assert_num_queries):
    run = states.make_exhibited(factories.make_published())
    with django_assert_num_queries(2):
        client.get(f"/runs/{run}/")
    with django_assert_num_queries(1):
        assert client.get("/healthz").content == b"ok"
