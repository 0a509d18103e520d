import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests.wires.pages import states
from wires.pages import keyset
from wires.templatetags.words import first_claim

pytestmark = pytest.mark.django_db

LINK = re.compile(r'href="/wires/(AIW-[0-9-]+)/(?:#notices)?"')


def ids(response) -> list[str]:
    return LINK.findall(response.content.decode())


def follow(client, path: str, word: str) -> str:
    """Return the address behind Older or Newer; empty where there is none."""
    found = re.search(rf'href="(\?[^"]+)">(?:← )?{word}', client.get(path).content.decode())
    return path.partition("?")[0] + found[1] if found else ""


@pytest.mark.slow
def test_latest_is_newest_first_with_every_public_state(client):
    wires = [factories.make_published(), states.make_disputed(), factories.make_withdrawn()]
    response = client.get("/")
    assert ids(response) == [wire.public_id for wire in reversed(wires)]
    content = response.content.decode()
    assert ">Disputed</strong>" in content
    assert ">Withdrawn</strong>" in content


def test_lists_pass_over_a_title_that_is_no_claim():
    rows = [
        {"text": "What happened", "verdict": "not a claim"},
        {"text": "It failed.", "verdict": "partly"},
    ]
    assert first_claim(rows) == "It failed."
    assert first_claim(rows[:1]) == ""


@pytest.mark.slow
def test_pages_walk_the_whole_list_once_and_back(client, monkeypatch):
    monkeypatch.setattr(keyset.Keyset.page, "__kwdefaults__", {"size": 2, "kept": {}})
    wires = [factories.make_published().public_id for _ in range(5)]
    seen, path = [], "/"
    while path:
        seen.append(ids(client.get(path)))
        last, path = path, follow(client, path, "Older")
    assert seen == [wires[:-3:-1], wires[-3:-5:-1], wires[:1]]
    middle = follow(client, last, "Newer")
    assert ids(client.get(middle)) == seen[1]
    assert ids(client.get(follow(client, middle, "Newer"))) == seen[0]


@pytest.mark.slow
def test_wires_of_one_moment_are_neither_lost_nor_doubled(client, monkeypatch):
    monkeypatch.setattr(keyset.Keyset.page, "__kwdefaults__", {"size": 2, "kept": {}})
    moment = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: moment)
    wires = [factories.make_published() for _ in range(5)]
    assert {wire.first_published_at for wire in wires} == {moment}
    seen, path = [], "/"
    while path:
        seen += ids(client.get(path))
        path = follow(client, path, "Older")
    assert seen == [wire.public_id for wire in reversed(wires)]


@pytest.mark.slow
def test_page_stays_right_while_the_list_grows(client, monkeypatch):
    monkeypatch.setattr(keyset.Keyset.page, "__kwdefaults__", {"size": 2, "kept": {}})
    for _ in range(4):
        factories.make_published()
    older = follow(client, "/", "Older")
    before = ids(client.get(older))
    factories.make_published()
    assert ids(client.get(older)) == before


@pytest.mark.slow
@pytest.mark.parametrize(
    "query", ["before=AIW-1999-0001", "before=x", "after=%00", "before=1%27", "after=AIW-1-1"]
)
def test_unknown_place_in_the_list_is_not_found(client, query):
    factories.make_published()
    assert client.get(f"/?{query}").status_code == 404


def test_draft_is_no_place_in_the_list(client):
    factories.make_published()
    hidden = factories.make_reviewed()
    assert client.get(f"/?before={hidden.public_id}").status_code == 404


def test_archive_leads_to_years_months_and_wires(client):
    wire = factories.make_published()
    at = wire.first_published_at
    assert f'href="/archive/{at:%Y}/{at:%m}/"' in client.get("/archive/").content.decode()
    for path in (f"/archive/{at:%Y}/", f"/archive/{at:%Y}/{at:%m}/"):
        assert ids(client.get(path)) == [wire.public_id]


@pytest.mark.slow
def test_month_holds_its_own_wires_only(client, monkeypatch):
    new = factories.make_published()
    month = new.first_published_at.replace(day=1) - timedelta(days=1)
    with monkeypatch.context() as then:
        then.setattr(timezone, "now", lambda: month)
        old = factories.make_published()
    assert ids(client.get(f"/archive/{month:%Y}/{month:%m}/")) == [old.public_id]
    at = new.first_published_at
    assert ids(client.get(f"/archive/{at:%Y}/{at:%m}/")) == [new.public_id]


@pytest.mark.parametrize(
    "path", ["/archive/2001/", "/archive/2001/01/", "/archive/2026/13/", "/archive/0000/"]
)
def test_time_without_wires_is_not_found(client, path):
    factories.make_draft()
    assert client.get(path).status_code == 404


@pytest.mark.slow
def test_corrections_are_the_notices_newest_first(client):
    amended, disputed, gone = (
        states.make_amended(),
        states.make_disputed(),
        factories.make_withdrawn(),
    )
    response = client.get("/corrections/")
    assert ids(response) == [gone.public_id, disputed.public_id, amended.public_id]
    content = response.content.decode()
    assert states.NOTICE in content
    assert states.DISPUTE in content


@pytest.mark.slow
def test_corrections_are_walked_by_pages_too(client, monkeypatch):
    monkeypatch.setattr(keyset.Keyset.page, "__kwdefaults__", {"size": 1, "kept": {}})
    first, second = states.make_amended(), states.make_amended()
    assert ids(client.get("/corrections/")) == [second.public_id]
    older = follow(client, "/corrections/", "Older")
    assert ids(client.get(older)) == [first.public_id]
    assert ids(client.get(follow(client, older, "Newer"))) == [second.public_id]
    assert client.get("/corrections/?before=99999999999999999").status_code == 404


@pytest.mark.parametrize("path", ["/", "/archive/", "/corrections/"])
def test_empty_list_says_what_would_fill_it(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert b'class="empty"' in response.content
