"""The edge of the harness: rows in, rows out, whatever happens on the way."""

import os
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from config.paths import CHECKOUT
from evidence import engine, tasks
from evidence.engine import heart, places, quotas
from evidence.engine.heart import Heart
from evidence.engine.moving import moved
from evidence.harness import shipped
from evidence.harness.errors import HarnessError
from evidence.harness.home import Home
from evidence.harness.spec import Progress
from evidence.harness.verification import verify
from evidence.models import Run
from tests import factories
from tests.conftest import database_url
from tests.evidence.harness import fabricated

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
    with pytest.raises(
        HarnessError, match=r"no recipe 'nonsense' in tier A; there are: emergent"
    ):
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
    monkeypatch.setattr(heart, "TELL_SECONDS", 0.0)
    run = queued(cancel_asked=True)
    engine.execute(run.pk)
    run.refresh_from_db()
    assert run.status == "cancelled"
    assert list(engine.bundle_dir(run).parent.iterdir()) == []


@pytest.mark.slow
def test_run_is_executed_once_and_its_bundle_verifies():
    run = queued()
    engine.execute(run.pk)
    engine.execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.attempts) == ("finished", 1)
    assert run.metrics["primary/heldout"]["low"] > 0.3
    assert verify(engine.bundle_dir(run)).status == "holds"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_run_of_a_killed_worker_goes_on_from_its_last_checkpoint():
    """A worker's process gets a SIGKILL once it has kept a training; another one takes over."""
    spec = engine.recipes()["backdoor"].spec()
    run = queued(recipe="backdoor", spec=spec.to_json(), spec_sha256=spec.digest())
    code = (
        "import sys, django; from pathlib import Path; django.setup();"
        "from django.conf import settings; settings.DATA_DIR = Path(sys.argv[1]);"
        "from evidence import engine; engine.execute(int(sys.argv[2]))"
    )
    command = [sys.executable, "-c", code, str(engine.home_dir().parent), str(run.pk)]
    environment = {**os.environ, "DATABASE_URL": database_url()}
    kept = places.checkpoints_dir(run)
    with subprocess.Popen(command, cwd=CHECKOUT, env=environment) as worker:
        deadline = time.monotonic() + 120
        while not list(kept.glob("*.safetensors")):
            assert worker.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        worker.kill()
    run.refresh_from_db()
    assert (run.status, run.attempts) == ("running", 1)
    long_ago = timezone.now() - timedelta(minutes=10)
    Run.objects.filter(pk=run.pk).update(heartbeat_at=long_ago)
    assert engine.requeue_stale() == [run]
    engine.execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.attempts) == ("finished", 2)
    entries = Home.at(engine.home_dir()).ledger.since(1)
    assert [entry.kind for entry in entries] == ["registration", "resumed", "result"]
    assert verify(engine.bundle_dir(run)).status == "holds"
    assert list(kept.parent.iterdir()) == [engine.bundle_dir(run)]


def test_run_of_a_dead_worker_is_queued_again_and_given_up_in_the_end():
    alive = running(silent_minutes=0, attempts=1)
    dead = running(silent_minutes=10, attempts=1)
    lost = running(silent_minutes=10, attempts=engine.ATTEMPTS)
    assert engine.requeue_stale() == [dead]
    rows = {run.pk: run for run in Run.objects.all()}
    assert rows[alive.pk].status == "running"
    assert rows[dead.pk].status == "queued"
    assert (rows[lost.pk].status, "died 3 times" in rows[lost.pk].error) == ("failed", True)


def test_attempt_that_was_given_up_speaks_no_more():
    run = running(silent_minutes=10, attempts=1)
    late = Heart(run.pk, 1)
    assert not late.cancelled()
    engine.requeue_stale()
    Run.objects.filter(pk=run.pk).update(
        status="running", attempts=2, heartbeat_at=timezone.now()
    )
    late.asked = 0.0
    late.progress(Progress(5, 5, "asked the last arm"))
    assert late.cancelled()
    assert not moved(run.pk, "running", "cancelled", attempt=1)
    run.refresh_from_db()
    assert (run.status, run.message) == ("running", "queued again: its worker died")


@pytest.mark.django_db(transaction=True)
def test_worker_says_that_it_lives_while_one_step_takes_long(monkeypatch):
    monkeypatch.setattr(heart, "BEAT_SECONDS", 0.05)
    run = running(silent_minutes=2, attempts=1)
    with Heart(run.pk, 1).beating():
        deadline = time.monotonic() + 10
        while Run.objects.get(pk=run.pk).heartbeat_at == run.heartbeat_at:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    assert not [thread for thread in threading.enumerate() if "_beat" in thread.name]


def test_nobody_takes_all_the_workers(monkeypatch):
    monkeypatch.setitem(quotas.AT_ONCE, "A", 2)
    monkeypatch.setitem(quotas.IN_A_DAY, "A", 3)
    first, _ = queued(), queued()
    with pytest.raises(HarnessError, match="desk-1 has 2 Tier A runs that wait or run"):
        queued()
    engine.queue("emergent", seeds=1, asked_by="desk-2")
    assert engine.ask_cancel(first.pk)
    third = queued()
    assert engine.ask_cancel(third.pk)
    with pytest.raises(HarnessError, match="has asked for 3 Tier A runs in 24 hours"):
        queued()
    yesterday = timezone.now() - timedelta(hours=25)
    Run.objects.filter(pk=third.pk).update(queued_at=yesterday)
    queued()


@pytest.mark.parametrize("seeds", [0, -1, 4])
def test_run_of_too_many_seeds_is_refused(seeds):
    with pytest.raises(HarnessError, match="from 1 to 3 seeds"):
        engine.queue("emergent", seeds=seeds, asked_by="desk-1")


def test_as_many_seeds_are_offered_as_have_weights():
    shipped_seeds = {sums.parent.name for sums in shipped.ROOT.glob(f"*/{shipped.SUMS}")}
    assert shipped_seeds == {f"seed{n}" for n in range(quotas.MOST_SEEDS)}


def test_small_models_do_not_wait_for_a_gpu():
    route = settings.CELERY_TASK_ROUTES
    for tier, queue in (("A", "runs"), ("B", "gpu")):
        task = tasks.task_of(Run(tier=tier))
        assert route[task.name] == {"queue": queue}


@pytest.mark.slow
def test_bundle_that_its_dead_worker_had_sealed_is_not_made_again(tmp_path):
    spec = fabricated.spec(seeds=1)
    run = queued(attempts=1, spec=spec.to_json(), spec_sha256=spec.digest())
    fabricated.sealed(engine.bundle_dir(run), engine.home_dir(), spec)
    engine.execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.attempts, run.outcome) == ("finished", 2, "reproduced")
    assert run.signed_by
    assert len(Home.at(engine.home_dir()).ledger.since(1)) == 2


def test_half_bundle_of_a_dead_worker_is_cleared_away(tmp_path):
    run = queued(attempts=1, spec={"recipe": "emergent"})
    folder = engine.bundle_dir(run)
    for left in (folder, folder.with_name(f".{folder.name}.partial-0a")):
        left.mkdir(parents=True)
        (left / "manifest.json").write_text("{}")
    neighbour = folder.with_name(f"{folder.name}7")
    neighbour.mkdir()
    engine.execute(run.pk)
    assert list(folder.parent.iterdir()) == [neighbour]


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
