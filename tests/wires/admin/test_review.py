"""What the review page shows, in every state, and what it costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evidence import engine
from tests import factories
from tests.wires.admin import test_acts as made
from tests.wires.admin.desk import make_proposal, page, review, signed_in
from wires import coding, lifecycle, taxonomy
from wires.admin.suggestions import BY_CODE
from wires.models import Claim, Event, ProposedCode, Wire
from wires.models.user import Role

pytestmark = pytest.mark.django_db

STATES = {
    "draft": factories.make_draft,
    "in review": made.in_review,
    "scheduled": made.scheduled,
    "published": factories.make_published,
    "disputed": made.disputed,
    "withdrawn": factories.make_withdrawn,
    "discarded": lambda: lifecycle.discard(
        factories.make_draft().pk, by=factories.make_editor(), note="Not a wire."
    ),
}
MOVES = {
    "draft": {"submit", "discard"},
    "in review": {"publish", "schedule", "send_back", "discard"},
    "scheduled": {"unschedule", "discard"},
    "published": {"ask_dispute", "ask_withdraw"},
    "disputed": {"ask_resolve", "ask_withdraw"},
    "withdrawn": set(),
    "discarded": set(),
}


@pytest.fixture(autouse=True)
def codes():
    taxonomy.load()


@pytest.mark.slow
@pytest.mark.parametrize("role", [Role.REPORTER, Role.EDITOR, Role.SENIOR, Role.ADMINISTRATOR])
@pytest.mark.parametrize("state", STATES)
def test_page_opens_in_every_state(state, role):
    client, _ = signed_in(role)
    wire = STATES[state]()
    response = client.get(review(wire))
    assert response.status_code == 200
    assert f'<b class="desk-state">{state}</b>' in page(response)
    offered = {act.name for act in response.context["sheet"].moves}
    assert offered == (MOVES[state] if role in (Role.EDITOR, Role.SENIOR) else set())


def test_reporter_is_offered_to_submit_an_own_draft():
    client, reporter = signed_in(Role.REPORTER)
    wire = factories.make_draft(reporter)
    sheet = client.get(review(wire)).context["sheet"]
    assert [act.name for act in sheet.moves] == ["submit"]
    assert sheet.may.revise
    assert not sheet.may.decide


@pytest.mark.slow
def test_grave_wire_is_offered_to_ask_for():
    client, _ = signed_in(Role.EDITOR)
    names = {act.name for act in client.get(review(made.grave())).context["sheet"].moves}
    assert "ask_publish" in names
    assert not names & {"publish", "schedule"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("role", "offered"),
    [(Role.EDITOR, set()), (Role.SENIOR, {"confirm", "decline"})],
)
def test_open_request_is_answered_by_who_may(role, offered):
    client, _ = signed_in(role)
    sheet = client.get(review(made.asked_to_withdraw())).context["sheet"]
    assert {act.name for act in sheet.answers} == offered


def test_who_asked_may_only_take_it_back():
    client, senior = signed_in(Role.SENIOR)
    wire = factories.make_published()
    lifecycle.ask(wire.pk, lifecycle.MoveRequest.Move.DISPUTE, by=senior, reason="Denied.")
    sheet = client.get(review(wire)).context["sheet"]
    assert {act.name for act in sheet.answers} == {"decline"}


@pytest.mark.slow
def test_what_the_worker_owes_is_said():
    client, _ = signed_in(Role.EDITOR)
    answer = page(client.get(review(factories.make_draft())))
    assert "The claim checker has not run yet" in answer
    assert "The classifier has not proposed anything yet" in answer
    bare = factories.make_draft(sources=(), body="It happened.[^none]")
    assert "There is no source to hold the sentences against" in page(client.get(review(bare)))


@pytest.mark.slow
def test_text_claims_and_gate_are_told():
    client, _ = signed_in(Role.EDITOR)
    wire = made.unsupported()
    Claim.objects.filter(version=wire.current_id, n=1).update(missing={"numbers": ["812"]})
    answer = page(client.get(review(wire)))
    assert "1 unsupported" in answer
    assert "No source has <b>numbers</b> 812" in answer
    assert "the number “812” occurs in no stored source" in answer
    assert "Acme paid 812 dollars to one customer" in answer
    assert wire.current.citations.get().source.sha256 in answer


def test_text_on_the_page_is_the_whole_body():
    client, _ = signed_in(Role.EDITOR)
    body = "# A heading\n\nIt happened. [^record]\n\n- A point. [^record]\n"
    sheet = client.get(review(factories.make_draft(body=body))).context["sheet"]
    assert "".join(piece.text for piece in sheet.body) == body


def test_what_was_filed_stays_in_sight():
    client, _ = signed_in(Role.EDITOR)
    wire = factories.make_draft(
        standard="disputed", codes=("M1", "F10"), source_count=2, repairs=("line 3: mended",),
        headline_was_made=True,
    )  # fmt: skip
    answer = page(client.get(review(wire)))
    for words in (
        "M1, F10",
        "<dd>disputed</dd>",
        "<dd>2</dd>",
        "line 3: mended",
        "none was filed",
    ):
        assert words in answer


def test_markup_in_a_text_is_shown_not_run():
    client, _ = signed_in(Role.EDITOR)
    wire = factories.make_draft(
        headline="<script>alert(1)</script>", body="It <script>alert(2)</script> ran."
    )
    answer = client.get(review(wire)).content.decode()
    assert "<script>alert" not in answer
    assert "&lt;script&gt;alert(1)" in answer


@pytest.mark.slow
def test_forms_are_filled_from_the_proposal_until_decided():
    client, _ = signed_in(Role.EDITOR)
    wire = factories.make_draft()
    make_proposal(
        wire, event_class="near_miss", level="SEV-4",
        factors={name: {"value": 2, "claim": 3} for name in ("scale", "scope", "irremediability")},
        rationale={"system": "The chatbot", "act": "invented a rule", "harm": "a loss",
                   "counterfactual": None, "hedges": ["reportedly"], "other_causes": ["fraud"]},
    )  # fmt: skip
    response = client.get(review(wire))
    answer, sheet = page(response), response.context["sheet"]
    assert sheet.classify["event_class"].value() == "near_miss"
    assert sheet.classify["scope_claim"].value() == 3
    assert sheet.reason["act"].value() == "invented a rule"
    assert "No sentence states the link" in answer
    assert "“reportedly”" in answer
    assert "“fraud”" in answer
    assert "2: serious: an injury" in answer
    # Once decided, the decision is what the form shows.
    decided = made.in_review()
    make_proposal(decided, event_class="near_miss", rationale={"system": "A robot"})
    sheet = client.get(review(decided)).context["sheet"]
    assert sheet.classify["event_class"].value() == "incident"
    assert sheet.reason["system"].value() == "The chatbot of Acme"
    assert sheet.ruled == "SEV-3"


@pytest.mark.slow
def test_waiting_version_is_reviewed_beside_the_text_that_stands():
    client, _ = signed_in(Role.EDITOR)
    wire = made.waiting()
    response = client.get(review(wire))
    sheet = response.context["sheet"]
    assert sheet.is_waiting
    assert "Version 2 waits" in page(response)
    assert {act.name for act in sheet.moves} == {"amend", "ask_dispute", "ask_withdraw"}
    assert sheet.may.judge


@pytest.mark.slow
def test_similar_wires_are_named():
    client, _ = signed_in(Role.EDITOR)
    wire, other = factories.make_draft(), factories.make_draft(headline="A twin of it")
    make_proposal(wire, similar=[{"wire": other.public_id, "score": 0.8765}])
    answer = page(client.get(review(wire)))
    assert "A twin of it" in answer
    assert "0.88" in answer


@pytest.mark.slow
def test_running_run_shows_how_far_it_is():
    client, _ = signed_in(Role.EDITOR)
    wire = made.with_run()
    run = made.Run.objects.latest()
    now = timezone.now()
    made.Run.objects.filter(pk=run.pk).update(
        status="running", heartbeat_at=now, done=3, total=8, message="asked aligned, seed 0"
    )
    answer = page(client.get(review(wire)))
    assert "step 3 of 8: asked aligned, seed 0" in answer
    assert 'value="cancel_run"' in answer


@pytest.mark.slow
def test_recipes_are_suggested_by_the_codes_of_the_wire():
    client, editor = signed_in(Role.EDITOR)
    wire = made.in_review()
    wire.codings.all().delete()
    assert "No recipe is suggested by its codes" in page(client.get(review(wire)))
    coding.put(wire.pk, "M6", by=editor, claim=1, rank=1)
    response = client.get(review(wire))
    recipes = response.context["sheet"].ask_run.fields["recipe"].widget.choices
    title = engine.recipes()["overrefusal"].title
    assert recipes[0] == ("overrefusal", f"{title} (Tier A), suggested by M6")
    assert {name for name, _ in recipes} == set(engine.recipes())
    assert "do refusals taught in one field spread to benign requests?" in page(response)


def test_every_suggestion_is_a_recipe_and_every_code_is_of_the_taxonomy():
    codes = {row.code for row in taxonomy.current().codes.all()}
    for code, recipes in BY_CODE.items():
        assert code in codes
        assert {recipe for recipe, _ in recipes} <= set(engine.recipes())


@pytest.mark.slow
def test_finished_runs_are_offered_once():
    client, editor = signed_in(Role.EDITOR)
    wire, run = made.in_review(), factories.make_run()
    sheet = client.get(review(wire)).context["sheet"]
    assert [value for value, _ in sheet.attach.fields["run"].widget.choices] == [run.pk]
    made.exhibits.attach(wire.pk, run.pk, by=editor, claim=1)
    response = client.get(review(wire))
    assert response.context["sheet"].attach is None
    assert response.context["sheet"].asked_runs == []  # it was asked for elsewhere
    assert "No finished run is there to attach." in page(response)


def large_wire(claims: int, sources: int) -> Wire:
    """A wire in review with so many sentences and sources, all decided upon."""
    editor = factories.make_editor()
    texts = [
        factories.make_source(
            key=f"s{n}", text=f"Source {n} of {claims}. It happened {n} times."
        )
        for n in range(sources)
    ]
    body = " ".join(f"It happened on day {n}.[^s{n % sources}]" for n in range(claims))
    wire = factories.make_draft(body=body, sources=tuple(texts))
    lifecycle.submit(wire.pk, by=editor)
    assert wire.current is not None
    for citation in wire.current.citations.all():
        wire.current.claims.filter(cites=[citation.key]).update(
            verdict="partly", basis="wording", citation=citation, passage="It happened",
            passage_start=citation.source.text.index("It happened"),
            passage_end=citation.source.text.index("It happened") + 11,
            checked_at=timezone.now(), missing={"numbers": ["7"]},
        )  # fmt: skip
    proposal = make_proposal(wire, rationale={"system": "It"})
    ProposedCode.objects.bulk_create(
        ProposedCode(proposal=proposal, code=code, score=0.1, ticked=False)
        for code in taxonomy.current().codes.all()
    )
    for n in range(claims):
        Event.objects.create(wire=wire, act="remark", by=editor, note=str(n))
    return wire


@pytest.mark.slow
def test_large_wire_costs_no_more_queries_than_a_small_one():
    client, _ = signed_in(Role.EDITOR)
    counts = []
    for wire in (large_wire(2, 1), large_wire(60, 6)):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(review(wire)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[1] <= 40
