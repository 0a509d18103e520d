"""A public wire becomes SEV-1 or SEV-2, or worse than it is, when two people say so."""

import pytest
from django.db import IntegrityError, connection, transaction

from tests import factories
from tests.wires.pages import states
from wires import coding, lifecycle
from wires.models import Change, MoveRequest, Wire
from wires.models.user import Role
from wires.refusals import (
    GateClosedError,
    NotAllowedError,
    RefusedError,
    SecondEditorNeededError,
    WrongStateError,
)

pytestmark = pytest.mark.django_db
Move = MoveRequest.Move
REASON = "Two more customers lost their homes over it."


def classing(*, scale=3, scope=2, **values):
    """A classing of the wire that tests make; SEV-2 by the written rule, if nothing else is said."""
    factors = {"scale": scale, "scope": scope, "irremediability": 1}
    given = {
        "event_class": "incident", "standard": "public record", "reported": "SEV-3",
        "factors": {name: {"value": value, "claim": 2} for name, value in factors.items()},
    }  # fmt: skip
    return {**given, **values}


def fresh(wire):
    return Wire.objects.get(pk=wire.pk)


def ask(wire, by=None, detail=None, **values):
    given = {"reason": REASON, "detail": detail or classing(), **values}
    return lifecycle.ask(wire.pk, Move.REGRADE, by=by or factories.make_editor(), **given)


def confirm(request, role=Role.SENIOR):
    return lifecycle.confirm(request.pk, by=factories.make_user(role))


@pytest.fixture
def wire():
    return factories.make_published()


def test_the_classing_of_these_tests_is_grave():
    assert factories.make_reviewed(scale=3, scope=2).severity_verified == "SEV-2"


@pytest.mark.slow
@pytest.mark.parametrize("make", [factories.make_published, states.make_disputed])
def test_two_people_make_a_public_wire_graver(make):
    wire = make()
    request = ask(wire)
    assert fresh(wire).severity_verified == "SEV-3"
    done = confirm(request)
    assert (done.severity_verified, done.factors["scale"]["value"]) == ("SEV-2", 3)
    record = fresh(wire).record
    assert record["severity"]["verified"] == "SEV-2"
    assert (record["notices"][-1]["kind"], record["notices"][-1]["text"]) == (
        "correction",
        REASON,
    )
    assert Change.objects.filter(wire=wire).latest("seq").kind == "recoded"
    assert wire.events.get(act="classified", detail__verified="SEV-2").by == request.asked_by


@pytest.mark.slow
@pytest.mark.parametrize(
    "values",
    [
        {},
        {"scale": 1, "scope": 1, "override": "SEV-1", "note": "Worse than it looked."},
        {"scale": 1, "scope": 1, "reported": "SEV-2"},
    ],
)
def test_one_editor_cannot_make_it_graver(wire, values):
    with pytest.raises(SecondEditorNeededError, match="a senior editor confirms"):
        coding.classify(wire.pk, by=factories.make_editor(), **classing(**values))
    assert (fresh(wire).severity_verified, wire.changes.count()) == ("SEV-3", 1)
    confirm(ask(wire, detail=classing(**values)))
    assert wire.changes.count() == 2


def test_what_is_no_graver_needs_one_editor(wire):
    editor = factories.make_editor()
    coding.classify(
        wire.pk, by=editor, **classing(scale=1, scope=1, override="SEV-4", note="All repaid.")
    )
    assert fresh(wire).record["severity"]["verified"] == "SEV-4"
    with pytest.raises(RefusedError, match="one editor"):
        ask(wire, detail=classing(scale=1, scope=1))
    assert not wire.requests.exists()


@pytest.mark.slow
def test_grave_wire_becomes_worse_by_two_and_milder_by_one(wire):
    editor = factories.make_editor()
    confirm(ask(wire))
    worse = classing(override="SEV-1", note="Worse than it looked.")
    with pytest.raises(SecondEditorNeededError, match="SEV-1"):
        coding.classify(wire.pk, by=editor, **worse)
    confirm(ask(wire, detail=worse))
    assert fresh(wire).severity_verified == "SEV-1"
    coding.classify(wire.pk, by=editor, **classing(scale=1, scope=1))
    assert fresh(wire).severity_verified == "SEV-3"
    with pytest.raises(SecondEditorNeededError):
        coding.classify(wire.pk, by=editor, **worse)


@pytest.mark.slow
@pytest.mark.parametrize("role", [Role.REPORTER, Role.EDITOR, Role.ADMINISTRATOR])
def test_only_a_senior_editor_confirms(wire, role):
    request = ask(wire)
    with pytest.raises(NotAllowedError):
        confirm(request, role)
    assert fresh(wire).severity_verified == "SEV-3"


def test_nobody_confirms_their_own_request(wire):
    senior = factories.make_user(Role.SENIOR)
    request = ask(wire, senior)
    with pytest.raises(NotAllowedError, match="their own"):
        lifecycle.confirm(request.pk, by=senior)


@pytest.mark.parametrize("role", [Role.REPORTER, Role.ADMINISTRATOR])
def test_only_an_editor_asks(wire, role):
    with pytest.raises(NotAllowedError):
        ask(wire, factories.make_user(role))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"reason": " "}, RefusedError),
        ({"detail": {"event_class": "incident"}}, RefusedError),
        ({"detail": classing(nonsense=1)}, RefusedError),
        ({"detail": classing(override="SEV-1")}, RefusedError),  # an override says why
        ({"detail": classing(standard="two independent sources")}, GateClosedError),
        ({"detail": classing(factors={})}, GateClosedError),
    ],
)
def test_what_could_not_stand_is_not_asked(wire, values, error):
    with pytest.raises(error):
        ask(wire, **values)
    assert not wire.requests.exists()


@pytest.mark.parametrize(
    "make", [factories.make_draft, factories.make_reviewed, factories.make_withdrawn]
)
def test_only_a_public_wire_that_stands_is_regraded(make):
    with pytest.raises(WrongStateError):
        ask(make())


def test_request_of_a_replaced_text_is_not_confirmed(wire):
    request = ask(wire)
    states.make_revised(wire, headline="Acme's chatbot invents a rule")
    lifecycle.amend(wire.pk, by=factories.make_editor(), notice=states.NOTICE)
    with pytest.raises(WrongStateError, match="has changed since"):
        confirm(request)
    assert fresh(wire).severity_verified == "SEV-3"


@pytest.mark.slow
def test_notice_of_a_regrade_may_speak_of_another_wire(wire):
    other = factories.make_published()
    confirm(ask(wire, related=other.pk))
    assert fresh(other).record["notices"][0]["text"] == REASON


def test_amendment_changes_no_severity(wire):
    states.make_revised(wire, headline="Acme's chatbot invents a rule")
    Wire.objects.filter(pk=wire.pk).update(
        factors=classing()["factors"]
    )  # round Python: the rule gives SEV-2 now, and the row says SEV-3
    with pytest.raises(GateClosedError) as refused:
        lifecycle.amend(wire.pk, by=factories.make_editor(), notice=states.NOTICE)
    assert {failure.rule for failure in refused.value.failures} == {6}
    assert fresh(wire).severity_verified == "SEV-3"


@pytest.mark.slow
@pytest.mark.parametrize("column", ["severity_reported", "severity_verified"])
@pytest.mark.parametrize("level", ["SEV-1", "SEV-2"])
def test_database_refuses_what_nobody_confirmed(wire, column, level):
    rows = Wire.objects.filter(pk=wire.pk)
    with pytest.raises(IntegrityError, match="confirmed_by_another"), transaction.atomic():
        rows.update(**{column: level})
    ask(wire)
    with pytest.raises(IntegrityError, match="confirmed_by_another"), transaction.atomic():
        rows.update(**{column: level})


def test_request_that_nobody_confirmed_regrades_nothing(wire):
    with pytest.raises(NotAllowedError):
        coding.regrade(ask(wire))
    other = factories.make_published()
    request = lifecycle.ask(other.pk, Move.DISPUTE, by=factories.make_editor(), reason="r")
    confirm(request)
    request.refresh_from_db()
    with pytest.raises(NotAllowedError):
        coding.regrade(request)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_confirmed_regrade_serves_once():
    """It is spent with the act that confirmed it, also when the wire has become milder since."""

    def regraded(wire):
        with transaction.atomic():
            confirm(ask(wire))
            connection.run_on_commit.clear()  # no worker runs here

    with transaction.atomic():
        wire = factories.make_published()
        connection.run_on_commit.clear()
    regraded(wire)
    rows = Wire.objects.filter(pk=wire.pk)
    with pytest.raises(IntegrityError, match="wire_regrade_is_confirmed_in_the_same_act"):
        rows.update(severity_verified="SEV-1")
    rows.update(severity_verified="SEV-4")
    with pytest.raises(IntegrityError, match="wire_regrade_is_confirmed_in_the_same_act"):
        rows.update(severity_verified="SEV-2")
    regraded(wire)
    assert fresh(wire).severity_verified == "SEV-2"
