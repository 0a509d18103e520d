"""Search finds what is public, by words and marks, and nothing else."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.wires.pages import states
from wires.models import Wire

pytestmark = pytest.mark.django_db


@pytest.fixture
def wire():
    return factories.make_published(headline="A chatbot of Zürich Bank invented refunds")


def ids(client, **asked):
    response = client.get("/search/", asked)
    assert response.status_code == 200
    page = response.context["page"]
    return [found.public_id for found in page.rows]


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    ["chatbot", "CHATBOTS inventing", "zurich", "Zürich", '"zurich bank"', "“Zürich Bank”",
     "chatbot -tribunals", "M2", "812 dollars", "nothing or refund"],
)  # fmt: skip
def test_words_find(client, wire, words):
    expected = [] if words == "chatbot -tribunals" else [wire.public_id]
    assert ids(client, q=words) == expected


def test_id_and_alias_find(client):
    wire = factories.make_published(aliases=("AIID-9999",))
    assert ids(client, q=wire.public_id) == [wire.public_id]
    assert ids(client, q="AIID-9999") == [wire.public_id]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"severity": "SEV-3"}, True),
        ({"severity": "SEV-1"}, False),
        ({"event_class": "incident"}, True),
        ({"event_class": "notice"}, False),
        ({"code": "M2"}, True),
        ({"code": "M3"}, False),
        ({"provider": "acme"}, True),
        ({"provider": "nobody"}, False),
        ({"q": "refund", "code": "F6", "severity": "SEV-3"}, True),
    ],
)
def test_marks_narrow(client, wire, asked, found):
    assert ids(client, **asked) == ([wire.public_id] if found else [])


def test_amended_text_is_found_and_the_old_one_no_more(client):
    wire = states.make_amended(headline="Acme's chatbot fabricates a policy")
    assert ids(client, q="fabricates") == [wire.public_id]
    assert ids(client, q="website") == []  # it stood in the sentence that was taken out


def test_withdrawn_wire_is_found_by_its_headline_alone(client, wire):
    states.withdrawn(wire)
    assert ids(client, q="zurich") == [wire.public_id]
    assert ids(client, q="tribunal") == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "make", [factories.make_draft, factories.make_reviewed, states.make_scheduled]
)
def test_what_is_not_public_is_never_found(client, make):
    hidden = make(factories.make_editor()) if make is not states.make_scheduled else make()
    before = client.get("/search/", {"q": "nothingofthekind"}).content
    for words in ("chatbot", hidden.public_id, "Acme", "AIID-0"):
        content = client.get("/search/", {"q": words}).content
        assert content.replace(words.encode(), b"") == before.replace(b"nothingofthekind", b"")


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", ["'", '"', "((", "&|!", "\\", "%", "a" * 200, "-", "or", "<script>", "🦊", "\t"]
)
def test_odd_words_are_words(client, wire, words):
    response = client.get("/search/", {"q": words})
    assert response.status_code == 200
    assert b"<script>" not in response.content


@pytest.mark.parametrize(
    "query", ["severity=SEV-9", "code=X1", "provider=a b", f"q={'a' * 201}", "q=%00"]
)
def test_what_cannot_be_asked_is_said(client, query):
    response = client.get(f"/search/?{query}")
    assert response.status_code == 400
    assert b'role="alert"' in response.content


@pytest.mark.slow
def test_pages_keep_what_was_asked(client, wire):
    for _ in range(26):
        factories.make_published()
    page = client.get("/search/", {"q": "refund", "code": "M2"}).context["page"]
    assert len(page.rows) == 25
    assert page.older.startswith("?q=refund&code=M2&before=AIW-")
    assert len(client.get(f"/search/{page.older}").context["page"].rows) == 2


def test_search_takes_few_queries(client, wire):
    with CaptureQueriesContext(connection) as queries:
        ids(client, q="refund", severity="SEV-3")
    assert len(queries) <= 6


def test_words_are_looked_up_in_the_index(wire):
    with connection.cursor() as cursor:
        # Of a few rows any index is as good as any other: only that of the words is left.
        cursor.execute("DROP INDEX wire_public_newest; SET LOCAL enable_seqscan = off")
    found = Wire.objects.filter(first_published_at__isnull=False).saying("refund")
    assert "wire_search" in found.explain()
