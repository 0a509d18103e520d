"""What a second person confirms is one text, at one severity, for one time, and nothing else."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests import factories
from wires import coding, exhibits, lifecycle
from wires.models import Event, MoveRequest, Version, Wire
from wires.models.user import Role
from wires.refusals import NotAllowedError, SecondEditorNeededError, WrongStateError

pytestmark = pytest.mark.django_db
PUBLISH = MoveRequest.Move.PUBLISH


@pytest.fixture
def editor():
    return factories.make_editor()


@pytest.fixture
def grave(editor):
    """A wire of SEV-2 in review, which two people publish."""
    wire = factories.make_reviewed(editor, scale=3)
    assert wire.severity_verified == "SEV-2"
    return wire


def in_an_hour():
    return timezone.now() + timedelta(hours=1)


def graded(wire, editor, scale):
    factors = {
        "scale": {"value": scale, "claim": 2}, "scope": {"value": 1, "claim": 2},
        "irremediability": {"value": 1, "claim": 2},
    }  # fmt: skip
    return coding.classify(
        wire.pk, by=editor, event_class="incident", standard="public record", reported="SEV-3",
        factors=factors,
    )  # fmt: skip


def confirmed(wire, editor, *, at=None):
    request = lifecycle.ask(wire.pk, PUBLISH, by=editor, at=at)
    return lifecycle.confirm(request.pk, by=factories.make_editor())


def its_time_has_come(wire):
    """Let the hour pass for a wire, without the doors and without the request's own time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE wires_wire SET scheduled_for = now() - interval '1 second' WHERE id = %s",
            [wire.pk],
        )


def test_confirmation_for_one_time_serves_for_no_other(grave, editor):
    confirmed(grave, editor, at=in_an_hour())
    lifecycle.unschedule(grave.pk, by=editor)
    graded(grave, editor, 1)
    lifecycle.schedule(grave.pk, by=editor, at=in_an_hour())
    with pytest.raises(SecondEditorNeededError, match="take back its time"):
        graded(grave, editor, 3)
    # Nor does the worker take it, when the level was changed behind the desk's back.
    Wire.objects.filter(pk=grave.pk).update(severity_verified="SEV-1")
    its_time_has_come(grave)
    assert lifecycle.publish_due() == []
    grave.refresh_from_db()
    assert grave.state == "in_review"


def test_database_publishes_a_grave_wire_only_as_it_was_confirmed(grave, editor):
    at = in_an_hour()
    confirmed(grave, editor, at=at)
    lifecycle.unschedule(grave.pk, by=editor)
    rows = Wire.objects.filter(pk=grave.pk)
    for values in (
        {"state": "published", "first_published_at": timezone.now()},
        {"state": "scheduled", "scheduled_for": at + timedelta(hours=1), "scheduled_by": editor},
        {"state": "scheduled", "scheduled_for": at, "scheduled_by": editor,
         "severity_verified": "SEV-1"},
    ):  # fmt: skip
        with (
            pytest.raises(IntegrityError, match="wire_is_published_as_it_was_confirmed"),
            transaction.atomic(),
        ):
            rows.update(**values)


def test_request_for_a_text_that_changed_is_closed(grave, editor):
    request = lifecycle.ask(grave.pk, PUBLISH, by=editor)
    lifecycle.revise(
        grave.pk, by=editor, headline="Another headline", body=factories.BODY, note="reworded"
    )
    with pytest.raises(WrongStateError, match="decided already"):
        lifecycle.confirm(request.pk, by=factories.make_editor())


def test_request_for_another_severity_is_not_confirmed(grave, editor):
    request = lifecycle.ask(grave.pk, PUBLISH, by=editor)
    graded(grave, editor, 2)
    with pytest.raises(WrongStateError, match="has changed since this was asked"):
        lifecycle.confirm(request.pk, by=factories.make_editor())
    grave.refresh_from_db()
    assert grave.state == "in_review"


@pytest.mark.parametrize("move", ["publish", "schedule"])
def test_no_request_outlives_what_it_asked_for(grave, editor, move):
    lifecycle.ask(grave.pk, PUBLISH, by=editor)
    graded(grave, editor, 1)
    if move == "publish":
        lifecycle.publish(grave.pk, by=editor)
    else:
        lifecycle.schedule(grave.pk, by=editor, at=in_an_hour())
    assert not grave.requests.filter(decided_at=None).exists()


def test_reporter_rewrites_own_drafts_alone():
    reporter = factories.make_user(Role.REPORTER)
    wire = factories.make_draft(reporter)
    told = {"headline": "Another headline", "body": factories.BODY, "note": "reworded"}
    lifecycle.revise(wire.pk, by=reporter, **told)
    lifecycle.submit(wire.pk, by=reporter)
    with pytest.raises(NotAllowedError):
        lifecycle.revise(wire.pk, by=reporter, **told)


@pytest.mark.parametrize("loss", ["deactivated", "no role"])
def test_who_is_no_editor_any_more_publishes_nothing_by_schedule(editor, loss):
    wire = factories.make_reviewed(editor)
    lifecycle.schedule(wire.pk, by=editor, at=in_an_hour())
    if loss == "deactivated":
        editor.is_active = False
        editor.save()
    else:
        editor.groups.clear()
    its_time_has_come(wire)
    assert lifecycle.publish_due() == []
    wire.refresh_from_db()
    assert wire.state == "in_review"
    assert "is no editor any more" in wire.events.filter(act=lifecycle.ALERT).get().note


@pytest.mark.slow
def test_wire_that_fails_holds_up_no_other_and_says_so_once(editor):
    broken, sound = factories.make_reviewed(editor), factories.make_reviewed(editor)
    for wire in (broken, sound):
        lifecycle.schedule(wire.pk, by=editor, at=in_an_hour())
        its_time_has_come(wire)
    Wire.objects.filter(pk=broken.pk).update(factors={"scale": "spoiled"})
    assert [wire.pk for wire in lifecycle.publish_due()] == [sound.pk]
    assert lifecycle.publish_due() == []
    broken.refresh_from_db()
    assert broken.state == "scheduled"
    [told] = Event.objects.filter(wire=broken, act=lifecycle.ALERT)
    assert "could not be published" in told.note


def amended(wire, editor, body):
    version = lifecycle.revise(
        wire.pk, by=editor, headline=wire.current.headline, body=body, note="reordered"
    )
    factories.support_version(version)
    return lifecycle.amend(wire.pk, by=editor, notice="The order was wrong.")


@pytest.mark.slow
def test_exhibit_follows_its_sentence_into_an_amended_text(editor):
    wire = factories.make_published(editor)
    sentences = [claim.text for claim in wire.current.claims.all()]
    exhibits.attach(wire.pk, factories.make_run().pk, by=editor, claim=1)
    first, second, third = (f"{said}[^record]" for said in sentences)
    wire = amended(wire, editor, f"{second} {first} {third}")
    [shown] = wire.record["exhibits"]
    said = {claim["n"]: claim["text"] for claim in wire.record["claims"]}
    assert said[shown["claim"]] == sentences[0]
    assert shown["claim"] == 2


def test_public_text_changes_with_a_notice_alone(editor):
    wire = factories.make_published(editor)
    other = Version.objects.create(
        wire=wire, number=2, headline="h", body="b", note="n", made_by=editor
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS wire_is_amended_with_a_notice IMMEDIATE")
    with (
        pytest.raises(IntegrityError, match="wire_is_amended_with_a_notice"),
        transaction.atomic(),
    ):
        Wire.objects.filter(pk=wire.pk).update(current=other)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asker", "confirmer", "problem"),
    [
        (Role.REPORTER, Role.SENIOR, "request_is_asked_by_an_editor"),
        (Role.ADMINISTRATOR, Role.SENIOR, "request_is_asked_by_an_editor"),
        (Role.EDITOR, Role.ADMINISTRATOR, "request_is_confirmed_by_who_may"),
        (Role.EDITOR, Role.EDITOR, "request_is_confirmed_by_who_may"),
        (Role.EDITOR, Role.REPORTER, "request_is_confirmed_by_who_may"),
    ],
)
def test_database_asks_for_the_roles_of_a_request(editor, asker, confirmer, problem):
    wire = factories.make_published(editor)
    with pytest.raises(IntegrityError, match=problem), transaction.atomic():
        MoveRequest.objects.create(
            wire=wire, move="withdraw", reason="wrong", asked_by=factories.make_user(asker),
            decided_by=factories.make_user(confirmer), decided_at=timezone.now(), confirmed=True,
        )  # fmt: skip
