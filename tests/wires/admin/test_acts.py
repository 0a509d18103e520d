"""Every act of the review page: done by who may, refused with a reason to everybody else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from evidence.models import Run
from tests import factories
from tests.wires.admin.desk import (
    BACKEND,
    make_person,
    make_proposal,
    page,
    post,
    review,
    signed_in,
)
from wires import claims, exhibits, lifecycle, vault
from wires import taxonomy as taxonomies
from wires.admin.acts import ACTS
from wires.models import Claim, Event, MoveRequest, ProposedCode, Rationale, Wire
from wires.models.user import Role

pytestmark = pytest.mark.django_db

TOMORROW = (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
SLOTS = {"system": "The chatbot of Acme", "act": "invented a rule", "harm": "Acme lost money",
         "counterfactual": "Without it Acme would have lost none."}  # fmt: skip
FACTORS = {
    f"{name}{suffix}": value
    for name in ("scale", "scope", "irremediability")
    for suffix, value in (("", 1), ("_claim", 2))
}
GRAVER = {**FACTORS, "scale": 3, "scope": 2}
RESPONSE = {
    "party": "Acme", "said_on": "2024-06-02", "text": "We have repaid the customer.",
    "document": "A statement of Acme. We have repaid the customer.", "publisher": "Acme",
}  # fmt: skip
CLASSED = {"event_class": "incident", "standard": "public record", "reported": "SEV-3"}


def in_review() -> Wire:
    return factories.make_reviewed()


def scheduled() -> Wire:
    editor = factories.make_editor()
    at = timezone.now() + timedelta(days=1)
    return lifecycle.schedule(factories.make_reviewed(editor).pk, by=editor, at=at)


def grave() -> Wire:
    return factories.make_reviewed(scale=3, scope=2)


def disputed() -> Wire:
    return confirmed(asked(factories.make_published(), MoveRequest.Move.DISPUTE))


def asked(wire: Wire, move: MoveRequest.Move = MoveRequest.Move.WITHDRAW) -> Wire:
    lifecycle.ask(wire.pk, move, by=factories.make_editor(), reason="A party denies it.")
    return wire


def confirmed(wire: Wire) -> Wire:
    request = wire.requests.get(decided_at__isnull=True)
    return lifecycle.confirm(request.pk, by=factories.make_user(Role.SENIOR))


def asked_to_withdraw() -> Wire:
    return asked(factories.make_published())


def waiting() -> Wire:
    """A published wire with a new version that could be put in place."""
    editor = factories.make_editor()
    wire = factories.make_published(editor)
    version = lifecycle.revise(
        wire.pk, by=editor, headline="A better headline", body=factories.BODY, note="Headline."
    )
    citation = version.citations.get()
    for claim in version.claims.all():
        start = citation.source.text.index(claim.text)
        Claim.objects.filter(pk=claim.pk).update(
            verdict="supported", basis="wording", citation=citation, passage=claim.text,
            passage_start=start, passage_end=start + len(claim.text), checked_at=timezone.now(),
        )  # fmt: skip
    return wire


def proposed() -> Wire:
    """A wire in review with a proposed code that nobody has decided on."""
    return with_proposed_codes(in_review())


def hidden() -> Wire:
    """A wire in review, with its codes put, whose proposal nobody may see yet."""
    wire = in_review()
    make_proposal(wire, is_blind=True)
    return wire


def proposed_too_late() -> Wire:
    return with_proposed_codes(factories.make_withdrawn())


def with_proposed_codes(wire: Wire) -> Wire:
    proposal = make_proposal(wire)
    for code in ("M1", "F7"):
        ProposedCode.objects.create(
            proposal=proposal, code=taxonomies.current().codes.get(code=code), score=0.41,
            ticked=True,
        )  # fmt: skip
    return wire


def bulk_coded(on: Callable[[], Wire] = in_review) -> Wire:
    wire = on()
    code = taxonomies.current().codes.get(code="F7")
    wire.codings.create(
        code=code,
        kind="F",
        rank=2,
        origin="bulk",
        claim=claim_of(wire),
        decided_by=wire.filed_by,
    )
    return wire


def bulk_coded_and_withdrawn() -> Wire:
    return bulk_coded(factories.make_withdrawn)


def unsupported() -> Wire:
    wire = in_review()
    Claim.objects.filter(pk=claim_of(wire).pk).update(
        verdict="unsupported", basis="absent", citation=None, passage="", passage_start=None,
        passage_end=None,
    )  # fmt: skip
    return wire


def dismissed() -> Wire:
    wire = in_review()
    claims.dismiss(claim_of(wire).pk, by=factories.make_editor(), note="A headline.")
    return wire


def with_run() -> Wire:
    wire = in_review()
    exhibits.ask_run(wire.pk, "emergent", by=factories.make_editor())
    return wire


def with_ended_run() -> Wire:
    wire = with_run()
    exhibits.cancel_run(wire.pk, Run.objects.latest().pk, by=factories.make_editor())
    return wire


def claim_of(wire: Wire) -> Claim:
    return Claim.objects.get(version__wire=wire, version=wire.current_id, n=1)


def of_claim(wire: Wire) -> dict[str, Any]:
    return {"claim": claim_of(wire).pk, "note": "It is our own sum."}


def of_request(wire: Wire) -> dict[str, Any]:
    return {"request": wire.requests.latest("pk").pk, "note": "Not convinced."}


def of_proposed(wire: Wire) -> dict[str, Any]:
    row = ProposedCode.objects.filter(proposal__version__wire=wire, code__code="M1").first()
    return {"proposed": row.pk if row else 1, "claim": 1}


def note(_: Wire) -> dict[str, Any]:
    return {
        "note": "It needs a second look.",
        "reason": "A party denies it.",
        "notice": "Wrong.",
    }


def into_a_draft(_: Wire) -> dict[str, Any]:
    return {"into": factories.make_draft().public_id, "note": "One event."}


def into_a_public_wire(_: Wire) -> dict[str, Any]:
    return {"into": factories.make_published().public_id, "reason": "One event."}


def fresh(wire: Wire) -> Wire:
    return Wire.objects.get(pk=wire.pk)


def is_now(state: str) -> Callable[[Wire], bool]:
    return lambda wire: fresh(wire).state == state


def has_open(move: str) -> Callable[[Wire], bool]:
    return lambda wire: wire.requests.filter(decided_at__isnull=True, move=move).exists()


def carries(code: str, *, there: bool = True) -> Callable[[Wire], bool]:
    return lambda wire: wire.codings.filter(code__code=code).exists() is there


EDITING = (Role.REPORTER, Role.ADMINISTRATOR)
CONFIRMING = (Role.REPORTER, Role.EDITOR, Role.ADMINISTRATOR)


@dataclass(frozen=True)
class Case:
    """An act: on which wire, with what typed, what it leaves, who is refused, and where."""

    on: Callable[[], Wire]
    typed: Callable[[Wire], dict[str, Any]]
    leaves: Callable[[Wire], bool]
    wrong: Callable[[], Wire] | None
    by: Role = Role.EDITOR
    refused: tuple[Role, ...] = EDITING


def asking_for(url: str) -> Callable[[Wire], dict[str, Any]]:
    return lambda _: {"url": url, "key": "paper", "tier": "reporting", "group": "paper"}


def with_failed_fetch() -> Wire:
    """A draft with a source that could not be had."""
    wire = factories.make_draft()
    asked = vault.ask_fetch("http://10.0.0.1/", by=factories.make_editor(), wire=wire.pk)
    vault.fetch(asked.pk)
    return wire


def with_waiting_fetch() -> Wire:
    wire = factories.make_draft()
    vault.ask_fetch("http://10.0.0.1/", by=factories.make_editor(), wire=wire.pk)
    return wire


def of_fetch(wire: Wire) -> dict[str, Any]:
    return {"fetch": wire.fetches.get().pk}


def of_source(wire: Wire) -> dict[str, Any]:
    """A document of the vault that the wire does not cite."""
    other = factories.make_source(kind="uploaded", record_id="", text="Acme said more.")
    return {"source": vault.stored(other, by=wire.filed_by).pk, "key": "more"}


CASES = {
    "submit": Case(factories.make_draft, note, is_now("in_review"), in_review),
    "send_back": Case(in_review, note, is_now("draft"), factories.make_published),
    "publish": Case(in_review, note, is_now("published"), scheduled),
    "schedule": Case(
        in_review, lambda _: {"at": TOMORROW}, is_now("scheduled"), factories.make_published
    ),
    "unschedule": Case(scheduled, note, is_now("in_review"), in_review),
    "amend": Case(
        waiting, note, lambda w: w.notices.filter(text="Wrong.").exists(), in_review
    ),
    "ask_publish": Case(grave, lambda _: {}, has_open("publish"), factories.make_published),
    "ask_dispute": Case(factories.make_published, note, has_open("dispute"), in_review),
    "ask_resolve": Case(disputed, note, has_open("resolve"), factories.make_published),
    "ask_withdraw": Case(factories.make_published, note, has_open("withdraw"), in_review),
    "confirm": Case(
        asked_to_withdraw, of_request, is_now("withdrawn"), disputed, by=Role.SENIOR,
        refused=CONFIRMING,
    ),
    "decline": Case(
        asked_to_withdraw, of_request, lambda w: w.requests.filter(confirmed=False).exists(), disputed,
        by=Role.SENIOR, refused=CONFIRMING,
    ),
    "discard": Case(in_review, note, is_now("discarded"), factories.make_published),
    "remark": Case(
        factories.make_published, note, lambda w: w.events.filter(act="remark").exists(), None,
        by=Role.REPORTER, refused=(Role.ADMINISTRATOR,),
    ),
    "dismiss": Case(
        in_review, of_claim, lambda w: claim_of(w).dismissed_at is not None,
        factories.make_published,
    ),
    "override": Case(
        unsupported, of_claim, lambda w: claim_of(w).override_note == "It is our own sum.",
        factories.make_published,
    ),
    "restore": Case(
        dismissed, of_claim, lambda w: claim_of(w).dismissed_at is None, factories.make_published
    ),
    "accept": Case(proposed, of_proposed, carries("M1"), proposed_too_late),
    "reject": Case(
        proposed, of_proposed,
        lambda _: ProposedCode.objects.get(code__code="M1").decision == "rejected",
        proposed_too_late,
    ),
    "put": Case(
        in_review, lambda _: {"code": "F7", "rank": 2, "claim": 1}, carries("F7"),
        factories.make_withdrawn,
    ),
    "remove": Case(
        in_review, lambda _: {"code": "F6"}, carries("F6", there=False), factories.make_withdrawn
    ),
    "classify": Case(
        factories.make_draft, lambda _: {**CLASSED, **FACTORS},
        lambda w: fresh(w).event_class == "incident", factories.make_withdrawn,
    ),
    "reason": Case(
        factories.make_draft, lambda _: {**SLOTS, "result": "yes"},
        lambda w: Rationale.objects.filter(wire=w, result="yes").exists(), factories.make_withdrawn,
    ),
    "show_proposal": Case(
        hidden, lambda _: {}, lambda w: w.versions.latest().proposals.get().unseen == ["F6", "M2"],
        factories.make_withdrawn,
    ),
    "confirm_bulk": Case(
        bulk_coded, lambda _: {}, lambda w: not w.codings.filter(origin="bulk").exists(),
        bulk_coded_and_withdrawn,
    ),
    "fetch_source": Case(
        factories.make_draft, asking_for("https://example.org/a"),
        lambda w: w.fetches.filter(progress="waiting", key="paper").exists(),
        factories.make_published,
    ),
    "retry_fetch": Case(
        with_failed_fetch, of_fetch, lambda w: w.fetches.get().progress == "waiting",
        with_waiting_fetch,
    ),
    "cite_source": Case(
        factories.make_draft, of_source,
        lambda w: w.versions.latest().citations.filter(key="more").exists(), factories.make_published,
    ),
    "merge": Case(
        in_review, into_a_draft, lambda w: fresh(w).merged_into_id is not None,
        factories.make_published,
    ),
    "ask_merge": Case(
        factories.make_published, into_a_public_wire, has_open("merge"), in_review
    ),
    "ask_regrade": Case(
        factories.make_published, lambda _: {**CLASSED, **GRAVER, "reason": "It was worse."},
        has_open("regrade"), in_review,
    ),
    "respond": Case(
        factories.make_published, lambda _: RESPONSE, lambda w: w.responses.exists(),
        factories.make_withdrawn,
    ),
    "ask_run": Case(
        in_review, lambda _: {"recipe": "emergent", "seeds": 1},
        lambda w: w.events.filter(act="run asked for").exists(), factories.make_withdrawn,
    ),
    "cancel_run": Case(
        with_run, lambda w: {"run": w.events.get(act="run asked for").detail["run"]},
        lambda _: Run.objects.latest().status == "cancelled", with_ended_run,
    ),
    "attach": Case(
        in_review,
        lambda _: {"run": factories.make_run().pk, "claim": 1, "predicts": "yes"},
        lambda w: w.exhibits.filter(reading="supports").exists(), factories.make_withdrawn,
    ),
    "note_exhibits": Case(
        in_review, note, lambda w: fresh(w).exhibit_note == "It needs a second look.", None
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def taxonomy():
    taxonomies.load()


def test_every_act_has_a_case():
    assert set(CASES) == set(ACTS)


@pytest.mark.slow
@pytest.mark.parametrize("act", CASES)
def test_act_is_done_and_said(act):
    case = CASES[act]
    client, person = signed_in(case.by)
    wire = case.on()
    response = post(client, wire, act, **case.typed(wire))
    assert response.status_code == 302, page(response)
    assert response.url.startswith(f"{review(wire)}#")
    assert case.leaves(wire)
    # Back at the same place, with a sentence that says what was done.
    back = client.get(response.url)
    [said] = back.context["said"]
    assert page(back).count(said.message) >= 2, "at the top, and where the page goes on"
    anchor = response.url.split("#")[1]
    assert f'id="{anchor}"' in back.content.decode()
    if act != "cancel_run":
        assert Event.objects.filter(wire=wire).latest("pk").by == person or act == "confirm"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("act", "role"), [(a, r) for a, c in CASES.items() for r in c.refused]
)
def test_act_is_refused_to_other_roles(act, role):
    case = CASES[act]
    client, _ = signed_in(role)
    wire = case.on()
    typed = case.typed(wire)
    before = Event.objects.count()
    response = post(client, wire, act, **typed)
    assert response.status_code == 403
    assert "Not done." in page(response)
    assert Event.objects.count() == before
    assert not case.leaves(wire)


@pytest.mark.slow
@pytest.mark.parametrize("act", [act for act, case in CASES.items() if case.wrong])
def test_act_is_refused_in_another_state(act):
    case = CASES[act]
    client, _ = signed_in(case.by)
    wire = case.wrong() if case.wrong else case.on()
    typed = case.typed(wire)
    before = Event.objects.count()
    response = post(client, wire, act, **typed)
    assert response.status_code == 409
    assert "Not done." in page(response)
    assert Event.objects.count() == before


def test_closed_gate_says_which_rules_fail():
    client, _ = signed_in(Role.EDITOR)
    wire = unsupported()
    response = post(client, wire, "publish")
    assert response.status_code == 409
    assert "Rule 3: Sentence 1 is unsupported" in page(response)
    assert fresh(wire).state == "in_review"


@pytest.mark.slow
def test_grave_wire_is_published_by_two():
    first, _ = signed_in(Role.EDITOR)
    second, _ = signed_in(Role.EDITOR)
    wire = grave()
    assert "ask for publication" in page(post(first, wire, "publish"))
    post(first, wire, "ask_publish")
    own = post(first, wire, "confirm", **of_request(wire))
    assert own.status_code == 403
    assert "Nobody confirms their own request." in page(own)
    assert post(second, wire, "confirm", **of_request(wire)).status_code == 302
    assert fresh(wire).state == "published"


@pytest.mark.slow
def test_what_was_typed_is_not_lost():
    client, _ = signed_in(Role.EDITOR)
    wire = in_review()
    typed = {**CLASSED, **FACTORS, "override": "SEV-1", "note": " "}
    answer = page(post(client, wire, "classify", **typed))
    assert "An override of the severity rule needs a public reason." in answer
    assert '<option value="SEV-1" selected>' in answer
    # A form that the page no longer offers leaves its text in the refusal.
    public = factories.make_published()
    answer = page(post(client, public, "send_back", note="A long note to the reporter."))
    assert "A long note to the reporter." in answer


def test_refused_form_comes_back_among_its_like():
    client, _ = signed_in(Role.EDITOR)
    wire = unsupported()
    second = Claim.objects.get(version=wire.current_id, n=2)
    response = post(client, wire, "dismiss", claim=second.pk, note="")
    sheet = response.context["sheet"]
    forms = {s.claim.n: act for s in sheet.passages for act in s.acts if act.name == "dismiss"}
    assert [n for n, form in forms.items() if form is sheet.refusal.act] == [2]


@pytest.mark.slow
def test_decision_about_a_replaced_text_is_refused():
    client, _ = signed_in(Role.EDITOR)
    wire = in_review()
    lifecycle.revise(wire.pk, by=factories.make_editor(), headline="Other words",
                     body=factories.BODY, note="A new headline.")  # fmt: skip
    response = client.post(review(wire), {"_act": "publish", "_seen": 1})
    assert response.status_code == 409
    assert "has changed since you opened this page" in page(response)
    assert fresh(wire).state == "in_review"


def test_rules_of_the_database_are_told_in_words():
    client, _ = signed_in(Role.EDITOR)
    wire = in_review()
    typed = {**CLASSED, **FACTORS, "standard": "single source", "override": "SEV-3",
             "note": "We think so."}  # fmt: skip
    response = post(client, wire, "classify", **typed)
    assert response.status_code == 409
    assert "wire from one source is verified at most sev 5" in page(response)
    assert fresh(wire).standard == "public record"


@pytest.mark.slow
@pytest.mark.parametrize("act", ["dismiss", "accept", "confirm", "cancel_run"])
def test_rows_of_another_wire_are_out_of_reach(act):
    case = CASES[act]
    client, _ = signed_in(case.by)
    wire, other = case.on(), in_review()
    response = post(client, other, act, **case.typed(wire))
    assert response.status_code == 409
    assert not case.leaves(wire)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("act", "typed"),
    [
        ("nonsense", {}),
        ("", {}),
        ("schedule", {"at": "soon"}),
        ("classify", {"scale": "9"}),
        ("put", {"code": "M2", "rank": "7"}),
        ("dismiss", {"claim": "none"}),
        ("ask_run", {"recipe": "emergent", "seeds": "0"}),
        ("ask_run", {"recipe": "emergent", "seeds": "4"}),
        ("fetch_source", {"url": "no address"}),
        ("fetch_source", {"url": "https://example.org/", "key": "a key"}),
        ("cite_source", {"source": "-1"}),
        ("merge", {"into": "AIW-1999-0001", "note": "One event."}),
        ("merge", {"note": "One event."}),
        ("respond", {"said_on": "soon"}),
        ("respond", {"said_on": "2024-06-02", "source": "the first"}),
        ("respond", {"said_on": "2024-06-02", "source": "999999999"}),
    ],
)
def test_nonsense_is_answered_with_the_page(act, typed):
    client, _ = signed_in(Role.EDITOR)
    wire = in_review()
    before = Event.objects.count()
    response = post(client, wire, act, **typed)
    assert response.status_code in (400, 422)
    assert "Not done." in page(response)
    assert Event.objects.count() == before


def test_forms_need_their_token():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_person(Role.EDITOR), backend=BACKEND)
    wire = in_review()
    assert post(client, wire, "publish").status_code == 403
    assert fresh(wire).state == "in_review"
