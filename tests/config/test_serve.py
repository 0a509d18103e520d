"""`manage.py serve` as an operator meets it: a real site, on a port and a folder of its own."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from config.paths import CHECKOUT
from config.postgres import Server
from config.serve.child import is_alive, kill
from config.serve.supervisor import web, worker
from tests.config.conftest import folder
from tests.config.ports import free_port
from tests.config.pythons import master, wait_for

pytestmark = pytest.mark.slow

FIRST_START = 900.0  # seconds: the starter archive is filed, checked and published
LATER_START = 60.0  # on a busy machine; an idle one takes about six
STOP = 15.0
LEFT_ALONE = 30.0  # on a busy machine; an idle one takes about a second


class Site:
    def __init__(self, data: Path, port: int) -> None:
        self.data, self.port = data, port
        self.lines: list[str] = []
        self.process: subprocess.Popen[str] | None = None

    def start(self, limit: float) -> None:
        with (self.data / "said").open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=CHECKOUT,
                env=environment(self.data, self.port),
                stdout=said,
                stderr=subprocess.STDOUT,
                text=True,
            )
        began = time.monotonic()
        wait_for(self._is_settled, limit)
        self.lines = (self.data / "said").read_text().splitlines()
        assert self.process.poll() is None, "\n".join(self.lines)
        self.took = time.monotonic() - began

    def _is_settled(self) -> bool:
        assert self.process is not None
        return (
            self.process.poll() is not None or "\nsign in" in (self.data / "said").read_text()
        )

    def send(self, number: int) -> int:
        """Signal the supervisor, and return its exit status."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(STOP)

    def status(self) -> int:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{self.port}/healthz", timeout=20
        ) as answer:
            return int(answer.status)

    def processes(self) -> list[psutil.Process]:
        programs = (web(self.data, self.port), worker(self.data))
        return [process for program in programs for process in program.processes()]


def environment(data: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return kept | {"BUTFOR_DATA": str(data), "PORT": str(port), "PYTHONWARNINGS": ""}


def serve(data: Path, port: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=CHECKOUT,
        env=environment(data, port),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def first_site():
    with folder() as data:
        site = Site(data, free_port())
        try:
            site.start(FIRST_START)
            first_lines = site.lines
            yield site, first_lines
        finally:
            if site.process and site.process.poll() is None:
                site.send(signal.SIGTERM)


@pytest.fixture
def site(first_site):
    """The site, running; the last test may have stopped it."""
    site, _ = first_site
    if site.process.poll() is not None:
        site.start(LATER_START)
    return site


def test_first_start_says_where_the_site_is_and_how_to_sign_in(first_site):
    site, lines = first_site
    ready = lines.index(f"ready http://127.0.0.1:{site.port}")
    assert lines[ready + 1] == f"admin http://127.0.0.1:{site.port}/admin/"
    assert re.fullmatch(r"sign in as \w+ with the one-time password \S{12,}", lines[ready + 2])
    assert not [line for line in lines if "not complete" in line or "Traceback" in line]


def test_site_answers(site):
    assert site.status() == 200


def test_second_start_is_quick_and_shows_no_password(site):
    site.send(signal.SIGTERM)
    site.start(LATER_START)
    assert site.status() == 200
    assert not [line for line in site.lines if re.search(r"password \S{12,}$", line)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_stops_everything(site, number):
    wait_for(lambda: len(site.processes()) >= 6)  # two of the web server, four of the worker
    running = site.processes()
    assert site.send(number) == 0
    assert not [process for process in running if is_alive(process)]
    assert not Server(site.data).is_running()
    assert (site.data / "said").read_text().splitlines()[-1] == "Stopped."


def test_second_interrupt_does_not_wait(site):
    running = site.processes()
    for process in running:
        process.suspend()  # none of them can heed a signal any more
    site.process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    site.process.send_signal(signal.SIGINT)
    began = time.monotonic()
    site.process.wait(STOP)
    # To wait for all of them would take more than nine.
    assert time.monotonic() - began < 6
    assert not [process for process in running if is_alive(process)]
    assert not Server(site.data).is_running()


def test_nothing_outlives_a_killed_supervisor(site):
    running = site.processes()
    site.send(signal.SIGKILL)
    with contextlib.suppress(AssertionError):
        wait_for(lambda: not [process for process in running if is_alive(process)], LEFT_ALONE)
    assert not [(left, left.cmdline()) for left in running if is_alive(left)]
    site.start(LATER_START)
    assert site.status() == 200


@pytest.mark.parametrize("program", [web, worker])
def test_program_that_was_killed_is_started_again(site, program):
    mark = str(site.data / ("web.pid" if program is web else "worker.schedule"))
    before = marked(site, mark)
    kill(before)
    wait_for(lambda: set(marked(site, mark)) - set(before))
    wait_for(lambda: "it starts again in 1 s" in (site.data / "said").read_text())
    if program is web:
        wait_for(lambda: answers(site))


def marked(site: Site, mark: str) -> list[psutil.Process]:
    """Return the site's processes that were started with an argument, but for those that just ended."""
    found = []
    for process in site.processes():
        with contextlib.suppress(psutil.NoSuchProcess):  # a zombie has no command line either
            if mark in process.cmdline():
                found.append(process)
    return found


def test_database_that_was_killed_is_started_again(site):
    master(Server(site.data)).kill()
    wait_for(
        lambda: "The database had stopped; it runs again." in (site.data / "said").read_text()
    )
    wait_for(lambda: answers(site))


def answers(site: Site) -> bool:
    try:
        return site.status() == 200
    except OSError:
        return False


def test_second_site_on_the_same_data_is_refused(site):
    refused = serve(site.data, free_port())
    assert refused.returncode == 1
    assert refused.stderr == (
        f"The site already runs on {site.data} (http://127.0.0.1:{site.port}); "
        "stop it, or set another BUTFOR_DATA.\n"
    )
    assert site.status() == 200


def test_port_in_use_is_said_before_anything_is_started(site, data):
    refused = serve(data, site.port)
    assert refused.returncode == 1
    assert refused.stderr.startswith(
        f"Port {site.port} cannot be used (Address already in use);"
    )
    assert refused.stderr.count("\n") == 1
    assert not (data / "postgres").exists()
