"""A worker's part: run what is queued, and see to what dead workers left."""

from pathlib import Path

from django.db.models import F
from django.utils import timezone

from evidence.engine import places, reading
from evidence.engine.heart import Heart
from evidence.engine.moving import moved
from evidence.harness.errors import HarnessError, RunCancelledError
from evidence.harness.spec import RunSpec
from evidence.models import Run

Status = Run.Status

SILENT_MINUTES = 3  # a worker that is silent for so long is taken for dead
ATTEMPTS = 3


def execute(run_id: int) -> None:
    """Run a queued row once, however often the task is delivered.

    A run whose worker was killed goes on from its last checkpoint. A failure is a state with
    a reason; nothing of a failed or cancelled run is left on disk.
    """
    now = timezone.now()
    claimed = moved(
        run_id, Status.QUEUED, Status.RUNNING,
        started_at=now, heartbeat_at=now, attempts=F("attempts") + 1,
    )  # fmt: skip
    if not claimed:
        return
    row = Run.objects.get(pk=run_id)
    bundle = places.bundle_dir(row)
    try:
        if not (row.attempts > 1 and _was_sealed(row, bundle)):
            places.cleared(bundle)
            _run(row, bundle)
    except RunCancelledError:
        moved(
            run_id, Status.RUNNING, Status.CANCELLED, attempt=row.attempts,
            finished_at=timezone.now(),
        )  # fmt: skip
    except Exception as error:
        reason = (
            str(error)
            if isinstance(error, HarnessError)
            else f"{type(error).__name__}: {error}"
        )
        if moved(
            run_id, Status.RUNNING, Status.FAILED, attempt=row.attempts,
            error=reason, finished_at=timezone.now(),
        ):  # fmt: skip
            places.cleared(bundle)
        if not isinstance(error, HarnessError):
            raise
    else:
        steps = Run.objects.values_list("total", flat=True).get(pk=run_id) or 1
        moved(
            run_id, Status.RUNNING, Status.FINISHED, attempt=row.attempts,
            **reading.columns(bundle), bundle=reading.place(bundle), done=steps, total=steps,
            finished_at=timezone.now(),
        )  # fmt: skip


def requeue_stale() -> list[Run]:
    """Put runs of dead workers back into the queue, and give up on those that keep dying.

    Returns the runs that wait, for the caller to queue.
    """
    for row in Run.objects.stale(minutes=SILENT_MINUTES):
        if row.attempts >= ATTEMPTS:
            why = (
                f"The worker died {row.attempts} times during this run; see the worker's log."
            )
            moved(
                row.pk, Status.RUNNING, Status.FAILED, attempt=row.attempts,
                error=why, finished_at=timezone.now(),
            )  # fmt: skip
        else:
            moved(
                row.pk, Status.RUNNING, Status.QUEUED, attempt=row.attempts,
                message="queued again: its worker died",
            )  # fmt: skip
    return list(Run.objects.waiting())


def _run(row: Run, bundle: Path) -> None:
    from evidence.harness.runner import run

    heart = Heart(row.pk, row.attempts)
    with heart.beating():
        run(
            RunSpec.from_json(row.spec),
            out=bundle,
            home=places.home_dir(),
            progress=heart.progress,
            cancelled=heart.cancelled,
            checkpoints=places.checkpoints_dir(row),
        )


def _was_sealed(row: Run, bundle: Path) -> bool:
    """Tell whether the worker died after it had sealed this run's bundle, and all of it holds."""
    from evidence.harness.findings import Status as Found
    from evidence.harness.opened import Opened
    from evidence.harness.verification import verify

    if not bundle.is_dir() or verify(bundle).status is not Found.HOLDS:
        return False
    return Opened(bundle, None).spec.digest() == row.spec_sha256
