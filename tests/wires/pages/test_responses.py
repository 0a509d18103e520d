"""What a party responds, and what a notice says of two wires, on the page of a wire."""

import re
from datetime import date

import pytest

from tests import factories
from tests.wires.pages import states
from wires import lifecycle

pytestmark = pytest.mark.django_db
SAID = "We <b>never</b> ran this chatbot."


def responded(wire, **values):
    document = factories.make_source(
        kind="uploaded",
        record_id="",
        publisher="Acme",
        text=f"A letter. {SAID} Acme",
        **values,
    )
    source = lifecycle.vault.stored(document, by=factories.make_editor())
    return lifecycle.respond(
        wire.pk, by=factories.make_editor(), party="Acme <Ltd>", said_on=date(2024, 6, 2),
        text=SAID, source=source.pk,
    )  # fmt: skip


def test_response_stands_under_its_own_heading_with_its_source(client):
    wire = factories.make_published()
    assert b'id="responses"' not in client.get(states.page(wire)).content
    response = responded(wire, url="https://acme.example/letter")
    content = client.get(states.page(wire)).content.decode()
    part = re.search(r'<section id="responses".*?</section>', content, re.DOTALL)[0]
    assert '<h3>Acme &lt;Ltd&gt;, <time datetime="2024-06-02">2 June 2024</time></h3>' in part
    assert "We &lt;b&gt;never&lt;/b&gt; ran this chatbot." in part
    assert 'href="https://acme.example/letter" rel="noopener nofollow"' in part
    assert response.source.sha256 in part
    assert "the document&#x27;s text, as uploaded" in part


def test_page_is_fresh_once_a_party_has_responded(client):
    wire = factories.make_published()
    etag = client.get(states.page(wire))["ETag"]
    responded(wire)
    response = client.get(states.page(wire), headers={"if-none-match": etag})
    assert response.status_code == 200


def test_address_of_a_document_that_is_not_of_the_web_is_text(client):
    wire = factories.make_published()
    responded(wire, url="javascript:alert(1)")
    content = client.get(states.page(wire)).content.decode()
    assert 'href="javascript' not in content
    assert "not an address that can be followed" in content


def test_tombstone_shows_no_response(client):
    wire = factories.make_published()
    responded(wire)
    states.withdrawn(wire)
    content = client.get(states.page(wire)).content.decode()
    assert "this chatbot" not in content
    assert 'id="responses"' not in content


@pytest.mark.slow
def test_notice_is_shown_and_linked_on_both_pages(client):
    other, wire = factories.make_withdrawn(), factories.make_published()
    states.make_revised(wire, headline="Acme's chatbot invents a rule")
    etag = client.get(states.page(other))["ETag"]
    lifecycle.amend(
        wire.pk, by=factories.make_editor(), notice=states.NOTICE, related=other.pk
    )
    here = client.get(states.page(wire)).content.decode()
    there = client.get(states.page(other), headers={"if-none-match": etag}).content.decode()
    assert states.NOTICE in here
    assert states.NOTICE in there
    assert f'<a class="id" href="{states.page(other)}">{other}</a>' in here
    assert f'of another wire, <a class="id" href="{states.page(wire)}">{wire}</a>' in there


@pytest.mark.slow
def test_record_of_an_earlier_release_is_still_shown(client):
    wire = states.make_amended()
    record = {k: v for k, v in wire.record.items() if k not in ("responses", "merged_into")}
    record["notices"] = [
        {k: v for k, v in row.items() if k not in ("wire", "related")}
        for row in record["notices"]
    ]
    type(wire).objects.filter(pk=wire.pk).update(record=record)
    assert states.NOTICE in client.get(states.page(wire)).content.decode()
    shown = client.get(f"/api/v1/wires/{wire.public_id}/").json()
    assert {k: v for k, v in shown.items() if k != "url"} == record
    export = b"".join(client.get("/api/v1/exports/wires.csv").streaming_content)
    assert wire.public_id.encode() in export
