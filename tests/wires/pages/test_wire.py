import re
from html import unescape

import pytest

from tests import factories
from tests.wires.pages import states
from wires import coding, lifecycle

pytestmark = pytest.mark.django_db

TAG = re.compile(r"<[^>]+>")
SPACE = re.compile(r"\s+")


def text(response) -> str:
    plain = TAG.sub("", response.content.decode()).replace("\N{NO-BREAK SPACE}", " ")
    return SPACE.sub(" ", plain.replace("&#x27;", "'"))


def test_published_wire_shows_its_record(client):
    wire = factories.make_published()
    response = client.get(states.page(wire))
    assert response.status_code == 200
    shown = text(response)
    assert wire.public_id in shown
    assert wire.record["headline"] in shown
    assert "SEV-3 limited" in shown
    assert "A reviewed public database records it" in shown  # the standard's explanation
    assert "Scale 1 of 3: minor" in shown
    assert "M2 Fabrication" in shown
    assert "But for the system" in shown
    assert "Had the chatbot not invented the rule" in shown
    assert "what a public database record says, in our words" in shown
    assert wire.record["sources"][0]["sha256"] in shown
    assert "1 stored, of which 0 report independently" in shown
    assert re.search(r"\d{1,2} \w+ 20\d\d, \d\d:\d\d UTC Published", shown)


def test_every_sentence_has_its_verdict_beside_it_and_its_passage_below(client):
    wire = factories.make_published()
    content = unescape(client.get(states.page(wire)).content.decode())
    for claim in wire.record["claims"]:
        mark = rf'{re.escape(claim["text"])}<sup>.*?</sup>\s<a class="verdict supported" id="said-{claim["n"]}"'
        assert re.search(mark, content)
        assert f'id="claim-{claim["n"]}"' in content
    assert content.count("<details>") == 3
    assert content.count("<blockquote>") == 3


@pytest.mark.slow
def test_links_inside_the_page_lead_somewhere(client):
    wire = states.make_amended()
    states.make_exhibited(wire)
    content = client.get(states.page(wire)).content.decode()
    targets = set(re.findall(r'href="#([^"]+)"', content))
    places = re.findall(r'\sid="([^"]+)"', content)
    assert targets <= set(places)
    assert len(places) == len(set(places))


def test_disputed_wire_says_so_and_why(client):
    wire = states.make_disputed()
    response = client.get(states.page(wire))
    assert response.status_code == 200
    assert "This wire is disputed" in text(response)
    assert states.DISPUTE in text(response)
    assert wire.record["claims"][0]["text"] in text(response)


def test_withdrawn_wire_keeps_its_page_without_its_text(client):
    wire = factories.make_withdrawn("The company never ran this chatbot.")
    response = client.get(states.page(wire))
    assert response.status_code == 200
    shown = text(response)
    assert "This wire is withdrawn" in shown
    assert wire.record["headline"] in shown
    assert "The company never ran this chatbot." in shown
    assert "Acme paid 812 dollars" not in shown
    assert "Sources" not in shown
    assert "Had the chatbot not" not in shown


@pytest.mark.slow
@pytest.mark.parametrize(
    "make", [factories.make_draft, factories.make_reviewed, states.make_scheduled]
)
def test_wire_that_is_not_public_is_as_unknown_as_any(client, make):
    hidden = client.get(states.page(make()))
    unknown = client.get("/wires/AIW-1999-9999/")
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.content == unknown.content


def test_waiting_version_changes_nothing_in_public(client):
    wire = factories.make_published()
    before = client.get(states.page(wire)).content
    states.make_revised(wire, headline="A headline that waits")
    assert client.get(states.page(wire)).content == before
    assert client.get(states.page(wire) + "versions/2/").status_code == 404


@pytest.mark.slow
def test_amended_wire_lists_its_versions_with_notes_and_its_notice(client):
    wire = states.make_amended(headline="A headline that was corrected")
    shown = text(client.get(states.page(wire)))
    assert "A headline that was corrected" in shown
    assert states.NOTE in shown
    assert states.NOTICE in shown
    assert "The rule did not exist" not in shown


@pytest.mark.slow
def test_earlier_text_is_shown_as_it_was_public(client):
    wire = states.make_amended(headline="A headline that was corrected")
    earlier = text(client.get(states.page(wire) + "versions/1/"))
    assert "This is an earlier text" in earlier
    assert "The rule did not exist on the website of Acme." in earlier
    assert "supported · wording" in earlier
    assert "A headline that was corrected" not in earlier
    assert "This is the current text" in text(client.get(states.page(wire) + "versions/2/"))
    assert client.get(states.page(wire) + "versions/3/").status_code == 404


def test_note_from_before_publication_stays_at_the_desk(client):
    editor = factories.make_editor()
    wire = factories.make_reviewed(editor)
    lifecycle.revise(
        wire.pk,
        by=editor,
        headline="Second try",
        body=factories.BODY,
        note="For the desk only.",
    )
    wire.refresh_from_db()
    factories.support(wire)
    wire = lifecycle.publish(wire.pk, by=editor)
    shown = text(client.get(states.page(wire)))
    assert "Version 2" in shown
    assert "For the desk only." not in shown
    assert client.get(states.page(wire) + "versions/1/").status_code == 404
    assert client.get(states.page(wire) + "versions/2/").status_code == 200


def test_withdrawn_wire_has_no_earlier_texts(client):
    wire = factories.make_withdrawn()
    assert client.get(states.page(wire) + "versions/1/").status_code == 404


def test_override_of_the_severity_rule_gives_its_reason(client):
    wire = factories.make_published()
    coding.classify(
        wire.pk, by=factories.make_editor(), event_class="incident", standard="public record",
        reported="SEV-3", factors=wire.factors, override="SEV-4", note="One customer, repaid.",
    )  # fmt: skip
    shown = text(client.get(states.page(wire)))
    assert "SEV-4 contained" in shown
    assert "One customer, repaid." in shown


def test_wire_without_exhibit_says_why(client):
    editor = factories.make_editor()
    wire = factories.make_reviewed(editor)
    lifecycle.note_exhibits(wire.pk, by=editor, note="No recipe is about refunds.")
    wire = lifecycle.publish(wire.pk, by=editor)
    assert "None. No recipe is about refunds." in text(client.get(states.page(wire)))


def test_exhibit_is_shown_with_its_badge_chart_and_numbers(client):
    wire = factories.make_published()
    number = states.make_exhibited(wire)
    content = client.get(states.page(wire)).content.decode()
    assert "mechanism shown" in content
    assert "n = 300" in content
    assert "0.880 [0.850, 0.910]" in content
    assert '<svg class="chart" role="img"' in content
    assert f'href="/runs/{number}/"' in content
    assert "supports the sentence" in content


@pytest.mark.slow
@pytest.mark.parametrize(
    ("outcome", "badge"),
    [
        ("reproduced", "mechanism shown"),
        ("not_reproduced", "mechanism not shown"),
        ("overturned", "mechanism overturned by a control"),
        ("unverified", "mechanism not settled"),
    ],
)
def test_badge_never_says_more_than_the_outcome(client, outcome, badge):
    wire = factories.make_published()
    states.make_exhibited(wire, outcome=outcome)
    assert f"<span>{badge}</span>" in client.get(states.page(wire)).content.decode()


@pytest.mark.slow
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_pages_only_answer_reading(client, method):
    wire = factories.make_published()
    for path in ("/", states.page(wire), "/about/", "/corrections/", "/archive/"):
        assert getattr(client, method)(path).status_code == 405
    assert client.head(states.page(wire)).status_code == 200
