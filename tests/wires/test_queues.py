"""Which queue each task waits in: machines with a GPU take those that read texts, and no other."""

from pathlib import Path
from queue import Empty

import pytest
from django.conf import settings

from config.celery import app
from config.serve.supervisor import worker
from tests import factories
from tests.wires.admin.desk import make_classifier
from wires import batches, tasks
from wires.models import Batch

READING = {
    "check_claims", "recheck_claims", "propose", "propose_batch", "renew_vectors", "sweep_texts",
}  # fmt: skip


def queue_of(task):
    options = app.amqp.router.route({}, task)
    return options["queue"].name


def test_only_what_reads_texts_waits_in_embed():
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if name.startswith(("wires.", "evidence."))}
    assert {f"wires.tasks.{name}" for name in READING} <= ours
    embed = {name for name in ours if queue_of(name) == "embed"}
    assert embed == {f"wires.tasks.{name}" for name in READING}
    slow = {name for name in ours if queue_of(name) == "slow"}
    assert slow == {f"wires.tasks.{name}" for name in ("fetch_source", "look_at", "run_batch")}


def test_every_routed_task_is_there():
    app.loader.import_default_modules()
    routed = {name for name in settings.CELERY_TASK_ROUTES if not name.endswith("*")}
    assert routed <= set(app.tasks)


def test_bundled_worker_takes_every_queue():
    arguments = worker(Path("var")).arguments
    taken = set(arguments[arguments.index("-Q") + 1].split(","))
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    assert taken == {settings.CELERY_TASK_DEFAULT_QUEUE, *routed}


def waiting(queue):
    with app.connection_for_read() as connection, connection.SimpleQueue(queue) as messages:
        found = []
        while True:
            try:
                message = messages.get(block=False)
            except Empty:
                return found
            message.ack()
            found.append(message.headers["task"])


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("kind", "queue"), [(Batch.Kind.PROPOSALS, "embed"), (Batch.Kind.CODES, None)]
)
def test_batch_that_proposes_anew_goes_where_texts_are_read(kind, queue):
    waiting("embed"), waiting("slow")
    batch = Batch.objects.create(
        title="Anew", kind=kind, classifier=make_classifier(), progress="running", braked=False,
        started_by=factories.make_editor(),
    )  # fmt: skip
    assert batches.proposes(batch.pk) is (queue == "embed")
    tasks.run_batch(batch.pk)
    assert waiting("embed") == (["wires.tasks.propose_batch"] if queue else [])
    batch.refresh_from_db()
    assert batch.progress == ("running" if queue else "finished")
    tasks.propose_batch(batch.pk)
    batch.refresh_from_db()
    assert batch.progress == "finished"
    assert waiting("embed") == waiting("slow") == []
