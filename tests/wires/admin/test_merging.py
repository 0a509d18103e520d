"""Similar wires, merges, responses and graver severities as the desk sees and does them."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.urls import reverse

from tests import factories
from tests.wires.admin.desk import make_proposal, page, post, review, signed_in
from tests.wires.admin.test_acts import CLASSED, GRAVER, RESPONSE
from tests.wires.merges import asked, folded, merged
from tests.wires.pages import states
from wires import lifecycle, taxonomy, vault
from wires.admin.attempt import Done, attempt
from wires.models import Source, Wire
from wires.models.user import Role

PATIENCE = 30  # seconds


@pytest.fixture
def codes(db):
    taxonomy.load()


def likeness(other, **values):
    found = {
        "wire": other.public_id,
        "score": 0.8765,
        "days": None,
        "providers": [],
        "names": [],
    }
    return {**found, **values}


def beside(one, other):
    return reverse("admin:wires_wire_beside", args=[one.pk, other.pk])


# Similar wires


@pytest.mark.slow
@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "on the same day"),
        (1, "within a week, 1 day apart"),
        (7, "within a week, 7 days apart"),
        (8, "within a month, 8 days apart"),
        (400, "400 days apart"),
        (None, "the date of one is not known"),
    ],
)
def test_similar_wire_is_told_in_words(codes, days, words):
    client, _ = signed_in(Role.REPORTER)
    wire, other = factories.make_draft(), factories.make_draft(headline="A twin of it")
    found = likeness(other, days=days, providers=["Acme", "Umbra"], names=["AIID-6"])
    make_proposal(wire, similar=[found])
    answer = page(client.get(review(wire)))
    assert "A twin of it" in answer
    assert f"likeness 0.88, draft; {words}; both name Acme, Umbra; shares AIID-6" in answer
    assert f'href="{beside(wire, other)}"' in answer


def test_similar_wire_that_has_nothing_else_in_common_or_has_gone(codes):
    client, _ = signed_in(Role.EDITOR)
    wire, other, third = (factories.make_draft() for _ in range(3))
    make_proposal(wire, similar=[likeness(other)])
    folded(other, third)
    answer = page(client.get(review(wire)))
    assert f"discarded, merged into {third};" in answer
    assert "no provider in common; no id in common" in answer


def test_two_wires_stand_side_by_side(codes):
    client, _ = signed_in(Role.REPORTER)
    one = factories.make_reviewed(
        headline="A chatbot invents a rule", occurred_on=date(2024, 5, 1), aliases=("AIID-6",)
    )
    other = factories.make_draft(
        headline="A bot makes up a rule", occurred_on=date(2024, 5, 3), linked=("AIID-6",)
    )
    answer = page(client.get(beside(one, other)))
    for words in (
        "Within a week, 2 days apart; both name Acme; shares AIID-6.", "1 May 2024", "3 May 2024",
        "A chatbot invents a rule", "A bot makes up a rule", "M2 Fabrication, primary",
        "Acme paid 812 dollars",
    ):  # fmt: skip
        assert words in answer
    assert client.get(beside(one, one)).status_code == 404
    address = reverse("admin:wires_wire_beside", args=[one.pk, other.pk + 1000])
    assert client.get(address).status_code == 404


@pytest.mark.slow
def test_side_by_side_takes_the_same_queries_for_any_wires(
    codes, django_assert_max_num_queries
):
    client, _ = signed_in(Role.EDITOR)
    one, other = factories.make_published(), factories.make_reviewed()
    with django_assert_max_num_queries(16):
        client.get(beside(one, other))


# Merges


@pytest.mark.slow
def test_discarded_wire_says_where_it_went_and_the_other_whence(codes):
    client, _ = signed_in(Role.REPORTER)
    wire, other = factories.make_draft(aliases=("AIID-6",)), factories.make_draft()
    folded(wire, other)
    assert "Merged into" in page(client.get(review(wire)))
    assert f'href="{review(other)}">{other}</a>: its names lead there' in page(
        client.get(review(wire))
    )
    assert f'href="{review(wire)}">{wire}</a>' in page(client.get(review(other)))


@pytest.mark.slow
def test_other_wire_is_named_by_its_id_or_by_another_database_s(codes):
    client, _ = signed_in(Role.EDITOR)
    other = factories.make_draft(aliases=("AIID-6",))
    for name in (other.public_id, "AIID-6", " AIID-6 "):
        wire = factories.make_draft()
        assert post(client, wire, "merge", into=name, note="One event.").status_code == 302
        assert Wire.objects.get(pk=wire.pk).merged_into == other
    answer = post(client, factories.make_draft(), "merge", into="AIID-7", note="One event.")
    assert "No wire is called AIID-7." in page(answer)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "offered"),
    [
        (factories.make_draft, {"merge"}),
        (states.make_scheduled, {"merge"}),
        (factories.make_published, {"ask_merge"}),
        (states.make_disputed, {"ask_merge"}),
        (factories.make_withdrawn, set()),
    ],
)
def test_merge_is_offered_as_the_state_allows(codes, make, offered):
    client, _ = signed_in(Role.EDITOR)
    wire = make()
    acts = client.get(review(wire)).context["sheet"].merging
    assert {act.name for act in acts} == offered
    reporter, _ = signed_in(Role.REPORTER)
    assert reporter.get(review(wire)).context["sheet"].merging == []


@pytest.mark.slow
def test_who_confirms_a_merge_sees_the_other_wire(codes):
    client, _ = signed_in(Role.SENIOR)
    wire, other = factories.make_published(), factories.make_published()
    request = asked(wire, other)
    answer = page(client.get(review(wire)))
    assert f'href="{beside(wire, other)}">Compare the two</a>' in answer
    assert other.current.headline in answer
    assert post(client, wire, "confirm", request=request.pk).status_code == 302
    assert Wire.objects.get(pk=wire.pk).merged_into == other


@pytest.mark.slow
def test_notice_is_seen_on_both_review_pages(codes):
    client, _ = signed_in(Role.REPORTER)
    wire, other = factories.make_published(), factories.make_published()
    merged(wire, other)
    assert "It speaks of" in page(client.get(review(wire)))
    assert f'on <a class="desk-id" href="{review(wire)}">{wire}</a>: Merged into' in page(
        client.get(review(other))
    )


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_who_merge_opposite_ways_through_the_page_do_not_stop_each_other():
    taxonomy.load()
    people = [factories.make_editor() for _ in range(2)]
    for _ in range(30):
        with transaction.atomic():
            wires = [factories.make_draft() for _ in range(2)]
            connection.run_on_commit.clear()
        start = threading.Barrier(2)

        def act(n, wires=wires, start=start):
            posted = QueryDict(mutable=True)
            posted.update(
                {"_act": "merge", "_seen": "1", "into": wires[1 - n].public_id, "note": "One."}
            )
            try:
                start.wait(PATIENCE)
                return attempt(posted, wires[n].pk, people[n])
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            done = [each.result(PATIENCE) for each in [pool.submit(act, n) for n in (0, 1)]]
        [refused] = [each for each in done if not isinstance(each, Done)]
        assert refused.status == 409
        assert "was merged into" in refused.message
        states_now = sorted(Wire.objects.get(pk=wire.pk).state for wire in wires)
        assert states_now == ["discarded", "draft"]


# Responses


@pytest.mark.slow
def test_response_is_stored_with_its_document(codes):
    client, _ = signed_in(Role.EDITOR)
    wire = factories.make_published()
    post(client, wire, "respond", **RESPONSE)
    response = wire.responses.get()
    assert response.source.kind == "uploaded"
    assert (response.source.tier, response.source.publisher) == ("primary", "Acme")
    assert response.source.text == RESPONSE["document"]
    answer = page(client.get(review(wire)))
    assert "<b>Acme</b>, 2 Jun 2024" in answer
    assert "it appears with the wire" not in answer
    draft = factories.make_draft()
    post(client, draft, "respond", **RESPONSE)
    assert "it appears with the wire" in page(client.get(review(draft)))
    assert Source.objects.filter(pk=draft.responses.get().source_id).exists()


@pytest.mark.slow
def test_no_parser_runs_while_a_response_holds_the_wire(codes, monkeypatch):
    monkeypatch.setattr("wires.fetching.extract.subprocess.run", pytest.fail)
    client, _ = signed_in(Role.EDITOR)
    wire = factories.make_published()
    typed = {**RESPONSE, "document": f"A statement.\r\n{RESPONSE['text']}\r\n"}
    assert post(client, wire, "respond", **typed).status_code == 302
    assert wire.responses.get().source.text == f"A statement.\n{RESPONSE['text']}"
    for broken in ({"document": f"\x07 {RESPONSE['text']}"}, {"url": "ftp://acme.org/a"}):
        assert post(client, wire, "respond", **{**RESPONSE, **broken}).status_code == 409


@pytest.mark.slow
def test_response_names_a_document_of_the_vault_by_number_or_hash(codes):
    client, _ = signed_in(Role.EDITOR)
    wire = factories.make_published()
    document = factories.make_source(
        kind="uploaded", record_id="", text=f"{factories.SOURCE} "
    )
    source = vault.stored(document, by=factories.make_editor())
    text = "The rule did not exist on the website of Acme."
    for name in (str(source.pk), source.sha256, source.sha256[:12]):
        typed = {**RESPONSE, "document": "", "text": text, "source": name}
        assert post(client, wire, "respond", **typed).status_code == 302
    assert {row.source for row in wire.responses.all()} == {source}


@pytest.mark.slow
def test_response_without_a_document_is_refused_and_its_text_kept(codes):
    client, _ = signed_in(Role.EDITOR)
    wire = factories.make_published()
    answer = post(client, wire, "respond", **{**RESPONSE, "document": ""})
    assert answer.status_code == 409
    assert "A response has a source" in page(answer)
    assert "We have repaid the customer." in page(answer)
    answer = post(client, wire, "respond", **{**RESPONSE, "document": "Another text."})
    assert "does not stand in the source in these words" in page(answer)
    # What was refused is not left in the vault.
    assert not Source.objects.filter(text="Another text.").exists()


# Graver severities


@pytest.mark.slow
def test_graver_severity_is_asked_for_and_confirmed_on_the_page(codes):
    editor, _ = signed_in(Role.EDITOR)
    senior, _ = signed_in(Role.SENIOR)
    wire = factories.make_published()
    answer = page(post(editor, wire, "classify", **{**CLASSED, **GRAVER}))
    assert "would become SEV-2: ask for the graver severity" in answer
    post(editor, wire, "ask_regrade", **{**CLASSED, **GRAVER, "reason": "It was worse."})
    seen = page(senior.get(review(wire)))
    for words in (
        "<dt>scale</dt><dd>3, sentence 2</dd>",
        "<dt>verified</dt><dd>as the written rule says",
    ):
        assert words in seen
    request = wire.requests.get()
    assert post(editor, wire, "confirm", request=request.pk).status_code == 403
    assert post(senior, wire, "confirm", request=request.pk).status_code == 302
    assert Wire.objects.get(pk=wire.pk).severity_verified == "SEV-2"


@pytest.mark.slow
def test_graver_severity_is_offered_for_public_wires_alone(codes):
    client, _ = signed_in(Role.EDITOR)
    for make, offered in (
        (factories.make_draft, False),
        (factories.make_published, True),
        (states.make_disputed, True),
        (factories.make_withdrawn, False),
    ):
        sheet = client.get(review(make())).context["sheet"]
        assert (sheet.ask_regrade is not None) is offered
    wire = factories.make_published()
    lifecycle.ask(
        wire.pk, lifecycle.MoveRequest.Move.DISPUTE, by=factories.make_editor(), reason="r"
    )
    assert client.get(review(wire)).context["sheet"].ask_regrade is None
