"""The web process as it is really started: small, quick, and without the heavy libraries."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest

from config.paths import CHECKOUT
from tests import factories
from tests.conftest import database_url

MEGABYTES = 150
SECONDS = 2.0  # of its own work: how long others keep it waiting is not its doing
TRIES = 3


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def family(process):
    parent = psutil.Process(process.pid)
    return [parent, *parent.children(recursive=True)]


def cpu_seconds(member):
    spent = member.cpu_times()
    return spent.user + spent.system


def started(tmp_path):
    """Start the server; return its process, its address and its CPU seconds to its first page."""
    port = free_port()
    url = database_url()
    command = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--workers=1",
               "--threads=8", "--worker-class=gthread", f"--bind=127.0.0.1:{port}"]  # fmt: skip
    # Timed without the tracer, which would be most of the work.
    inherited = {name: told for name, told in os.environ.items() if "COVERAGE" not in name}
    environment = {**inherited, "DATABASE_URL": url}
    began = time.monotonic()
    with (tmp_path / "web.log").open("a") as log:
        process = subprocess.Popen(
            command, cwd=CHECKOUT, env=environment, stdout=log, stderr=log
        )
    address = f"http://127.0.0.1:{port}"
    while time.monotonic() - began < 30:
        try:
            with urlopen(f"{address}/healthz", timeout=5) as answer:
                assert answer.status == 200
                return process, address, sum(map(cpu_seconds, family(process)))
        except URLError:
            time.sleep(0.02)
    raise AssertionError((tmp_path / "web.log").read_text())


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_web_process_is_small_and_quick_and_loads_no_heavy_library(tmp_path):
    wire = factories.make_published()
    times = []
    for _ in range(TRIES):
        process, address, seconds = started(tmp_path)
        times.append(seconds)
        try:
            paths = ["/", f"/wires/{wire}/", "/api/v1/wires/", "/api/v1/changes/", "/api/v1/schema/",
                     "/about/", "/archive/", "/admin/login/", "/feed.xml"]  # fmt: skip
            for path in paths * 3:
                with urlopen(address + path, timeout=10) as answer:
                    assert answer.status == 200, path
            for member in family(process):
                resident = member.memory_info().rss / 1e6
                assert resident < MEGABYTES, f"{member.name()} holds {resident:.0f} MB"
                maps = Path(f"/proc/{member.pid}/maps").read_text()
                assert "torch" not in maps
                assert "numpy" not in maps
        finally:
            process.terminate()
            process.wait(timeout=20)
    assert min(times) < SECONDS, times
