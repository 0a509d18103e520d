"""The harness's edge: a queued row in, a finished, failed or cancelled row out.

It knows no wire. The harness itself is imported where a run is executed, so web processes
load neither torch nor numpy.
"""

import shutil
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from evidence.harness.errors import HarnessError, RunCancelledError
from evidence.harness.recipes import RECIPES
from evidence.harness.recipes.recipe import Recipe
from evidence.harness.spec import Progress, RunResult, RunSpec
from evidence.models import Run

Status = Run.Status

BEAT_SECONDS = 1.0  # how often a run that works writes its progress and looks for a cancel
SILENT_MINUTES = 3  # a worker that is silent for so long is taken for dead
ATTEMPTS = 3


def recipes() -> dict[str, Recipe]:
    """Return the recipes by id, in the order they are listed; loads no heavy library."""
    return dict(RECIPES)


def queue(recipe: str, *, seeds: int, asked_by: str) -> Run:
    """Store a run that waits for a worker. Raises HarnessError for an unknown recipe."""
    found = RECIPES.get(recipe)
    if found is None:
        raise HarnessError(f"There is no recipe {recipe}; there are {', '.join(RECIPES)}.")
    spec = found.spec(seeds=seeds)
    return Run.objects.create(
        recipe=recipe,
        tier=spec.tier,
        spec=spec.to_json(),
        spec_sha256=spec.digest(),
        asked_by=asked_by,
    )


def ask_cancel(run_id: int) -> bool:
    """Ask for a run to stop; a run that still waits stops at once. False if it has ended."""
    waiting = Run.objects.filter(pk=run_id, status=Status.QUEUED)
    if waiting.update(status=Status.CANCELLED, cancel_asked=True, finished_at=timezone.now()):
        return True
    return bool(Run.objects.filter(pk=run_id, status=Status.RUNNING).update(cancel_asked=True))


def execute(run_id: int) -> None:
    """Run a queued row once, however often the task is delivered.

    A failure is a state with a reason; nothing of a failed or cancelled run is left on disk.
    """
    now = timezone.now()
    claimed = _moved(
        run_id, Status.QUEUED, Status.RUNNING,
        started_at=now, heartbeat_at=now, attempts=F("attempts") + 1,
    )  # fmt: skip
    if not claimed:
        return
    row = Run.objects.get(pk=run_id)
    bundle = bundle_dir(row)
    _cleared(bundle)
    try:
        result = _run(row, bundle)
    except RunCancelledError:
        _moved(run_id, Status.RUNNING, Status.CANCELLED, finished_at=timezone.now())
    except Exception as error:
        _cleared(bundle)
        reason = (
            str(error)
            if isinstance(error, HarnessError)
            else f"{type(error).__name__}: {error}"
        )
        _moved(run_id, Status.RUNNING, Status.FAILED, error=reason, finished_at=timezone.now())
        if not isinstance(error, HarnessError):
            raise
    else:
        _moved(run_id, Status.RUNNING, Status.FINISHED, **_columns(result, row))


def requeue_stale() -> list[int]:
    """Put runs of dead workers back into the queue, and give up on those that keep dying.

    Returns the ids that wait, for the caller to queue.
    """
    for row in Run.objects.stale(minutes=SILENT_MINUTES):
        if row.attempts >= ATTEMPTS:
            why = (
                f"The worker died {row.attempts} times during this run; see the worker's log."
            )
            _moved(
                row.pk, Status.RUNNING, Status.FAILED, error=why, finished_at=timezone.now()
            )
        else:
            _moved(
                row.pk, Status.RUNNING, Status.QUEUED, message="queued again: its worker died"
            )
    return list(Run.objects.waiting().values_list("pk", flat=True))


def bundle_dir(row: Run) -> Path:
    return settings.DATA_DIR / "runs" / str(row.pk)


def home_dir() -> Path:
    """Return where this site keeps its signing key and its ledger."""
    return settings.DATA_DIR / "harness"


def _run(row: Run, bundle: Path) -> RunResult:
    from evidence.harness.runner import run

    beat = _Beat(row.pk)
    return run(
        RunSpec.from_json(row.spec),
        out=bundle,
        home=home_dir(),
        progress=beat.progress,
        cancelled=beat.cancelled,
    )


class _Beat:
    """Writes progress and reads the wish to cancel, once a second at most."""

    def __init__(self, run_id: int) -> None:
        self.run_id = run_id
        self.wrote = self.read = 0.0
        self.stop = False

    def progress(self, report: Progress) -> None:
        if time.monotonic() - self.wrote < BEAT_SECONDS and report.done < report.total:
            return
        self.wrote = time.monotonic()
        running = Run.objects.filter(pk=self.run_id, status=Status.RUNNING)
        running.update(
            done=report.done, total=report.total, message=report.message[:200],
            heartbeat_at=timezone.now(),
        )  # fmt: skip

    def cancelled(self) -> bool:
        if time.monotonic() - self.read >= BEAT_SECONDS:
            self.read = time.monotonic()
            row = Run.objects.values("cancel_asked", "status").get(pk=self.run_id)
            # Somebody took this worker for dead and gave the run to another one.
            self.stop = row["cancel_asked"] or row["status"] != Status.RUNNING
        return self.stop


def _columns(result: RunResult, row: Run) -> dict[str, Any]:
    metrics = {
        key: {"value": metric.value, "low": metric.low, "high": metric.high, "n": metric.n}
        for key, metric in result.metrics.items()
    }
    return {
        "outcome": str(result.outcome),
        "reason": result.reason,
        "metrics": metrics,
        "manifest_sha256": result.manifest_sha256,
        "bundle": str(bundle_dir(row).relative_to(settings.DATA_DIR)),
        "done": row.total or 1,
        "total": row.total or 1,
        "message": "",
        "finished_at": timezone.now(),
    }


def _cleared(bundle: Path) -> None:
    """Remove what a dead worker left: the bundle's own folder and its unfinished siblings."""
    for left in bundle.parent.glob(f"{bundle.name}*"):
        if left.name == bundle.name or not left.name[len(bundle.name)].isdigit():
            shutil.rmtree(left, ignore_errors=True)
    bundle.parent.mkdir(parents=True, exist_ok=True)


def _moved(run_id: int, old: str, new: str, **columns: Any) -> bool:
    """Compare and set: true if this process made the move."""
    return Run.objects.filter(pk=run_id, status=old).update(status=new, **columns) == 1
