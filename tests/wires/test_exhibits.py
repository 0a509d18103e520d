"""Runs shown on wires: who may attach one, to which claim, and how it reads."""

import pytest

from evidence.models import Run
from tests import factories
from wires import exhibits
from wires.models import Event
from wires.models.user import Role
from wires.refusals import NotAllowedError, RefusedError, WrongStateError

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return factories.make_editor()


@pytest.mark.parametrize(
    ("outcome", "predicted", "denied"),
    [
        ("reproduced", "supports", "contradicts"),
        ("not_reproduced", "contradicts", "supports"),
        ("contradicted", "contradicts", "inconclusive"),
        ("overturned", "inconclusive", "inconclusive"),
        ("unverified", "inconclusive", "inconclusive"),
    ],
)
def test_reading_follows_from_the_outcome(outcome, predicted, denied):
    run = factories.make_run(outcome=outcome)
    assert exhibits.reading(run, predicts_effect=True) == predicted
    assert exhibits.reading(run, predicts_effect=False) == denied


def test_attached_run_is_in_the_record_and_in_the_change_log(editor):
    wire, run = factories.make_published(editor), factories.make_run()
    exhibits.attach(wire.pk, run.pk, by=editor, claim=2)
    wire.refresh_from_db()
    [exhibit] = wire.record["exhibits"]
    assert (exhibit["run"], exhibit["claim"], exhibit["reading"]) == (run.pk, 2, "supports")
    assert exhibit["metrics"].keys() == run.metrics.keys()
    primary = run.metrics["primary/heldout"]
    told = ("value", "low", "high", "n", "method")
    assert exhibit["metrics"]["primary/heldout"] == {field: primary[field] for field in told}
    assert wire.changes.last().kind == "exhibited"


@pytest.mark.slow
def test_what_cannot_be_attached_is_said(editor):
    wire, run = factories.make_published(editor), factories.make_run()
    with pytest.raises(RefusedError, match="no sentence 9"):
        exhibits.attach(wire.pk, run.pk, by=editor, claim=9)
    with pytest.raises(RefusedError, match="not finished"):
        exhibits.attach(wire.pk, 10_000, by=editor, claim=1)
    exhibits.attach(wire.pk, run.pk, by=editor, claim=1)
    with pytest.raises(RefusedError, match="already"):
        exhibits.attach(wire.pk, run.pk, by=editor, claim=1)
    with pytest.raises(WrongStateError):
        exhibits.attach(factories.make_withdrawn().pk, run.pk, by=editor, claim=1)


def test_run_is_asked_for_and_cancelled_by_editors(editor):
    wire = factories.make_draft()
    with pytest.raises(RefusedError, match="no recipe 'nonsense'"):
        exhibits.ask_run(wire.pk, "nonsense", by=editor)
    run = exhibits.ask_run(wire.pk, "emergent", by=editor)
    assert (run.status, run.asked_by) == ("queued", editor.username)
    assert Event.objects.filter(wire=wire, act="run asked for").get().detail["run"] == run.pk
    exhibits.cancel_run(wire.pk, run.pk, by=editor)
    assert Run.objects.get(pk=run.pk).status == "cancelled"
    [told] = Event.objects.filter(wire=wire, act="run cancelled")
    assert (told.by, told.detail) == (editor, {"run": run.pk})
    other = factories.make_draft()
    with pytest.raises(RefusedError, match="was not asked for on this wire"):
        exhibits.cancel_run(other.pk, run.pk, by=editor)
    with pytest.raises(WrongStateError, match="ended already"):
        exhibits.cancel_run(wire.pk, run.pk, by=editor)


def test_reporter_has_no_say_over_runs():
    reporter, wire = factories.make_user(Role.REPORTER), factories.make_draft()
    for act in (
        lambda: exhibits.ask_run(wire.pk, "emergent", by=reporter),
        lambda: exhibits.cancel_run(wire.pk, 1, by=reporter),
        lambda: exhibits.attach(wire.pk, 1, by=reporter, claim=1),
    ):
        with pytest.raises(NotAllowedError):
            act()
