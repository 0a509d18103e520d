"""Consumers miss nothing: several writers on a real database, and a reader that polls meanwhile."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import orjson
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from tests import factories
from wires import coding, lifecycle
from wires.models import Change

# The whole database is emptied after each of these.
pytestmark = pytest.mark.django_db(transaction=True)
WRITERS = 4
WIRES_EACH = 4
PATIENCE = 60  # seconds


@contextmanager
def own_connection():
    """Close what this thread has opened, so that the database can be emptied."""
    try:
        yield
    finally:
        connection.close()


@contextmanager
def nobody_at_the_queue():
    """Commit what is made here, and drop what it would have queued: no worker runs in this test."""
    with transaction.atomic():
        yield
        connection.run_on_commit.clear()


class Reader:
    """A consumer: keeps the last `seq` and asks for what came after it."""

    def __init__(self):
        self.client, self.seen, self.tag = Client(), [], ""

    def poll(self):
        """Read to the head, page by page, as the schema says; return how many were new."""
        before = len(self.seen)
        address = f"/api/v1/changes/?limit=3&since={self.seen[-1]['seq'] if self.seen else 0}"
        while address:
            response = self.client.get(address)
            assert response.status_code == 200, response.content
            answer = orjson.loads(response.content)
            self.seen += answer["results"]
            address = (answer["next"] or "").removeprefix(settings.SITE_URL)
        return len(self.seen) - before

    def poll_until(self, done):
        """Poll until `done` is set, and once more for what was committed before it was."""
        with own_connection():
            polls = 0
            while not done.is_set():
                polls += bool(self.poll())
            self.poll()
        return polls

    @property
    def numbers(self):
        return [change["seq"] for change in self.seen]


@pytest.mark.slow
def test_reader_sees_every_change_once_in_order_while_four_publish_and_recode():
    with nobody_at_the_queue():
        editors = [factories.make_editor() for _ in range(WRITERS)]
        shared = factories.make_published(editors[0])
        shares = [
            [factories.make_reviewed(by).pk for _ in range(WIRES_EACH)] for by in editors
        ]
    ready, done, reader = threading.Barrier(WRITERS + 1), threading.Event(), Reader()

    def write(by, share):
        with own_connection():
            ready.wait(PATIENCE)
            for pk in share:
                lifecycle.publish(pk, by=by)
                coding.put(pk, "F2", by=by, claim=1)
                coding.put(shared.pk, "M2", by=by, claim=1)  # all four want this row

    def read():
        ready.wait(PATIENCE)
        return reader.poll_until(done)

    with ThreadPoolExecutor(WRITERS + 1) as pool:
        polls = pool.submit(read)
        writers = [pool.submit(write, *each) for each in zip(editors, shares, strict=True)]
        try:
            for writer in writers:
                writer.result(PATIENCE)
        finally:
            done.set()
        assert polls.result(PATIENCE) > 1, "the reader read only once, so nothing was shown"
    expected = 1 + 3 * WRITERS * WIRES_EACH
    first = reader.numbers[0]
    assert reader.numbers == list(range(first, first + expected))
    columns = ("seq", "wire__public_id", "kind", "sha256")
    rows = Change.objects.order_by("seq").values_list(*columns)
    read_rows = [(c["seq"], c["wire"], c["kind"], c["sha256"]) for c in reader.seen]
    assert read_rows == list(rows)


@pytest.mark.slow
def test_later_change_waits_for_a_slow_one_that_came_first():
    with nobody_at_the_queue():
        editor = factories.make_editor()
        slow, quick = (factories.make_reviewed(editor).pk for _ in range(2))
    holds, go_on = threading.Event(), threading.Event()

    def publish_slowly():
        with own_connection(), transaction.atomic():
            lifecycle.publish(slow, by=editor)
            holds.set()
            assert go_on.wait(PATIENCE)

    def publish_quickly():
        with own_connection():
            lifecycle.publish(quick, by=editor)

    reader = Reader()
    with ThreadPoolExecutor(2) as pool:
        try:
            first = pool.submit(publish_slowly)
            assert holds.wait(PATIENCE)
            second = pool.submit(publish_quickly)
            wait_for_a_blocked_writer()
            # The number of the slow one is taken and not public; the quick one must not pass it.
            assert reader.poll() == 0
            assert not second.done()
        finally:
            go_on.set()
        first.result(PATIENCE)
        second.result(PATIENCE)
    reader.poll()
    assert [change["wire"] for change in reader.seen] == [
        change.wire.public_id for change in Change.objects.select_related("wire")
    ]
    assert [change.wire_id for change in Change.objects.all()] == [slow, quick]


@pytest.mark.slow
def test_number_of_a_slow_publication_that_fails_goes_to_the_next():
    with nobody_at_the_queue():
        editor = factories.make_editor()
        failing, waiting = (factories.make_reviewed(editor).pk for _ in range(2))
    holds, go_on = threading.Event(), threading.Event()

    def fail_slowly():
        with own_connection(), transaction.atomic():
            lifecycle.publish(failing, by=editor)
            holds.set()
            assert go_on.wait(PATIENCE)
            transaction.set_rollback(True)

    def publish():
        with own_connection():
            lifecycle.publish(waiting, by=editor)

    reader = Reader()
    with ThreadPoolExecutor(2) as pool:
        try:
            first = pool.submit(fail_slowly)
            assert holds.wait(PATIENCE)
            second = pool.submit(publish)
            wait_for_a_blocked_writer()
        finally:
            go_on.set()
        first.result(PATIENCE)
        second.result(PATIENCE)
    reader.poll()
    assert reader.numbers == [1]
    assert Change.objects.get().wire_id == waiting


def wait_for_a_blocked_writer():
    """Return once a session of this database waits for a lock of another."""
    blocked = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND cardinality(pg_blocking_pids(pid)) > 0"
    )
    pause = threading.Event()
    for _ in range(PATIENCE * 20):
        with connection.cursor() as cursor:
            cursor.execute(blocked)
            if cursor.fetchone() != (0,):
                return
        pause.wait(0.05)
    raise AssertionError("no writer waits for the counter")
