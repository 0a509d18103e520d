"""Work for the queue. Every task takes an id, and running it twice changes nothing."""

from time import monotonic

from celery import Task, shared_task
from django.db import transaction

from wires import batches, claims, desk, proposing, vault, vectors
from wires.models import Proposal, Version

SWEEP_AT_ONCE = 200
SWEEP_SECONDS = 30  # between two sweeps
BATCH_AT_ONCE = 20
TEXTS_AT_ONCE = 20  # that a change of encoder reads in one go
RENEWING = (
    20.0  # seconds of each sweep's interval that it may take, so that other work comes too
)


def queue(task: Task, row_id: int) -> None:
    """Queue a task for a row once its transaction is committed.

    Robust: the row is the truth. Where the broker is away, the sweep queues it later.
    """

    def send() -> None:
        task.delay(row_id)

    transaction.on_commit(send, robust=True)


@shared_task
def check_claims(version_id: int) -> None:
    claims.check(version_id)
    desk.renew(Version.objects.get(pk=version_id).wire_id)


@shared_task
def propose(version_id: int) -> None:
    proposing.propose(version_id)


@shared_task
def recheck_claims(version_id: int) -> None:
    """Check every sentence anew: the text cites another source than before."""
    claims.recheck(version_id)
    check_claims(version_id)


@shared_task
def fetch_source(fetch_id: int) -> None:
    version_id = vault.fetch(fetch_id)
    if version_id is not None:
        recheck_claims.delay(version_id)


@shared_task
def look_at(source_id: int) -> None:
    vault.look(source_id)


@shared_task
def look_at_sources() -> None:
    """Queue the looks whose time has come."""
    for source_id in vault.looks_due():
        look_at.delay(source_id)


@shared_task
def run_batch(batch_id: int) -> None:
    """Work on a batch for a while, then queue up again behind what else waits.

    One that proposes anew reads texts: it goes where these are read.
    """
    if batches.proposes(batch_id):
        propose_batch.delay(batch_id)
    elif batches.step(batch_id, limit=BATCH_AT_ONCE):
        run_batch.delay(batch_id)


@shared_task
def propose_batch(batch_id: int) -> None:
    """Work for a while on a batch that proposes anew."""
    if batches.step(batch_id, limit=BATCH_AT_ONCE):
        propose_batch.delay(batch_id)


@shared_task
def renew_vectors() -> None:
    """Read with the configured encoder what has no vector of it, for a while."""
    until = monotonic() + RENEWING
    while vectors.renew(limit=TEXTS_AT_ONCE) and monotonic() < until:
        pass


@shared_task
def sweep_texts() -> None:
    """Queue again the texts that were not read.

    It waits its turn behind those that are queued, and is dropped where that takes long: a text
    that is still unread when all before it are done was most likely lost. One that another worker
    has in hand just then is queued twice, and the second reading changes nothing.
    """
    for version_id in Version.objects.unchecked().values_list("pk", flat=True)[:SWEEP_AT_ONCE]:
        check_claims.delay(version_id)
    for version_id in Version.objects.unproposed().values_list("pk", flat=True)[
        :SWEEP_AT_ONCE
    ]:
        propose.delay(version_id)


@shared_task
def sweep() -> None:
    """Queue again what a lost message left undone; the rows say what that is."""
    sweep_texts.apply_async(expires=SWEEP_SECONDS)
    for fetch_id in vault.fetches_left()[:SWEEP_AT_ONCE]:
        fetch_source.delay(fetch_id)
    for batch_id in batches.left_behind():
        run_batch.delay(batch_id)
    if Proposal.objects.exists():
        renew_vectors.apply_async(expires=SWEEP_SECONDS)
