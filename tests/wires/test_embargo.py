"""A wire whose time has not come is asked for in every way, and answered like one that is not there."""

import re
from datetime import timedelta
from statistics import median
from time import perf_counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories
from wires import exhibits, lifecycle
from wires.api.cursor import Cursor
from wires.models import Wire

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HEADLINE = "Zebra-striped embargoed quagga statement by Quuxcorp"
UNKNOWN = "AIW-2026-999999"

# Ways to ask for it by one of its names: each is asked of the hidden wire and of none.
NAMED = {
    "its page": ("get", "/wires/{id}/"),
    "its page without the last slash": ("get", "/wires/{id}"),
    "the head of its page": ("head", "/wires/{id}/"),
    "its page by POST": ("post", "/wires/{id}/"),
    "its page in small letters": ("get", "/wires/{small}/"),
    "its page with a query": ("get", "/wires/{id}/?preview=1"),
    "its first text": ("get", "/wires/{id}/versions/1/"),
    "its record": ("get", "/api/v1/wires/{id}/"),
    "the head of its record": ("head", "/api/v1/wires/{id}/"),
    "the options of its record": ("options", "/api/v1/wires/{id}/"),
    "the page of its alias": ("get", "/wires/{alias}/"),
    "the record of its alias": ("get", "/api/v1/wires/{alias}/"),
    "the search for its id": ("get", "/search/?q={id}"),
    "the search for its alias": ("get", "/search/?q={alias}"),
    "the search for its headline": ("get", "/search/?q={word}"),
    "the search for its provider": ("get", "/search/?provider={slug}"),
    "the wires of its provider": ("get", "/api/v1/wires/?provider={slug}"),
    "what came before it on Latest": ("get", "/?before={id}"),
    "what came after it on Latest": ("get", "/?after={id}"),
    "what came before it in its month": ("get", "/archive/2026/11/?before={id}"),
    "the record with a tag": ("get", "/api/v1/wires/{id}/?_=1"),
    "its run": ("get", "/runs/{run}/"),
    "its review page": ("get", "/admin/wires/wire/{pk}/review/"),
    "a place in the feed made from its row": ("get", "/api/v1/wires/?cursor={cursor}"),
}
# Doors that list: each must be the same, byte for byte, before and after it is there.
LISTS = (
    "/", "/archive/", "/archive/{year}/", "/archive/{year}/{month}/", "/corrections/", "/about/",
    "/codes/M2/", "/codes/F6/", "/feed.xml", "/sitemap.xml", "/robots.txt", "/healthz", "/search/",
    "/search/?q=refund", "/search/?code=M2", "/search/?severity=SEV-3", "/api/v1/wires/",
    "/api/v1/wires/?code=M2", "/api/v1/wires/?severity=SEV-3", "/api/v1/wires/?state=published",
    "/api/v1/wires/?event_class=incident", "/api/v1/wires/?state=scheduled", "/api/v1/changes/",
    "/api/v1/changes/?since=1", "/api/v1/exports/wires.csv", "/api/v1/exports/wires.jsonl",
    "/wires/{public}/", "/api/v1/wires/{public}/", "/api/v1/schema/",
)  # fmt: skip


def make_embargoed(editor) -> Wire:
    """A scheduled wire that shares source, codes and an event with the public ones."""
    wire = factories.make_reviewed(
        editor, headline=HEADLINE, providers=("Acme", "Quuxcorp"), aliases=("AIID-4242",)
    )
    run = factories.make_run()
    exhibits.attach(wire.pk, run.pk, by=editor, claim=1)
    return lifecycle.schedule(wire.pk, by=editor, at=timezone.now() + timedelta(days=1))


@pytest.fixture
def editor():
    return factories.make_editor()


@pytest.fixture
def public(editor):
    return factories.make_published(editor)


def names(wire):
    at = wire.scheduled_for
    return {
        "id": wire.public_id, "small": wire.public_id.lower(), "alias": "AIID-4242",
        "word": "quagga", "slug": "quuxcorp", "run": wire.exhibits.get().run_id, "pk": wire.pk,
        "cursor": Cursor(at, wire.pk).encode(),
    }  # fmt: skip


def nobody(wire):
    """The same names, of nothing: as long, so that not even a length differs."""
    known = names(wire)
    return {
        "id": UNKNOWN[: len(known["id"]) - 1] + "9", "small": UNKNOWN.lower()[: len(known["id"])],
        "alias": "AIID-4343", "word": "quegge", "slug": "quuxcorq", "run": known["run"] + 1000,
        "pk": known["pk"] + 1000, "cursor": Cursor(wire.scheduled_for, wire.pk + 1000).encode(),
    }  # fmt: skip


def answer(client, way, given):
    """Return status, headers and body of an answer, what was asked for taken out of it."""
    method, address = NAMED[way]
    response = getattr(client, method)(address.format(**given))
    content = response.content.decode()
    headers = {k: v for k, v in response.headers.items() if k not in ("Date", "Expires")}
    # A row's number may stand for something else; between strokes it is part of an address.
    values = [
        re.escape(f"/{value}/" if isinstance(value, int) else value)
        for value in given.values()
    ]
    whole = re.compile("|".join(sorted(values, key=len, reverse=True)))
    kept = {k: whole.sub("*", v) for k, v in headers.items()}
    return response.status_code, kept, whole.sub("*", content)


@pytest.mark.parametrize("way", NAMED)
def test_it_is_answered_like_nothing(client, public, editor, way):
    hidden = make_embargoed(editor)
    known, unknown = answer(client, way, names(hidden)), answer(client, way, nobody(hidden))
    if "ETag" in known[1]:  # of the question itself, for lists
        known[1].pop("ETag"), unknown[1].pop("ETag")
    assert known == unknown
    assert "uagga" not in known[2]


@pytest.mark.parametrize("address", LISTS)
def test_no_list_changes_while_it_waits(client, public, editor, address):
    at = public.first_published_at
    address = address.format(year=f"{at:%Y}", month=f"{at:%m}", public=public.public_id)

    def content():
        response = client.get(address)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        kept = {k: v for k, v in response.headers.items() if k != "Date"}
        return response.status_code, kept, body

    before = content()
    hidden = make_embargoed(editor)
    assert content() == before
    assert hidden.public_id.encode() not in before[2]


@pytest.mark.parametrize("way", ["its page", "its record", "its first text", "the page of its alias",
                                 "the record of its alias", "its run"])  # fmt: skip
def test_the_same_questions_are_put_to_the_database(client, public, editor, way):
    """What is not there and what waits take the same path: no query more, none less."""
    hidden = make_embargoed(editor)

    def asked(given):
        with CaptureQueriesContext(connection) as queries:
            answer(client, way, given)
        return [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in queries]

    assert asked(names(hidden)) == asked(nobody(hidden))


@pytest.mark.slow
@pytest.mark.parametrize("way", ["its page", "its record"])
def test_time_does_not_tell_them_apart(client, public, editor, way):
    """Asked in turn, so that whatever else the machine does falls on both alike."""
    hidden = make_embargoed(editor)
    given = (names(hidden), nobody(hidden))
    took = ([], [])
    for turn in range(400):
        for side in (0, 1) if turn % 2 else (1, 0):
            began = perf_counter()
            answer(client, way, given[side])
            took[side].append(perf_counter() - began)
    known, unknown = (median(times[20:]) for times in took)
    assert abs(known - unknown) < 0.1 * unknown


def test_it_is_there_when_its_time_has_come(client, editor):
    hidden = make_embargoed(editor)
    Wire.objects.filter(pk=hidden.pk).update(scheduled_for=timezone.now())
    lifecycle.publish_due()
    for way in ("its page", "its record", "the page of its alias", "its run"):
        method, address = NAMED[way]
        response = getattr(client, method)(address.format(**names(hidden)), follow=True)
        assert response.status_code == 200, way
    assert HEADLINE in client.get("/search/?q=quagga").content.decode()
