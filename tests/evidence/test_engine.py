"""The edge of the harness: rows in, rows out, whatever happens on the way."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from evidence import engine
from evidence.harness.errors import HarnessError
from evidence.models import Run
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_data_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def queued(**columns):
    run = engine.queue("emergent", seeds=1, asked_by="desk-1")
    Run.objects.filter(pk=run.pk).update(**columns)
    return Run.objects.get(pk=run.pk)


def running(*, silent_minutes, attempts):
    then = timezone.now() - timedelta(minutes=silent_minutes)
    return queued(status="running", attempts=attempts, started_at=then, heartbeat_at=then)


def test_unknown_recipe_is_refused_by_name():
    with pytest.raises(HarnessError, match=r"no recipe nonsense; there are .*emergent"):
        engine.queue("nonsense", seeds=1, asked_by="desk-1")


def test_spec_that_the_harness_refuses_becomes_a_failure_with_a_reason():
    run = queued(spec={"recipe": "emergent"})
    engine.execute(run.pk)
    run.refresh_from_db()
    assert run.status == "failed"
    assert "spec" in run.error
    assert list(engine.bundle_dir(run).parent.iterdir()) == []


def test_run_that_is_not_queued_is_left_alone():
    run = factories.make_run()
    engine.execute(run.pk)
    assert Run.objects.get(pk=run.pk).attempts == 1


@pytest.mark.slow
def test_cancel_stops_a_run_and_leaves_nothing(monkeypatch):
    monkeypatch.setattr(engine, "BEAT_SECONDS", 0.0)
    run = queued(cancel_asked=True)
    engine.execute(run.pk)
    run.refresh_from_db()
    assert run.status == "cancelled"
    assert list(engine.bundle_dir(run).parent.iterdir()) == []


@pytest.mark.slow
def test_run_is_executed_once_and_its_bundle_verifies():
    from evidence.harness.verification import verify

    run = queued()
    engine.execute(run.pk)
    engine.execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.attempts) == ("finished", 1)
    assert run.metrics["primary/heldout"]["low"] > 0.3
    assert verify(engine.bundle_dir(run)).status == "holds"


def test_run_of_a_dead_worker_is_queued_again_and_given_up_in_the_end():
    alive = running(silent_minutes=0, attempts=1)
    dead = running(silent_minutes=10, attempts=1)
    lost = running(silent_minutes=10, attempts=engine.ATTEMPTS)
    assert engine.requeue_stale() == [dead.pk]
    rows = {run.pk: run for run in Run.objects.all()}
    assert rows[alive.pk].status == "running"
    assert rows[dead.pk].status == "queued"
    assert (rows[lost.pk].status, "died 3 times" in rows[lost.pk].error) == ("failed", True)


def test_finished_run_is_never_changed_or_deleted():
    run = factories.make_run()
    for act in (
        lambda: Run.objects.filter(pk=run.pk).update(outcome="overturned"),
        lambda: Run.objects.filter(pk=run.pk).delete(),
    ):
        with (
            pytest.raises(IntegrityError, match="finished_run_never_changes"),
            transaction.atomic(),
        ):
            act()


@pytest.mark.parametrize(
    ("rule", "columns"),
    [
        ("run_status_is_known", {"status": "lost"}),
        ("run_tier_is_known", {"tier": "C"}),
        ("run_outcome_is_known", {"outcome": "fine"}),
        ("run_has_result_iff_finished", {"status": "finished"}),
        ("run_has_error_iff_failed", {"status": "failed"}),
        ("run_that_runs_has_a_heartbeat", {"status": "running"}),
    ],
)
def test_database_refuses(rule, columns):
    run = queued()
    with (
        pytest.raises(IntegrityError, match=f"{rule}|run_has_result_iff_finished"),
        transaction.atomic(),
    ):
        Run.objects.filter(pk=run.pk).update(**columns)
