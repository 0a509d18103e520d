"""What a filing brings is shown, and never acts."""

import re

import pytest

from tests import factories
from tests.wires.pages import states
from wires.models import Wire

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert(1)</script>"
TAG = re.compile(r"<\s*(script|img|iframe|style)\b", re.IGNORECASE)


@pytest.fixture
def hostile():
    wire = factories.make_published(
        headline=f"Headline {SCRIPT}",
        providers=(f"Provider {SCRIPT}",),
        sources=(
            factories.make_source(url="javascript:alert(1)", publisher=f"Paper {SCRIPT}"),
        ),
        aliases=(f"ALIAS-{SCRIPT}",),
    )
    record = wire.record
    record["body"] = (
        f"{record['body']} {SCRIPT} [x](javascript:alert(1)) <img src=x onerror=alert(1)>"
    )
    for claim in record["claims"]:
        claim["passage"] = f"Passage {SCRIPT}"
    record["rationale"]["act"] = f"Act {SCRIPT}"
    Wire.objects.filter(pk=wire.pk).update(record=record)
    return wire


def test_no_page_of_a_hostile_wire_acts(client, hostile):
    for path in (
        states.page(hostile),
        states.page(hostile) + "versions/1/",
        "/",
        "/codes/M2/",
    ):
        content = client.get(path).content.decode()
        assert not TAG.search(content), path
        assert 'href="javascript' not in content
        assert "onerror" not in content
    shown = client.get(states.page(hostile)).content.decode()
    for word in ("Headline", "Provider", "Paper", "Passage", "Act"):
        assert f"{word} &lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_address_that_is_not_of_the_web_is_text(client, hostile):
    content = client.get(states.page(hostile)).content.decode()
    assert "javascript:alert(1)" in content
    assert "not an address that can be followed" in content


def test_link_of_a_source_passes_nothing_on(client):
    content = client.get(states.page(factories.make_published())).content.decode()
    assert '<a href="https://example.org/0" rel="noopener nofollow">' in content


def test_feed_survives_characters_that_xml_cannot_write(client):
    wire = factories.make_published()
    record = wire.record | {"headline": f"Bell \x07 and {SCRIPT}"}
    Wire.objects.filter(pk=wire.pk).update(record=record)
    response = client.get("/feed.xml")
    assert response.status_code == 200
    assert SCRIPT not in response.content.decode()
    assert "Bell  and &lt;script&gt;" in response.content.decode()


@pytest.mark.slow
def test_pages_carry_no_script_and_no_style_of_their_own(client, hostile):
    run = states.make_exhibited(hostile)
    for path in ("/", states.page(hostile), f"/runs/{run}/", "/about/", "/nowhere"):
        response = client.get(path)
        content = response.content.decode()
        assert "<script" not in content
        assert "<style" not in content
        assert not re.search(r'\sstyle="', content)
        assert "style-src 'self'" in response["Content-Security-Policy"]
