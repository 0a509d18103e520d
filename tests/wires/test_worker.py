"""The worker is killed in the middle of its work; the rows say that nothing is lost."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import datetime, timedelta

import psutil
import pytest
from django.conf import settings
from django.utils import timezone

from config.paths import CHECKOUT
from tests import factories
from tests.conftest import database_url
from wires import lifecycle, proposing, taxonomy
from wires.models import Claim, Code, Event, Proposal, ProposedCode, Wire
from wires.models.user import Role

WIRES = 150  # two tasks each


@contextmanager
def worker(tmp_path):
    """A real worker on the test's database, killed with its children at the end."""
    url = database_url()
    assert url != settings.DATABASE_URL
    environment = {**os.environ, "DATABASE_URL": url, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "-c", "2", "-B",
               "-Q", "celery,slow,embed,runs,gpu", "--schedule", str(tmp_path / "schedule")]  # fmt: skip
    with (tmp_path / "worker.log").open("a") as log:
        process = subprocess.Popen(
            command, cwd=CHECKOUT, env=environment, stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            kill(process)


def kill(process):
    """SIGKILL to the worker and all its children: nothing gets a chance to tidy up."""
    family = [psutil.Process(process.pid)]
    family += family[0].children(recursive=True) if family[0].is_running() else []
    for member in reversed(family):
        member.send_signal(signal.SIGKILL)
    process.wait()


def wait_until(count, wanted, *, seconds):
    deadline = time.monotonic() + seconds
    while count() < wanted:
        assert time.monotonic() < deadline, f"{count()} of {wanted} after {seconds} s"
        time.sleep(0.2)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_worker_killed_midway_loses_nothing_and_does_nothing_twice(tmp_path):
    taxonomy.load()
    reporter = factories.make_user(Role.REPORTER)
    for _ in range(WIRES):
        lifecycle.file(factories.make_filing(), by=reporter)
    with worker(tmp_path):
        wait_until(Proposal.objects.count, WIRES // 3, seconds=300)
    done = Proposal.objects.count()
    assert done < WIRES, "the worker was done before it could be killed"
    first = dict(Proposal.objects.values_list("version_id", "made_at"))
    with worker(tmp_path):
        # What the killed worker held comes back by the sweep, long before its messages do.
        wait_until(Proposal.objects.count, WIRES, seconds=240)
        wait_until(Claim.objects.exclude(verdict="unchecked").count, 3 * WIRES, seconds=120)
    assert Proposal.objects.count() == WIRES
    assert ProposedCode.objects.count() == WIRES * len(Code.Kind) * proposing.LISTED
    again = dict(
        Proposal.objects.filter(version_id__in=first).values_list("version_id", "made_at")
    )
    assert again == first


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_worker_publishes_within_a_minute_of_its_time_also_after_it_was_down(tmp_path):
    editor = factories.make_editor()
    wires = [factories.make_reviewed(editor) for _ in range(2)]
    missed, coming = (
        lifecycle.schedule(wire.pk, by=editor, at=timezone.now() + timedelta(seconds=wait)).pk
        for wire, wait in zip(wires, (1, 20), strict=True)
    )
    for _ in range(WIRES):  # a backlog that takes longer than a minute
        lifecycle.file(factories.make_filing(), by=editor)
    time.sleep(2)  # the first one's time comes and goes with no worker there
    with worker(tmp_path):
        began = timezone.now()
        wait_until(Wire.objects.public().filter(pk=missed).count, 1, seconds=60)
        wait_until(Wire.objects.public().filter(pk=coming).count, 1, seconds=90)
        assert Proposal.objects.count() < WIRES, "there was no backlog any more"
    late, punctual = (Wire.objects.get(pk=pk) for pk in (missed, coming))
    assert late.first_published_at - began < timedelta(seconds=60)
    due = Event.objects.get(wire=coming, act="scheduled").note
    wait = punctual.first_published_at - datetime.fromisoformat(due)
    assert timedelta(0) <= wait < timedelta(seconds=60)
