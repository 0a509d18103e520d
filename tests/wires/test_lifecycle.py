"""Every move of the design, by every role, through Python and round it."""

from contextlib import suppress
from datetime import timedelta
from functools import partial
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests import factories
from wires import lifecycle
from wires.models import Change, Event, MoveRequest, Version, Wire
from wires.models.user import Role
from wires.refusals import (
    GateClosedError,
    NotAllowedError,
    RefusedError,
    SecondEditorNeededError,
    WrongStateError,
)

pytestmark = pytest.mark.django_db
State = Wire.State
Move = MoveRequest.Move
ALLOWED = {
    (State.DRAFT, State.IN_REVIEW),
    (State.IN_REVIEW, State.DRAFT),
    (State.IN_REVIEW, State.PUBLISHED),
    (State.IN_REVIEW, State.SCHEDULED),
    (State.SCHEDULED, State.IN_REVIEW),
    (State.SCHEDULED, State.PUBLISHED),
    (State.PUBLISHED, State.DISPUTED),
    (State.DISPUTED, State.PUBLISHED),
    (State.PUBLISHED, State.WITHDRAWN),
    (State.DISPUTED, State.WITHDRAWN),
    (State.DRAFT, State.DISCARDED),
    (State.IN_REVIEW, State.DISCARDED),
    (State.SCHEDULED, State.DISCARDED),
}


@pytest.fixture
def editor():
    return factories.make_editor()


@pytest.fixture
def senior():
    return factories.make_user(Role.SENIOR)


def in_state(state, editor, senior):
    """A wire brought to a state by the lifecycle's own functions."""
    if state == State.DRAFT:
        return factories.make_draft()
    wire = factories.make_reviewed(editor)
    if state == State.SCHEDULED:
        lifecycle.schedule(wire.pk, by=editor, at=timezone.now() + timedelta(hours=1))
    if state == State.DISCARDED:
        lifecycle.discard(wire.pk, by=editor, note="not ours")
    if state in Wire.PUBLIC:
        lifecycle.publish(wire.pk, by=editor)
    move = {State.DISPUTED: Move.DISPUTE, State.WITHDRAWN: Move.WITHDRAW}.get(state)
    if move:
        request = lifecycle.ask(wire.pk, move, by=editor, reason="The company objects.")
        lifecycle.confirm(request.pk, by=senior)
    wire.refresh_from_db()
    return wire


ACTS = {
    "submit": (lambda w, by: lifecycle.submit(w.pk, by=by), {State.DRAFT}),
    "send_back": (lambda w, by: lifecycle.send_back(w.pk, by=by, note="n"), {State.IN_REVIEW}),
    "publish": (lambda w, by: lifecycle.publish(w.pk, by=by), {State.IN_REVIEW}),
    "schedule": (
        lambda w, by: lifecycle.schedule(w.pk, by=by, at=timezone.now() + timedelta(hours=1)),
        {State.IN_REVIEW},
    ),
    "unschedule": (lambda w, by: lifecycle.unschedule(w.pk, by=by), {State.SCHEDULED}),
    "discard": (
        lambda w, by: lifecycle.discard(w.pk, by=by, note="n"),
        {State.DRAFT, State.IN_REVIEW, State.SCHEDULED},
    ),
    "ask_dispute": (
        lambda w, by: lifecycle.ask(w.pk, Move.DISPUTE, by=by, reason="r"),
        {State.PUBLISHED},
    ),
    "ask_resolve": (
        lambda w, by: lifecycle.ask(w.pk, Move.RESOLVE, by=by, reason="r"),
        {State.DISPUTED},
    ),
    "ask_withdraw": (
        lambda w, by: lifecycle.ask(w.pk, Move.WITHDRAW, by=by, reason="r"),
        {State.PUBLISHED, State.DISPUTED},
    ),
    "amend": (lambda w, by: lifecycle.amend(w.pk, by=by, notice="n"), {State.PUBLISHED}),
}


@pytest.mark.slow
@pytest.mark.parametrize(("act", "state"), list(product(ACTS, State)))
def test_act_starts_only_from_its_states(act, state, editor, senior):
    move, starts = ACTS[act]
    wire = in_state(state, editor, senior)
    if state in starts:
        # An act may still lack something else, as an amendment its waiting version.
        with suppress(GateClosedError, RefusedError):
            move(wire, editor)
            return
        assert act == "amend"
    else:
        with pytest.raises(WrongStateError, match=wire.public_id):
            move(wire, editor)
        wire.refresh_from_db()
        assert wire.state == state


@pytest.mark.slow
@pytest.mark.parametrize("act", [name for name in ACTS if name != "submit"])
@pytest.mark.parametrize("role", [Role.REPORTER, Role.ADMINISTRATOR])
def test_act_of_an_editor_is_refused_to(act, role, editor, senior):
    move, starts = ACTS[act]
    wire = in_state(min(starts), editor, senior)
    with pytest.raises(NotAllowedError):
        move(wire, factories.make_user(role))


@pytest.mark.slow
@pytest.mark.parametrize(("old", "new"), list(product(State, State)))
def test_database_refuses_every_move_that_the_design_does_not_have(old, new, editor, senior):
    """Going round Python: only the state and the columns that go with it are written."""
    if old == new:
        return
    wire = in_state(old, editor, senior)
    now = timezone.now()
    columns = {
        "state": new,
        "scheduled_for": now if new == State.SCHEDULED else None,
        "scheduled_by": editor if new == State.SCHEDULED else None,
        "first_published_at": (wire.first_published_at or now) if new in Wire.PUBLIC else None,
        "withdrawn_at": now if new == State.WITHDRAWN else None,
        "public_reason": "r" if new in (State.DISPUTED, State.WITHDRAWN) else "",
        "record": wire.record if new in Wire.PUBLIC else None,
    }
    confirmed = old in Wire.PUBLIC  # these also need a request that another person confirmed
    if (old, new) in ALLOWED and not confirmed:
        assert Wire.objects.filter(pk=wire.pk).update(**columns) == 1
    else:
        with pytest.raises(IntegrityError), transaction.atomic():
            Wire.objects.filter(pk=wire.pk).update(**columns)


def test_reporter_submits_only_their_own_draft(editor):
    reporter, other = factories.make_user(Role.REPORTER), factories.make_user(Role.REPORTER)
    wire = factories.make_draft(reporter)
    with pytest.raises(NotAllowedError):
        lifecycle.submit(wire.pk, by=other)
    assert lifecycle.submit(wire.pk, by=reporter).state == State.IN_REVIEW


def test_draft_without_a_source_is_not_submitted(editor):
    wire = factories.make_draft(sources=())
    with pytest.raises(RefusedError, match="one source"):
        lifecycle.submit(wire.pk, by=editor)


def test_publication_needs_an_open_gate(editor):
    wire = factories.make_draft()
    lifecycle.submit(wire.pk, by=editor)
    with pytest.raises(GateClosedError) as refusal:
        lifecycle.publish(wire.pk, by=editor)
    assert {failure.rule for failure in refusal.value.failures} >= {3, 5, 6, 7, 8}


def test_published_wire_has_its_record_and_its_change(editor):
    wire = factories.make_published(editor)
    change = Change.objects.get(wire=wire)
    assert (change.seq, change.kind, change.record) == (1, "published", wire.record)
    assert wire.record["severity"] == {
        "reported": "SEV-3",
        "verified": "SEV-3",
        "factors": {"irremediability": 1, "scale": 1, "scope": 1},
    }


@pytest.mark.parametrize("kind", ["publish", "schedule"])
def test_grave_wire_needs_a_second_editor(kind, editor):
    wire = factories.make_reviewed(editor, scale=3)
    assert wire.severity_verified == "SEV-2"
    at = timezone.now() + timedelta(hours=1) if kind == "schedule" else None
    alone = partial(lifecycle.schedule, at=at) if at else lifecycle.publish
    with pytest.raises(SecondEditorNeededError, match="SEV-2"):
        alone(wire.pk, by=editor)
    request = lifecycle.ask(wire.pk, Move.PUBLISH, by=editor, at=at)
    with pytest.raises(NotAllowedError, match="own request"):
        lifecycle.confirm(request.pk, by=editor)
    wire = lifecycle.confirm(request.pk, by=factories.make_editor())
    assert wire.state == (State.SCHEDULED if at else State.PUBLISHED)
    with pytest.raises(WrongStateError):
        lifecycle.confirm(request.pk, by=factories.make_editor())


def test_dispute_and_resolution_are_public_and_confirmed_by_a_senior(editor, senior):
    wire = factories.make_published(editor)
    request = lifecycle.ask(wire.pk, Move.DISPUTE, by=editor, reason="The company objects.")
    with pytest.raises(NotAllowedError):
        lifecycle.confirm(request.pk, by=factories.make_editor())
    wire = lifecycle.confirm(request.pk, by=senior)
    assert (wire.state, wire.record["state"]) == (State.DISPUTED, "disputed")
    request = lifecycle.ask(wire.pk, Move.RESOLVE, by=editor, reason="It was shown the log.")
    wire = lifecycle.confirm(request.pk, by=senior)
    assert wire.state == State.PUBLISHED
    assert [change.kind for change in wire.changes.all()] == [
        "published",
        "disputed",
        "resolved",
    ]
    assert [notice["kind"] for notice in wire.record["notices"]] == ["dispute", "dispute"]


def test_an_old_confirmation_does_not_serve_twice(editor, senior):
    wire = in_state(State.DISPUTED, editor, senior)
    request = lifecycle.ask(wire.pk, Move.RESOLVE, by=editor, reason="settled")
    lifecycle.confirm(request.pk, by=senior)
    with (
        pytest.raises(IntegrityError, match="confirmed_by_another_person"),
        transaction.atomic(),
    ):
        Wire.objects.filter(pk=wire.pk).update(state="disputed", public_reason="again")


def test_withdrawn_wire_is_a_tombstone():
    wire = factories.make_withdrawn("The company never ran this chatbot.")
    assert wire.record["body"] == ""
    assert wire.record["claims"] == wire.record["sources"] == wire.record["exhibits"] == []
    assert wire.record["headline"]
    assert wire.record["notices"][0]["text"] == "The company never ran this chatbot."


@pytest.mark.slow
def test_request_is_declined_with_a_note_and_another_may_follow(editor, senior):
    wire = factories.make_published(editor)
    request = lifecycle.ask(wire.pk, Move.WITHDRAW, by=editor, reason="r")
    with pytest.raises(RefusedError, match="open request"):
        lifecycle.ask(wire.pk, Move.WITHDRAW, by=editor, reason="r")
    with pytest.raises(RefusedError, match="note"):
        lifecycle.decline(request.pk, by=senior, note=" ")
    lifecycle.decline(request.pk, by=senior, note="The reason does not hold.")
    assert lifecycle.ask(wire.pk, Move.WITHDRAW, by=editor, reason="r").pk != request.pk


def test_scheduled_wire_is_published_when_its_time_has_come(editor):
    wire = factories.make_reviewed(editor)
    lifecycle.schedule(wire.pk, by=editor, at=timezone.now() + timedelta(hours=1))
    assert lifecycle.publish_due() == []
    Wire.objects.filter(pk=wire.pk).update(scheduled_for=timezone.now() - timedelta(seconds=1))
    [published] = lifecycle.publish_due()
    assert (published.state, published.scheduled_for) == (State.PUBLISHED, None)
    assert Event.objects.filter(wire=wire, act="published").get().by == editor
    assert lifecycle.publish_due() == []


def test_scheduled_wire_whose_gate_closed_goes_back_with_an_alert(editor):
    wire = factories.make_reviewed(editor)
    lifecycle.schedule(wire.pk, by=editor, at=timezone.now() + timedelta(hours=1))
    Wire.objects.filter(pk=wire.pk).update(scheduled_for=timezone.now() - timedelta(seconds=1))
    wire.rationale.delete()
    assert lifecycle.publish_due() == []
    wire.refresh_from_db()
    assert wire.state == State.IN_REVIEW
    assert "rule 5" in Event.objects.get(wire=wire, act__startswith="alert").note


def test_a_time_in_the_past_is_refused(editor):
    wire = factories.make_reviewed(editor)
    with pytest.raises(RefusedError, match="past"):
        lifecycle.schedule(wire.pk, by=editor, at=timezone.now())


@pytest.mark.slow
def test_amendment_waits_unseen_and_carries_over_what_is_unchanged(editor):
    wire = factories.make_published(editor)
    first = wire.record
    body = factories.BODY.replace(
        "The rule did not exist on the website of Acme.[^record]", ""
    )
    new = lifecycle.revise(
        wire.pk, by=editor, headline="Shorter", body=body.strip(), note="cut"
    )
    wire.refresh_from_db()
    assert wire.record == first
    with pytest.raises(GateClosedError):
        lifecycle.amend(wire.pk, by=editor, notice="The last sentence was wrong.")
    wire.refresh_from_db()
    wire.current = new
    factories.support(wire)
    amended = lifecycle.amend(wire.pk, by=editor, notice="The last sentence was wrong.")
    assert (amended.record["version"], amended.record["headline"]) == (2, "Shorter")
    assert [code["code"] for code in amended.record["codes"]] == ["M2", "F6"]
    assert amended.changes.last().kind == "amended"


def test_amending_without_a_waiting_version_is_refused(editor):
    with pytest.raises(RefusedError, match="no waiting version"):
        lifecycle.amend(factories.make_published(editor).pk, by=editor, notice="n")


def test_same_file_is_one_wire():
    filing = factories.make_filing()
    reporter = factories.make_user(Role.REPORTER)
    first, is_new = lifecycle.file(filing, by=reporter)
    second, again = lifecycle.file(filing, by=reporter)
    assert (is_new, again, first.pk) == (True, False, second.pk)


def test_administrator_files_nothing():
    with pytest.raises(NotAllowedError):
        factories.make_draft(factories.make_user(Role.ADMINISTRATOR))


def test_every_act_is_in_the_history(editor, senior):
    wire = in_state(State.WITHDRAWN, editor, senior)
    acts = [(event.act, event.by) for event in wire.events.all()]
    assert acts[-3:] == [
        ("asked to withdraw", editor),
        ("confirmed to withdraw", senior),
        ("withdrawn", editor),
    ]


def test_number_of_a_rolled_back_filing_is_not_given_again():
    first = factories.make_draft()
    with transaction.atomic():
        lost = factories.make_draft()
        transaction.set_rollback(True)
    assert not Wire.objects.filter(pk=lost.pk).exists()
    third = factories.make_draft()
    numbers = [int(wire.public_id.split("-")[2]) for wire in (first, lost, third)]
    assert numbers[0] < numbers[1] < numbers[2]


@pytest.mark.slow
def test_scheduled_wire_that_became_grave_goes_back_and_blocks_nobody(editor):
    grave, plain = factories.make_reviewed(editor), factories.make_reviewed(editor)
    for wire in (grave, plain):
        lifecycle.schedule(wire.pk, by=editor, at=timezone.now() + timedelta(hours=1))
    past = timezone.now() - timedelta(seconds=1)
    Wire.objects.filter(pk__in=[grave.pk, plain.pk]).update(scheduled_for=past)
    Wire.objects.filter(pk=grave.pk).update(severity_reported="SEV-1")
    assert [wire.pk for wire in lifecycle.publish_due()] == [plain.pk]
    grave.refresh_from_db()
    assert grave.state == State.IN_REVIEW


def test_what_was_not_known_of_a_document_is_filled_in_later():
    bare = factories.make_source(kind="uploaded", record_id="", tier="", publisher="", url="")
    factories.make_draft(sources=(bare,))
    told = factories.make_source(
        kind="uploaded", record_id="", group="acme", publisher="Gazette"
    )
    wire = factories.make_draft(factories.make_editor(), sources=(told,))
    source = wire.current.citations.get().source
    assert (source.group, source.publisher, source.tier) == ("acme", "Gazette", "reporting")


def test_sweep_finds_what_waits_and_amendments_in_waiting_too(editor):
    wire = factories.make_published(editor)
    assert (
        list(Version.objects.unproposed()) == []
    )  # too young: its task may still be on the way
    lifecycle.revise(wire.pk, by=editor, headline="New", body=factories.BODY, note="shorter")
    later = timezone.now() + timedelta(minutes=1)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # past the trigger
        cursor.execute("UPDATE wires_version SET made_at = %s", [later - timedelta(minutes=5)])
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert [version.number for version in Version.objects.unproposed()] == [1, 2]
    assert [version.number for version in Version.objects.unchecked()] == [2]


def test_providers_of_other_scripts_or_the_same_slug_stay_apart():
    names = ("中文", "日本", "Acme AI", "Acme-AI")
    wire = factories.make_draft(providers=names)
    assert {provider.name for provider in wire.providers.all()} == set(names)
    again = factories.make_draft(providers=("acme ai", "日本"))
    assert {provider.name for provider in again.providers.all()} == {"Acme AI", "日本"}
