"""A throw-away database server for one run of the tests, loaded before Django's settings are.

The addresses are set before anything reads them; the server itself starts when a test run
does. Workers of xdist share the server of their controller, each with a database of its own.
"""

import os
import shutil
import signal
import tempfile
from collections.abc import Generator
from pathlib import Path

import psutil
import pytest

from config.postgres import Server

PREFIX = "butfor-tests-"
WORKER = os.environ.get("PYTEST_XDIST_WORKER")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    if WORKER:
        data = Path(os.environ["BUTFOR_DATA"]) / WORKER
        data.mkdir(exist_ok=True)
        os.environ["BUTFOR_DATA"] = str(data)
    else:
        # A run in the background may begin with interrupts ignored, and so would what it starts.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _remove_leftovers()
        data = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        early_config.add_cleanup(lambda: _removed(data))
        os.environ["BUTFOR_DATA"] = str(data)
        os.environ["DATABASE_URL"] = Server(data).url
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    if WORKER or session.config.option.collectonly:
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # leave as after Ctrl-C: tidily
    Server(Path(os.environ["BUTFOR_DATA"]), durable=False).ensure_running()


def _removed(data: Path) -> None:
    Server(data).stop()
    shutil.rmtree(data, ignore_errors=True)


def _remove_leftovers() -> None:
    """Remove what runs that were killed have left; the folder's name has the run's process."""
    for data in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        run = int(data.name.removeprefix(PREFIX).split("-")[0])
        if data.stat().st_uid == os.geteuid() and not psutil.pid_exists(run):
            _removed(data)
