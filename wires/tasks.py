"""Work for the queue. Every task takes an id, and running it twice changes nothing."""

from celery import shared_task

from wires import claims, coding
from wires.models import Version, Wire

SWEEP_AT_ONCE = 200


@shared_task
def check_claims(version_id: int) -> None:
    claims.check(version_id)


@shared_task
def propose(version_id: int) -> None:
    coding.propose(version_id)


@shared_task
def sweep() -> None:
    """Queue again what a lost message left undone; the rows say what that is."""
    for version_id in Version.objects.unchecked().values_list("pk", flat=True)[:SWEEP_AT_ONCE]:
        check_claims.delay(version_id)
    unproposed = Wire.objects.unproposed().values_list("current_id", flat=True)
    for version_id in unproposed[:SWEEP_AT_ONCE]:
        propose.delay(version_id)
