"""A run's moves from state to state, each made by one process only."""

from typing import Any

from evidence.models import Run


def moved(
    run_id: int, old: str, new: str, *, attempt: int | None = None, **columns: Any
) -> bool:
    """Compare and set: true if this process made the move.

    With an `attempt` the move is made for that attempt alone, so that a worker which was taken
    for dead cannot speak for the one that has its run now.
    """
    rows = Run.objects.filter(pk=run_id, status=old)
    if attempt is not None:
        rows = rows.filter(attempts=attempt)
    return rows.update(status=new, **columns) == 1
