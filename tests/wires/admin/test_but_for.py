"""The but-for form of the review page, with what stands beside it."""

import pytest

from tests import factories
from tests.wires.admin.desk import make_proposal, page, post, review, signed_in
from wires import lifecycle, proposing, taxonomy
from wires.models import Embedding, Rationale, Wire
from wires.models.user import Role

pytestmark = pytest.mark.django_db

BODY = (
    "A chatbot of Acme reportedly invented a refund rule.[^record] "
    "One customer lost 812 dollars after staff failed to check it.[^record] "
    "Had the chatbot not invented it, the customer would have kept his money.[^record]"
)
DRAFT = {
    "system": "A chatbot of Acme", "act": "A chatbot of Acme reportedly invented a refund rule",
    "harm": "One customer lost 812 dollars",
    "counterfactual": "Had the chatbot not invented it, the customer would have kept his money.",
    "hedges": ["reportedly"], "other_causes": ["staff failed to"],
}  # fmt: skip
SILENCES = (
    "No sentence names a system.", "No sentence says what the system did.",
    "No sentence states a harm.", "No sentence states the link.",
)  # fmt: skip


@pytest.fixture(autouse=True)
def codes():
    taxonomy.load()


def vector(*head):
    return [*head, *[0.0] * (384 - len(head))]


def embed(wire, *head, encoder="b"):
    version = Wire.objects.get(pk=wire.pk).current
    return Embedding.objects.create(version=version, encoder=encoder, vector=vector(*head))


def test_slots_are_told_in_the_wire_s_own_words_with_their_sentences():
    client, _ = signed_in(Role.EDITOR)
    wire = factories.make_draft(body=BODY)
    make_proposal(wire, rationale=DRAFT)
    response = client.get(review(wire))
    answer, sheet = page(response), response.context["sheet"]
    assert [slot.sentence.n for slot in sheet.slots] == [1, 1, 2, 3]
    for slot in sheet.slots:
        assert f'“{slot.words}” <a href="#claim-{slot.sentence.pk}">' in answer
    assert not any(silence in answer for silence in SILENCES)
    assert [(found.kind, found.words, found.sentence.n) for found in sheet.weaknesses] == [
        ("hedged", "reportedly", 1), ("another sufficient cause", "staff failed to", 2),
    ]  # fmt: skip
    # The editor writes the counterfactual himself, though a sentence of the text states one.
    filled = {
        slot: sheet.reason[slot].value() for slot in DRAFT if slot in sheet.reason.fields
    }
    assert filled == {
        "system": DRAFT["system"], "act": DRAFT["act"], "harm": DRAFT["harm"],
        "counterfactual": "",
    }  # fmt: skip


@pytest.mark.slow
def test_form_begins_with_the_drafted_template_and_says_so():
    client, _ = signed_in(Role.EDITOR)
    wire = factories.make_draft()
    proposing.propose(wire.current_id)
    response = client.get(review(wire))
    sheet = response.context["sheet"]
    drafted = sheet.reason["counterfactual"].value()
    assert drafted == sheet.draft["template"]
    assert sheet.draft["system"] in drafted
    assert "[write here what would have happened instead]" in drafted
    assert "a <b>drafted template</b>" in page(response)
    slots = {slot: sheet.reason[slot].value() for slot in ("system", "act", "harm")}
    post(client, wire, "reason", **slots, counterfactual=drafted, result="yes")
    response = client.get(review(wire))
    assert "The counterfactual is the drafted template" in page(response)
    finished = drafted.replace("[write here what would have happened instead]", "he had asked")
    post(client, wire, "reason", **slots, counterfactual=finished, result="yes")
    answer = page(client.get(review(wire)))
    assert "drafted template" not in answer


def test_what_no_sentence_says_is_said_to_be_missing():
    client, _ = signed_in(Role.EDITOR)
    wire = factories.make_draft()
    nothing = dict.fromkeys(("system", "act", "harm", "counterfactual"))
    make_proposal(wire, rationale={**nothing, "hedges": [], "other_causes": []})
    answer = page(client.get(review(wire)))
    assert all(silence in answer for silence in SILENCES)
    assert "No sentence hedges, and none names another cause." in answer


@pytest.mark.slow
def test_decision_is_shown_once_it_is_made():
    client, _ = signed_in(Role.EDITOR)
    wire = factories.make_draft(body=BODY)
    make_proposal(wire, rationale=DRAFT)
    mine = "Had it not, he would have booked another line."
    slots = {slot: DRAFT[slot] for slot in ("system", "act", "harm")}
    for result in ("yes", "no", "contributory"):
        post(client, wire, "reason", **slots, counterfactual=mine, result=result)
        sheet = client.get(review(wire)).context["sheet"]
        assert sheet.reason["counterfactual"].value() == mine
        assert sheet.rationale.result == result


@pytest.mark.slow
def test_nearest_accepted_rationales_stand_beside_the_form():
    client, editor = signed_in(Role.EDITOR)
    wire = factories.make_reviewed(editor)
    make_proposal(wire)
    embed(wire, 1.0, 0.0)
    near = [factories.make_published(editor) for _ in range(4)]
    for other, head in zip(
        near, ((0.0, 1.0), (0.9, 0.44), (0.6, 0.8), (0.4, 0.92)), strict=True
    ):
        embed(other, *head)
    embed(factories.make_reviewed(editor), 1.0, 0.0)  # not published
    embed(factories.make_published(editor), 1.0, 0.0, encoder="c")  # of another encoder
    response = client.get(review(wire))
    shown = response.context["sheet"].precedents
    assert [row.wire.pk for row in shown] == [near[1].pk, near[2].pk, near[3].pk]
    assert [row.nearness for row in shown] == [
        "about much the same", "about something close", "about a related matter",
    ]  # fmt: skip
    answer = page(response)
    for row in shown:
        assert row.wire.public_id in answer
        assert row.rationale.counterfactual in answer


@pytest.mark.slow
def test_wording_that_is_not_one_s_own_is_told():
    client, editor = signed_in(Role.EDITOR)
    wire, other = factories.make_reviewed(editor), factories.make_published(editor)
    make_proposal(wire)
    for one in (wire, other):
        embed(one, 1.0)
    same = {slot: getattr(other.rationale, slot) for slot in ("system", "act", "harm")}
    Rationale.objects.filter(wire=wire).update(
        **same, counterfactual=other.rationale.counterfactual.replace("Acme", "Zenith")
    )
    [row] = client.get(review(wire)).context["sheet"].precedents
    assert row.wording == "the same formula"
    Rationale.objects.filter(wire=wire).update(
        system="A car", act="ran a red light", harm="a woman broke her arm",
        counterfactual="Had it stopped, she would have crossed unhurt.",
    )  # fmt: skip
    [row] = client.get(review(wire)).context["sheet"].precedents
    assert row.wording == "worded otherwise"


@pytest.mark.slow
@pytest.mark.parametrize("change", ["no answer", "withdrawn"])
def test_rationale_that_is_not_accepted_is_no_precedent(change):
    client, editor = signed_in(Role.EDITOR)
    wire = factories.make_reviewed(editor)
    make_proposal(wire)
    embed(wire, 1.0)
    other = (
        factories.make_published(editor)
        if change == "no answer"
        else factories.make_withdrawn()
    )
    embed(other, 1.0)
    if change == "no answer":
        Rationale.objects.filter(wire=other).update(result="no")
    assert client.get(review(wire)).context["sheet"].precedents == []
    assert "No published wire has an accepted rationale yet." in page(client.get(review(wire)))


@pytest.mark.slow
def test_gate_links_to_what_it_stops_at_and_is_told_after_each_act():
    client, editor = signed_in(Role.EDITOR)
    wire = factories.make_reviewed(editor)
    claim = wire.current.claims.get(n=2)
    wire.current.claims.filter(n=2).update(verdict="unsupported", basis="topic")
    Rationale.objects.filter(wire=wire).update(result="no")
    answer = page(client.get(review(wire)))
    assert f'<a href="#claim-{claim.pk}">Go to sentence 2</a>' in answer
    assert '<a href="#severity">Go to class and severity</a>' in answer
    assert '<a href="#codes">Go to the codes</a>' in answer
    assert '<a href="#but-for">Go to the but-for form</a>' in answer
    for anchor in ("severity", "codes", "but-for", "claims", "sources", "text"):
        assert f'id="{anchor}"' in answer
    done = client.post(
        review(wire),
        {"_act": "override", "_seen": 1, "claim": claim.pk, "note": "Heard in court."},
        follow=True,
    )
    assert "Gate: 3 of 8 rules fail" in page(done)
    assert "closed, 3 of 8 rules fail" in page(done)


@pytest.mark.slow
def test_gate_of_a_waiting_text_is_that_of_its_coming():
    client, editor = signed_in(Role.EDITOR)
    wire = factories.make_published(editor)
    body = factories.BODY.replace("Acme paid 812 dollars", "It was a Monday when Acme paid")
    new = lifecycle.revise(wire.pk, by=editor, headline="New", body=body, note="Reworded.")
    answer = page(client.get(review(wire)))
    assert "For version 2 as it would stand if it were put in place now" in answer
    assert f'<a href="#claim-{new.claims.get(n=1).pk}">Go to sentence 1</a>' in answer


@pytest.mark.slow
def test_dismissal_is_shown_with_its_reason_and_a_contradiction_of_it():
    client, editor = signed_in(Role.EDITOR)
    wire = factories.make_reviewed(editor)
    claim = wire.current.claims.get(n=3)
    post(client, wire, "dismiss", claim=claim.pk, note="It reports no event.")
    assert "UTC: It reports no event." in page(client.get(review(wire)))
    wire.current.claims.filter(n=3).update(verdict="contradicted", basis="negation")
    response = client.get(review(wire))
    assert "take that back and correct it" in page(response)
    assert [claim.n for claim in response.context["sheet"].tally.open] == [3]


def test_severity_is_told_apart_as_reported_ruled_and_verified():
    client, editor = signed_in(Role.EDITOR)
    wire = factories.make_reviewed(editor)
    Wire.objects.filter(pk=wire.pk).update(
        severity_reported="SEV-2", severity_verified="SEV-4", severity_note="Repaid at once."
    )
    answer = page(client.get(review(wire)))
    assert "<dt>Reported, as filed</dt><dd>SEV-2</dd>" in answer
    assert "<dt>By the written rule</dt><dd>SEV-3</dd>" in answer
    assert (
        "<dt>Verified</dt><dd>SEV-4, overridden for a reason that readers see: Repaid"
        in answer
    )
