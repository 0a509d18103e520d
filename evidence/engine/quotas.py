"""How much of the workers one person may take: a run is minutes of a core, or of a GPU."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from evidence.harness.errors import HarnessError
from evidence.models import Run

# A run starts each seed from weights of its own; so many ship.
MOST_SEEDS = 3
# For each tier: how many of a person's runs may wait or run at once, and be asked for in a day.
AT_ONCE = {"A": 10, "B": 2}
IN_A_DAY = {"A": 60, "B": 6}
DAY = timedelta(days=1)


def require_room(asked_by: str, tier: str, *, seeds: int) -> None:
    """Raise HarnessError where one more run is too many; call it in the run's transaction."""
    if not 1 <= seeds <= MOST_SEEDS:
        raise HarnessError(f"A run has from 1 to {MOST_SEEDS} seeds, not {seeds}.")
    with connection.cursor() as cursor:
        # Two requests of one person are counted one after the other.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"runs of {asked_by}"])
    own = Run.objects.filter(asked_by=asked_by, tier=tier, taken_at__isnull=True)
    if own.pending().count() >= AT_ONCE[tier]:
        raise HarnessError(
            f"{asked_by} has {AT_ONCE[tier]} Tier {tier} runs that wait or run, the most at "
            "once; wait for one, or cancel one."
        )
    if own.filter(queued_at__gt=timezone.now() - DAY).count() >= IN_A_DAY[tier]:
        raise HarnessError(
            f"{asked_by} has asked for {IN_A_DAY[tier]} Tier {tier} runs in 24 hours, the most "
            "in that time; ask again later."
        )
