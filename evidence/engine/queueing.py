"""What people ask of the queue: that a recipe be run, or a run be stopped."""

from django.db import transaction
from django.utils import timezone

from evidence.engine import quotas
from evidence.harness.errors import HarnessError
from evidence.harness.recipes import RECIPES
from evidence.harness.recipes.recipe import Recipe
from evidence.models import Run

Status = Run.Status


def recipes() -> dict[str, Recipe]:
    """Return the recipes by id, in the order they are listed; loads no heavy library."""
    return dict(RECIPES)


@transaction.atomic
def queue(recipe: str, *, seeds: int, asked_by: str) -> Run:
    """Store a run that waits for a worker.

    Raises HarnessError for an unknown recipe, and where the person has too many runs.
    """
    found = RECIPES.get(recipe)
    if found is None:
        raise HarnessError(f"There is no recipe {recipe}; there are {', '.join(RECIPES)}.")
    quotas.require_room(asked_by, found.tier, seeds=seeds)
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
