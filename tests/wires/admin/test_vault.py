"""The vault as the desk sees it: its list, one document, what is asked for, what is uploaded."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories
from tests.wires.admin.desk import page, review, signed_in
from tests.wires.fetching.files import pdf
from tests.wires.vaults import (
    ARTICLE,
    FIRST,
    SECOND,
    ask,
    clock,
    done,
    make_fetched,
    plain,
    site,
)
from wires import coding, lifecycle, taxonomy, vault
from wires.admin import difference
from wires.models import Change, Fetch, Source
from wires.models.user import Role
from wires.vault.permits import home

__all__ = ["clock", "site"]
pytestmark = pytest.mark.django_db

LIST = "admin:wires_source_changelist"
FETCHES = "admin:wires_source_fetches"
UPLOAD = "admin:wires_source_upload"


@pytest.fixture(autouse=True)
def codes():
    taxonomy.load()


def at(source: Source) -> str:
    return reverse("admin:wires_source_change", args=[source.pk])


def listed(client, query: str = "") -> list[Source]:
    response = client.get(f"{reverse(LIST)}?{query}")
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


def make_source(number: int, **values) -> Source:
    document = factories.make_source(text=f"Document {number} about Acme.", **values)
    return vault.stored(document, by=factories.make_editor())


def description(source: Source, **values) -> dict[str, object]:
    names = vault.Description.__dataclass_fields__
    told = {name: getattr(source, name) or "" for name in names}
    return {"describe": "1", **told, **values}


# The list


def test_list_says_what_each_document_is_and_who_cites_it():
    client, _ = signed_in(Role.REPORTER)
    factories.make_draft(), factories.make_draft()
    [source] = listed(client)
    assert source.cited == 2
    assert "text" in source.get_deferred_fields()
    answer = page(client.get(reverse(LIST)))
    assert source.sha256[:12] in answer
    assert reverse(FETCHES) in answer
    assert reverse(UPLOAD) in answer


@pytest.mark.slow
def test_list_is_filtered_by_fate_tier_kind_and_group(site):
    client, _ = signed_in(Role.EDITOR)
    gone, primary = make_fetched(site), make_source(1, tier="primary", group="acme")
    site.pages["/a"] = (404, {}, b"")
    vault.look(gone.pk)
    assert listed(client, "fate=gone") == [gone]
    assert listed(client, "fate=none") == [primary]
    assert listed(client, "fate=changed") == []
    assert listed(client, "tier__exact=primary") == [primary]
    assert listed(client, "kind__exact=fetched") == [gone]
    assert listed(client, "group__isempty=1") == [gone]


@pytest.mark.slow
def test_hundred_documents_cost_as_many_queries_as_one():
    client, _ = signed_in(Role.EDITOR)
    counts = []
    for many in (range(1), range(1, 100)):
        for number in many:
            make_source(number)
        with CaptureQueriesContext(connection) as queries:
            assert len(listed(client)) in (1, 100)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8


# One document


def test_page_shows_its_text_and_the_wires_that_cite_it():
    client, _ = signed_in(Role.REPORTER)
    wire = factories.make_draft()
    source = wire.current.citations.get().source
    answer = page(client.get(at(source)))
    assert factories.SOURCE in answer
    assert review(wire) in answer
    assert "Save the description" not in answer
    assert "Look again" not in answer


@pytest.mark.slow
def test_document_is_saved_as_it_came_and_never_shown(site):
    client, _ = signed_in(Role.REPORTER)
    source = make_fetched(site)
    saved = reverse("admin:wires_source_original", args=[source.pk])
    assert saved in client.get(at(source)).content.decode()
    answer = client.get(saved)
    assert b"".join(answer.streaming_content) == site.pages["/a"][2]
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_document_that_was_filed_as_text_has_nothing_to_save():
    client, _ = signed_in(Role.EDITOR)
    source = make_source(1)
    saved = reverse("admin:wires_source_original", args=[source.pk])
    assert saved not in client.get(at(source)).content.decode()
    assert client.get(saved).status_code == 404


@pytest.mark.slow
def test_file_of_the_vault_that_was_damaged_is_not_handed_out(site):
    client, _ = signed_in(Role.EDITOR)
    source = make_fetched(site)
    digest = source.original_sha256
    (home() / digest[:2] / digest).write_bytes(b"Something else.")
    answer = client.get(reverse("admin:wires_source_original", args=[source.pk]), follow=True)
    assert f"The file {digest} of the vault is missing or damaged" in page(answer)


@pytest.mark.slow
def test_page_costs_the_same_however_many_wires_cite_it(site):
    client, editor = signed_in(Role.EDITOR)
    source, counts = make_fetched(site), []
    for more in (1, 6):
        for _ in range(more):
            wire = factories.make_draft(editor)
            vault.cite(wire.pk, source.pk, by=editor)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(at(source)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8


def test_unknown_document_is_not_found():
    client, _ = signed_in(Role.EDITOR)
    for number in ("99", "x"):
        address = reverse("admin:wires_source_change", args=[number])
        assert client.get(address).status_code == 404


def test_address_that_is_none_is_no_link():
    client, _ = signed_in(Role.EDITOR)
    source = make_source(1, url="javascript:alert(1)")
    answer = page(client.get(at(source)))
    assert "<span>javascript:alert(1)</span>" in answer
    assert 'href="javascript' not in answer


@pytest.mark.slow
def test_change_of_a_page_is_shown_word_by_word_and_escaped(site):
    client, _ = signed_in(Role.EDITOR)
    source = make_fetched(site)
    changed = FIRST.replace("a refund rule", "<script>alert(1)</script>")
    site.pages["/a"] = plain(changed, SECOND)
    vault.look(source.pk)
    raw = client.get(at(source)).content.decode()
    assert "What changed" in raw
    assert "<del>" in raw
    assert "&lt;script&gt;" in raw.replace("</ins>", "").replace("<ins>", "")
    assert "<script>alert" not in raw


@pytest.mark.slow
def test_document_is_described_by_an_editor_and_nobody_else():
    wire = factories.make_published()
    source = wire.current.citations.get().source
    for role in (Role.REPORTER, Role.ADMINISTRATOR):
        client, _ = signed_in(role)
        assert client.post(at(source), description(source, group="aiid")).status_code == 403
    client, _ = signed_in(Role.EDITOR)
    response = client.post(at(source), description(source, group="aiid"))
    assert response.url == at(source)
    assert Change.objects.latest("seq").kind == "recoded"
    source.refresh_from_db()
    assert source.group == "aiid"
    again = client.post(at(source), description(source))
    assert (again.status_code, "Nothing of this is new." in page(again)) == (409, True)


def test_description_sent_back_as_it_is_shown_changes_nothing():
    client, _ = signed_in(Role.EDITOR)
    source = make_source(1, published_on=date(2024, 5, 3), tier="primary", group="a")
    form = client.get(at(source)).context["form"]
    assert 'value="2024-05-03"' in str(form["published_on"])
    shown = {
        field.name: value
        for field in form
        if (value := field.field.widget.format_value(field.value())) is not None
    }
    assert client.post(at(source), {"describe": "1", **shown}).status_code == 409


@pytest.mark.parametrize(
    "values",
    [
        {"tier": "best"},
        {"url": "no address"},
        {"published_on": "soon"},
        {"group": "x" * 101},
    ],
)
def test_nonsense_in_a_description_is_answered_with_the_page(values):
    client, _ = signed_in(Role.EDITOR)
    source = make_source(1)
    response = client.post(at(source), description(source, **values))
    assert response.status_code == 422
    assert "not filled in right" in page(response)


@pytest.mark.slow
def test_closed_gate_is_told_rule_by_rule():
    client, editor = signed_in(Role.EDITOR)
    wire = factories.make_reviewed(editor, sources=(
        factories.make_source(kind="uploaded", record_id="", group="court", tier="primary"),
    ))  # fmt: skip
    coding.classify(
        wire.pk, by=editor, event_class="incident", standard="primary artefact",
        reported="SEV-3", factors=wire.factors,
    )  # fmt: skip
    lifecycle.publish(wire.pk, by=editor)
    source = wire.current.citations.get().source
    response = client.post(at(source), description(source, tier="commentary"))
    assert response.status_code == 409
    assert "Rule 8: No primary artefact is stored" in page(response)


@pytest.mark.slow
def test_look_is_asked_for_and_done_by_the_worker(site, django_capture_on_commit_callbacks):
    client, _ = signed_in(Role.EDITOR)
    source = make_fetched(site)
    with django_capture_on_commit_callbacks() as queued:
        assert client.post(at(source), {"look": "1"}).status_code == 302
    assert len(queued) == 1
    reporter, _ = signed_in(Role.REPORTER)
    assert reporter.post(at(source), {"look": "1"}).status_code == 403
    assert client.post(at(make_source(1)), {"look": "1"}).status_code == 409


# What is asked for


@pytest.mark.slow
def test_document_is_fetched_for_no_wire_and_tried_again(
    site, django_capture_on_commit_callbacks
):
    client, _ = signed_in(Role.EDITOR)
    with django_capture_on_commit_callbacks() as queued:
        response = client.post(
            reverse(FETCHES), {"url": site.url("/later"), "tier": "primary"}
        )
    assert (response.url, len(queued)) == (reverse(FETCHES), 1)
    asked = done(Fetch.objects.get())
    answer = page(client.get(reverse(FETCHES)))
    assert asked.problem in answer
    assert "Try again" in answer
    site.pages["/later"] = ARTICLE
    client.post(reverse(FETCHES), {"again": str(asked.pk)})
    assert done(asked).source.tier == "primary"
    assert at(asked.source) in page(client.get(reverse(FETCHES)))


@pytest.mark.slow
def test_fetches_are_read_by_all_and_asked_for_by_editors(site):
    done(ask(site, "/missing"))
    for role in (Role.REPORTER, Role.ADMINISTRATOR):
        client, _ = signed_in(role)
        assert "Try again" not in page(client.get(reverse(FETCHES)))
        for data in ({"url": site.url("/a")}, {"again": str(Fetch.objects.get().pk)}):
            assert client.post(reverse(FETCHES), data).status_code == 403
    client, _ = signed_in(Role.EDITOR)
    assert client.post(reverse(FETCHES), {"url": "file:///etc/passwd"}).status_code == 422
    assert client.post(reverse(FETCHES), {"url": "http://127.1/"}).status_code in (409, 422)
    assert client.post(reverse(FETCHES), {"again": "x"}).status_code == 404


# What is uploaded


def uploaded(client, name: str, body: bytes, **values):
    file = SimpleUploadedFile(name, body)
    return client.post(reverse(UPLOAD), {"file": file, **values})


@pytest.mark.slow
def test_upload_is_cited_where_it_is_wanted(site, django_capture_on_commit_callbacks):
    client, reporter = signed_in(Role.REPORTER)
    wire = factories.make_draft(reporter, sources=())
    link = f"{reverse(UPLOAD)}?wire={wire}"
    assert link in page(client.get(review(wire)))
    assert f'value="{wire}"' in page(client.get(link))
    with django_capture_on_commit_callbacks() as queued:
        response = uploaded(client, "Ruling.PDF", pdf(FIRST), wire=str(wire), key="record")
    assert (response.url, len(queued)) == (f"{review(wire)}#sources", 1)
    [citation] = wire.current.citations.all()
    assert (citation.key, citation.source.text, citation.source.kind) == (
        "record", FIRST, "uploaded",
    )  # fmt: skip


@pytest.mark.slow
def test_upload_for_a_wire_of_somebody_else_stays_in_the_vault(site):
    client, _ = signed_in(Role.REPORTER)
    wire = factories.make_draft()
    response = uploaded(client, "a.txt", FIRST.encode(), wire=str(wire))
    source = Source.objects.latest("pk")
    assert response.url == at(source)
    assert "It is not cited" in page(client.get(response.url))
    assert wire.current.citations.count() == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "body", "values", "status"),
    [
        ("a.exe", b"MZ", {}, 422), ("a", b"x", {}, 422), ("a.pdf", b"%PDF-", {}, 409),
        ("a.txt", b"x", {"wire": "AIW-1999-0001"}, 422), ("a.txt", b"x", {"key": "a key"}, 422),
    ],
)  # fmt: skip
def test_upload_that_makes_no_sense_is_answered_with_the_page(
    site, name, body, values, status
):
    client, _ = signed_in(Role.EDITOR)
    assert uploaded(client, name, body, **values).status_code == status
    assert not Source.objects.exists()


def test_administrator_uploads_nothing(site):
    client, _ = signed_in(Role.ADMINISTRATOR)
    assert uploaded(client, "a.txt", b"Text.").status_code == 403


@pytest.mark.parametrize("name", [FETCHES, UPLOAD])
def test_pages_of_the_vault_are_for_the_desk(client, name):
    assert client.get(reverse(name)).status_code == 302
    assert client.post(reverse(name), {}).status_code == 302


# The review page


@pytest.mark.slow
def test_review_shows_what_failed_and_what_became_of_a_source(site):
    client, editor = signed_in(Role.EDITOR)
    wire = factories.make_draft(editor)
    done(ask(site, by=editor, wire=wire.pk, key="paper"))
    failed = done(ask(site, "/missing", by=editor, wire=wire.pk, key="lost"))
    answer = page(client.get(review(wire)))
    assert failed.problem in answer
    assert "Try again" in answer
    assert "its page has" not in answer
    source = Source.objects.get(kind="fetched")
    site.pages["/a"] = plain(FIRST)
    vault.look(source.pk)
    assert "its page has changed since" in page(client.get(review(wire)))


def test_review_offers_no_source_to_who_may_not_give_one(site):
    client, _ = signed_in(Role.REPORTER)
    wire = factories.make_draft()
    done(ask(site, "/missing", wire=wire.pk))
    answer = page(client.get(review(wire)))
    assert "answers 404" in answer
    for words in ("Try again", "Fetch a source", "Upload a document"):
        assert words not in answer


# The difference


def shown(old: str, new: str) -> list[str]:
    marks = {"same": "{}", "gone": "[-{}-]", "new": "[+{}+]"}
    return [
        f"({line.count})" if line.count
        else "".join(marks[part.kind].format(part.text) for part in line.parts)
        for line in difference.lines(old, new)
    ]  # fmt: skip


def test_difference_folds_what_is_the_same():
    old = [f"Line {n}." for n in range(12)]
    new = [*old[:6], "Line six.", *old[7:], "The end."]
    assert shown("\n".join(old), "\n\n".join(new)) == [
        "(5)", "Line 5.", "Line [-6-][+six+].", "Line 7.", "(3)", "Line 11.", "[+The end.+]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("a b c", "a c", ["a [-b -]c"]), ("a", "a\nb", ["a", "[+b+]"]),
        ("a\nb", "b", ["[-a-]", "b"]), ("a", "c", ["[-a-][+c+]"]), ("a", "a", ["a"]),
        ("", "a", ["[+a+]"]), ("a\nb\nc", "a\nb\nc", ["(3)"]),
    ],
)  # fmt: skip
def test_difference_is_of_words(old, new, lines):
    assert shown(old, new) == lines


def test_lines_that_are_too_long_are_shown_whole():
    old, new = "a " * 6000, "a b" * 6000
    assert shown(old, new) == [f"[-{old}-][+{new}+]"]
