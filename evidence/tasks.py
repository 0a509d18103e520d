"""Work for the queue. A task takes an id, and running it twice changes nothing."""

from celery import shared_task

from evidence import engine


@shared_task
def execute(run_id: int) -> None:
    engine.execute(run_id)


@shared_task
def sweep() -> None:
    """Queue again what a lost message or a dead worker left undone."""
    for run_id in engine.requeue_stale():
        execute.delay(run_id)
