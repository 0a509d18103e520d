"""Every name of a public wire leads to its page and to its record; no other name leads anywhere."""

import re
from urllib.parse import quote

import pytest
from django.conf import settings

from tests import factories
from tests.wires.merges import folded, merged
from tests.wires.pages import states
from wires import lifecycle

pytestmark = pytest.mark.django_db
NAMES = ["AIID-57", "AML.CS0001", "AVID-2023-V001", "OECD 2024-05-12:äb", "x(1)", "A" * 80]


def answer(client, address, name):
    """Return everything that an answer says, with the name taken out of it."""
    response = client.get(address)
    body = re.sub(re.escape(name), "*", response.content.decode())
    return response.status_code, sorted(response.headers.items()), body


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_own_name_leads_to_the_page_and_to_the_record(client, name):
    wire = factories.make_published(aliases=(name,))
    page = client.get(f"/wires/{quote(name)}/")
    assert (page.status_code, page["Location"]) == (301, states.page(wire))
    assert page["Cache-Control"] == "no-cache"
    record = client.get(f"/api/v1/wires/{quote(name)}/")
    address = f"{settings.SITE_URL}/api/v1/wires/{wire.public_id}/"
    assert (record.status_code, record["Location"], record.content) == (301, address, b"")
    assert record["Cache-Control"] == "no-cache"
    assert record["Access-Control-Allow-Origin"] == "*"


def test_name_without_its_last_slash_leads_on(client):
    wire = factories.make_published(aliases=("AIID-57",))
    response = client.get("/wires/AIID-57", follow=True)
    assert response.redirect_chain == [("/wires/AIID-57/", 301), (states.page(wire), 301)]


def test_linked_name_leads_nowhere(client):
    # Several wires may carry it, so it is nobody's.
    factories.make_published(linked=("AIID-57",))
    assert client.get("/wires/AIID-57/").status_code == 404
    assert client.get("/api/v1/wires/AIID-57/").status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize(
    "address", ["/wires/{}/", "/api/v1/wires/{}/", "/wires/{}/versions/1/"]
)
@pytest.mark.parametrize(
    "make", [factories.make_draft, factories.make_reviewed, states.make_scheduled, "discarded"]
)
def test_name_of_what_is_not_public_is_answered_like_any_word(client, address, make):
    factories.make_published()
    if make == "discarded":
        wire = factories.make_draft(aliases=("AIID-57",))
        lifecycle.discard(wire.pk, by=factories.make_editor(), note="Not ours.")
    elif make is states.make_scheduled:
        wire = make()
        wire.aliases.create(name="AIID-57")
    else:
        make(aliases=("AIID-57",))
    known, unknown = (
        answer(client, address.format(name), name) for name in ("AIID-57", "AIID-58")
    )
    assert known == unknown
    assert known[0] == 404


@pytest.mark.slow
@pytest.mark.parametrize("address", ["/wires/{}/", "/api/v1/wires/{}/"])
def test_hidden_wire_that_was_merged_is_answered_like_nothing(client, address):
    survivor = factories.make_published()
    gone = folded(factories.make_draft(aliases=("AIID-57",)), survivor)
    other = f"AIW-1999-{gone.public_id[9:]}"
    known, unknown = (
        answer(client, address.format(name), name) for name in (gone.public_id, other)
    )
    assert known == unknown
    assert known[0] == 404
    assert client.get(address.format("AIID-57")).status_code == 301


@pytest.mark.parametrize("into", [factories.make_draft, states.make_scheduled])
def test_name_that_leads_to_a_hidden_wire_now_leads_nowhere(client, into):
    folded(factories.make_draft(aliases=("AIID-57",)), into())
    for name in ("AIID-57", "AIID-58"):
        assert client.get(f"/wires/{name}/").status_code == 404


@pytest.mark.slow
def test_page_of_a_merged_wire_leads_to_the_other(client):
    survivor = factories.make_published()
    wire = factories.make_published(aliases=("AIID-57",))
    merged(wire, survivor)
    for name in (wire.public_id, "AIID-57"):
        response = client.get(f"/wires/{name}/")
        assert (response.status_code, response["Location"]) == (301, states.page(survivor))
        assert response["Cache-Control"] == "no-cache"
        assert client.head(f"/wires/{name}/").status_code == 301
        assert client.post(f"/wires/{name}/").status_code == 405
    # Its texts are withdrawn like those of any withdrawn wire.
    assert client.get(f"/wires/{wire.public_id}/versions/1/").status_code == 404


@pytest.mark.slow
def test_reader_who_has_the_old_page_is_led_on_too(client):
    survivor, wire = factories.make_published(), factories.make_published()
    etag = client.get(states.page(wire))["ETag"]
    merged(wire, survivor)
    response = client.get(states.page(wire), headers={"if-none-match": etag})
    assert response.status_code == 301


@pytest.mark.slow
def test_record_of_a_merged_wire_stays_and_names_the_other(client):
    survivor, wire = factories.make_published(), factories.make_published()
    merged(wire, survivor)
    response = client.get(f"/api/v1/wires/{wire.public_id}/")
    record = response.json()
    assert response.status_code == 200
    assert (record["state"], record["merged_into"]) == ("withdrawn", survivor.public_id)
    assert response["ETag"] == f'"{wire.changes.latest("seq").sha256}"'
    said = client.get("/api/v1/changes/?since=2").json()["results"]
    assert [(row["wire"], row["kind"]) for row in said] == [
        (wire.public_id, "merged"), (survivor.public_id, "linked"),
    ]  # fmt: skip


@pytest.mark.slow
def test_chain_of_merges_is_one_step_for_readers(client):
    first, second, third = (factories.make_published() for _ in range(3))
    merged(first, second)
    merged(second, third)
    for wire in (first, second):
        assert client.get(states.page(wire))["Location"] == states.page(third)


@pytest.mark.slow
def test_end_of_a_chain_may_be_a_tombstone(client):
    first, second = factories.make_published(), factories.make_published()
    merged(first, second)
    states.withdrawn(second)
    response = client.get(states.page(first), follow=True)
    assert response.status_code == 200
    assert "This wire is withdrawn" in response.content.decode()


@pytest.mark.slow
def test_both_ids_are_found_and_both_notices_shown(client):
    survivor, wire = factories.make_published(), factories.make_published()
    merged(wire, survivor)
    assert states.page(survivor) in client.get(f"/search/?q={wire.public_id}").content.decode()
    shown = client.get(states.page(survivor)).content.decode()
    assert f"Merged into {survivor}" in shown
    assert f'href="/wires/{wire.public_id}/"' in shown
    assert client.get("/feed.xml").status_code == 200
    assert wire.public_id not in client.get("/sitemap.xml").content.decode()


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["%00", "..", "a%2Fb", "AIID-57%0A", "%FF", "x" * 81, " ", "'--", "AIW-2025-1", "%0D%0A"],
)
def test_what_is_no_name_is_not_found(client, name):
    factories.make_published(aliases=("AIID-57",))
    for address in (f"/wires/{name}/", f"/api/v1/wires/{name}/"):
        assert client.get(address).status_code == 404


def test_name_is_one_query(client, django_assert_num_queries):
    factories.make_published(aliases=("AIID-57",))
    for address in ("/wires/{}/", "/api/v1/wires/{}/"):
        for name in ("AIID-57", "AIID-58"):
            with django_assert_num_queries(1):
                client.get(address.format(name))


@pytest.mark.parametrize("hidden", [False, True])
def test_linked_name_stands_bare_whether_a_hidden_wire_owns_it_or_nobody(client, hidden):
    if hidden:
        factories.make_draft(aliases=("AIID-57",))
    wire = factories.make_published(linked=("AIID-57",))
    shown = client.get(states.page(wire)).content.decode()
    assert '<dd class="id">AIID-57</dd>' in shown
    assert 'href="/wires/AIID-57/"' not in shown
