import pytest

from tests import factories
from tests.wires.pages import states
from wires import lifecycle

pytestmark = pytest.mark.django_db


def test_reader_who_has_the_page_is_not_sent_it_again(client):
    page = states.page(factories.make_published())
    first = client.get(page)
    again = client.get(page, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    by_date = client.get(page, headers={"if-modified-since": first["Last-Modified"]})
    assert by_date.status_code == 304
    assert first["Cache-Control"] == "no-cache"


def test_withdrawal_shows_at_once(client):
    wire = factories.make_published()
    first = client.get(states.page(wire))
    states.withdrawn(wire)
    again = client.get(states.page(wire), headers={"if-none-match": first["ETag"]})
    assert again.status_code == 200
    assert b"This wire is withdrawn" in again.content


def test_note_on_exhibits_renews_the_page(client):
    wire = factories.make_published()
    first = client.get(states.page(wire))
    lifecycle.note_exhibits(wire.pk, by=factories.make_editor(), note="No recipe bears on it.")
    again = client.get(states.page(wire), headers={"if-none-match": first["ETag"]})
    assert again.status_code == 200


def test_page_needs_no_cookie(client):
    response = client.get(states.page(factories.make_published()))
    assert "Cookie" not in response.get("Vary", "")
    assert not response.cookies
