"""Filing a wire and giving it a new text, through the forms."""

import hashlib

import pytest
from django.urls import reverse

from tests import factories
from tests.wires.admin import test_acts as made
from tests.wires.admin.desk import page, review, signed_in
from wires import lifecycle, taxonomy
from wires.models import Source, Wire
from wires.models.user import Role
from wires.refusals import RefusedError

pytestmark = pytest.mark.django_db

FILE = "admin:wires_wire_file"
NO_SOURCE = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-kind": "uploaded"}


@pytest.fixture(autouse=True)
def codes():
    taxonomy.load()


def source(n: int = 0, **values: str) -> dict[str, str]:
    given = {"text": f"{factories.SOURCE} ({n})", "kind": "uploaded", **values}
    return {f"form-{n}-{name}": value for name, value in given.items()}


def filing(*sources: dict[str, str], **values: str) -> dict[str, str]:
    given = {"headline": "Chatbot of Acme invents a rule", "body": factories.BODY, **values}
    for row in sources:
        given |= row
    empty = {f"form-{len(sources)}-kind": "uploaded"}
    count = {"form-TOTAL_FORMS": str(len(sources) + 1), "form-INITIAL_FORMS": "0"}
    return {**given, **empty, **count}


def test_wire_is_filed_with_its_sources():
    client, reporter = signed_in(Role.REPORTER)
    typed = filing(
        source(0, key="record", kind="record", record_id="AIID-7", tier="reporting",
               publisher="A database", url="https://example.org/7", published_on="2024-05-02"),
        source(1, group="acme-paper"),
        body=factories.BODY.replace(" Acme", "\r\nAcme"), providers="Acme, Bolt ,Acme",
        severity="SEV-3", occurred_on="2024-05-01",
    )  # fmt: skip
    response = client.post(reverse(FILE), typed)
    wire = Wire.objects.get()
    assert response.url == review(wire)
    assert (wire.state, wire.filed_by, wire.severity_reported) == ("draft", reporter, "SEV-3")
    assert wire.current.body == factories.BODY.replace(" Acme", "\nAcme")
    assert wire.fingerprint == hashlib.sha256(wire.current.body.encode()).hexdigest()
    assert [provider.name for provider in wire.providers.all()] == ["Acme", "Bolt"]
    assert [c.key for c in wire.current.citations.all()] == ["record", "source-2"]
    first = Source.objects.get(record_id="AIID-7")
    assert (first.kind, first.tier, str(first.published_on)) == (
        "record",
        "reporting",
        "2024-05-02",
    )


def test_same_text_is_one_wire():
    client, _ = signed_in(Role.REPORTER)
    client.post(reverse(FILE), filing(source()))
    response = client.post(reverse(FILE), filing(source()), follow=True)
    assert Wire.objects.count() == 1
    assert "is filed already" in page(response)


def test_administrator_files_nothing():
    client, _ = signed_in(Role.ADMINISTRATOR)
    response = client.post(reverse(FILE), filing(source()))
    assert response.status_code == 403
    assert "is no reporter" in page(response)
    assert factories.BODY in page(response)
    assert not Wire.objects.exists()


@pytest.mark.slow
def test_another_row_for_a_source_keeps_what_was_typed():
    client, _ = signed_in(Role.REPORTER)
    typed = filing(source(0, publisher="A database"), headline="")
    response = client.post(reverse(FILE), {**typed, "more": "1"})
    assert len(response.context["sources"].forms) == 3
    assert factories.BODY in page(response)
    assert 'value="A database"' in page(response)
    assert "This field is required" not in page(response)
    assert not Wire.objects.exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (filing(source(), headline=""), "This field is required"),
        (filing(source(), headline="x" * 201), "at most 200 characters"),
        (filing(source(), body="A \x07 bell."), "binary file"),
        (filing(source(), providers="x" * 121), "at most 120 characters"),
        (filing(source(0, key="two words")), "letters, digits"),
        (filing(source(0, kind="record")), "names its id"),
        (filing(source(0, record_id="AIID-1")), "Only a public record has an id"),
        (filing(source(0, url="javascript:alert(1)")), "valid URL"),
        (filing(source(0, key="a"), source(1, key="a")), "have the key a"),
        (filing(source(0), source(1, text=f"{factories.SOURCE} (0)")), "the same text"),
        (filing(source(0, text="", publisher="A database")), "This field is required"),
        ({"headline": "h", "body": "b"}, "ManagementForm data is missing"),
    ],
)
def test_what_cannot_be_filed_is_said_beside_what_was_typed(typed, words):
    client, _ = signed_in(Role.REPORTER)
    response = client.post(reverse(FILE), typed)
    assert response.status_code == 422
    assert words in page(response)
    assert not Wire.objects.exists()


def revise(client, wire, **values):
    newest = wire.versions.latest()
    typed = {"headline": "Other words", "body": factories.BODY, "note": "Better words.",
             "version": newest.number, **NO_SOURCE, **values}  # fmt: skip
    return client.post(reverse("admin:wires_wire_revise", args=[wire.pk]), typed)


def test_draft_is_revised_by_its_reporter_with_a_new_source():
    client, reporter = signed_in(Role.REPORTER)
    wire = factories.make_draft(reporter)
    shown = page(client.get(reverse("admin:wires_wire_revise", args=[wire.pk])))
    assert factories.BODY in shown
    response = revise(client, wire, **source(0, text="Another account of it."))
    wire.refresh_from_db()
    assert response.url == review(wire)
    assert (wire.current.number, wire.current.headline) == (2, "Other words")
    assert [c.key for c in wire.current.citations.all()] == ["record", "source-2"]


def test_key_of_a_source_that_stays_is_taken():
    client, reporter = signed_in(Role.REPORTER)
    wire = factories.make_draft(reporter)
    response = revise(client, wire, **source(0, text="Another account.", key="record"))
    assert response.status_code == 422
    assert "have the key record" in page(response)


@pytest.mark.slow
def test_public_text_waits_for_an_amendment():
    client, _ = signed_in(Role.EDITOR)
    wire = factories.make_published()
    response = revise(client, wire)
    assert "waits until it is put in place" in page(client.get(response.url))
    wire.refresh_from_db()
    assert wire.current.number == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("role", "make", "status"),
    [
        (Role.REPORTER, factories.make_draft, 403),
        (Role.REPORTER, factories.make_published, 403),
        (Role.ADMINISTRATOR, factories.make_draft, 403),
        (Role.EDITOR, made.scheduled, 409),
        (Role.EDITOR, made.disputed, 409),
        (Role.EDITOR, factories.make_withdrawn, 409),
    ],
)
def test_revision_is_refused_and_its_text_kept(role, make, status):
    client, _ = signed_in(role)
    wire = make()
    response = revise(client, wire, body="A long new body.[^record]")
    assert response.status_code == status
    assert "Not done." in page(response)
    assert "A long new body.[^record]" in page(response)
    assert wire.versions.count() == 1


def test_revision_of_a_replaced_text_is_refused():
    client, editor = signed_in(Role.EDITOR)
    wire = factories.make_draft()
    lifecycle.revise(wire.pk, by=editor, headline="First", body=factories.BODY, note="One.")
    response = revise(client, wire, version=1)
    assert response.status_code == 409
    assert "has changed since you opened this page" in page(response)
    assert wire.versions.count() == 2


HIDDEN = "safe \u202egnp.exe\x85"


@pytest.mark.parametrize("typed", [{"headline": HIDDEN}, {"providers": HIDDEN}])
def test_text_that_is_shown_as_another_one_is_not_filed(typed):
    client, _ = signed_in(Role.REPORTER)
    response = client.post(reverse(FILE), filing(source(), **typed))
    assert response.status_code == 409
    assert "take it out" in response.content.decode()
    assert not Wire.objects.exists()


@pytest.mark.parametrize("part", ["headline", "body"])
def test_text_that_is_shown_as_another_one_is_no_version(part):
    wire = factories.make_draft()
    text = {"headline": "A chatbot errs", "body": factories.BODY, part: HIDDEN}
    with pytest.raises(RefusedError, match="take it out"):
        lifecycle.revise(wire.pk, by=factories.make_editor(), note="Better.", **text)
    assert wire.versions.count() == 1
