from xml.etree import ElementTree

import pytest
from django.db import OperationalError, connection

from tests import factories
from tests.wires.pages import states

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.slow
def test_feed_has_the_latest_wires_with_their_state(client):
    published, disputed = factories.make_published(), states.make_disputed()
    gone = factories.make_withdrawn("The company never ran this chatbot.")
    response = client.get("/feed.xml")
    assert response["Content-Type"].startswith("application/atom+xml")
    tree = ElementTree.fromstring(response.content)  # noqa: S314 - our own
    entries = {
        entry.find(f"{ATOM}link").get("href"): entry for entry in tree.iter(f"{ATOM}entry")
    }
    assert [href.removeprefix("http://testserver") for href in entries] == [
        states.page(wire) for wire in (gone, disputed, published)
    ]
    titles = [entry.find(f"{ATOM}title").text for entry in entries.values()]
    assert titles[0].startswith("Withdrawn: ")
    assert titles[1].startswith("Disputed: ")
    summaries = [entry.find(f"{ATOM}summary").text for entry in entries.values()]
    assert summaries == [
        "The company never ran this chatbot.",
        states.DISPUTE,
        published.record["claims"][0]["text"],
    ]


@pytest.mark.slow
def test_sitemap_has_pages_and_standing_wires(client):
    wire, gone = factories.make_published(), factories.make_withdrawn()
    content = client.get("/sitemap.xml").content.decode()
    for path in ("/", "/archive/", "/about/", "/corrections/", states.page(wire)):
        assert f"<loc>http://testserver{path}</loc>" in content
    assert states.page(gone) not in content


def test_robots_may_read_all_but_the_desk(client):
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain"
    assert b"Disallow: /admin/" in response.content
    assert b"Sitemap: http://testserver/sitemap.xml" in response.content


def test_health_says_when_the_database_is_away(client):
    def away(*_):
        raise OperationalError("gone")

    assert client.get("/healthz").status_code == 200
    with connection.execute_wrapper(away):
        assert client.get("/healthz").status_code == 503


def test_page_that_fails_says_so_in_the_same_look(client, monkeypatch):
    def away(*_):
        raise OperationalError("gone")

    client.raise_request_exception = False
    with connection.execute_wrapper(away):
        response = client.get("/")
    assert response.status_code == 500
    assert b"This page could not be made" in response.content
    assert b"wires/site.css" in response.content
