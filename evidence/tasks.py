"""Work for the queue. A task takes an id, and running it twice changes nothing."""

from celery import Task, shared_task

from evidence import engine
from evidence.models import Run


@shared_task
def execute(run_id: int) -> None:
    """Run a small model: some minutes of a core."""
    engine.execute(run_id)


@shared_task
def execute_on_gpu(run_id: int) -> None:
    """Run a model of any size; only workers that take the queue `gpu` do."""
    engine.execute(run_id)


@shared_task
def sweep() -> None:
    """Queue again what a lost message or a dead worker left undone."""
    for run in engine.requeue_stale():
        task_of(run).delay(run.pk)


def task_of(run: Run) -> Task:
    """Return the task that executes a run, which decides the queue that it waits in."""
    return {"A": execute, "B": execute_on_gpu}[run.tier]
