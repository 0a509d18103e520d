"""What people ask of the queue: that a recipe be run, or a run be stopped."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from evidence.engine import quotas
from evidence.harness.recipes import RECIPES, find
from evidence.harness.recipes.recipe import Recipe
from evidence.models import Run

Status = Run.Status


def recipes() -> dict[str, Recipe]:
    """Return the recipes by id, in the order they are listed; loads no heavy library."""
    return dict(RECIPES)


@transaction.atomic
def queue(
    recipe: str, *, seeds: int, asked_by: str, tier: str = "A", settings: Sequence[str] = ()
) -> Run:
    """Store a run that waits for a worker; `settings` are NAME=VALUE, as on the command line.

    Raises HarnessError for an unknown recipe, for settings that make no run, and where the
    person has too many runs.
    """
    found = find(recipe, tier)
    quotas.require_room(asked_by, tier, seeds=seeds)
    spec = found.spec(seeds=seeds, changes=found.read(settings))
    found.slots(spec)  # what cannot be asked is refused here, not by the worker
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
