"""Other Python processes, which a test may kill."""

import subprocess
import sys
import time
from collections.abc import Callable

import psutil

from config.paths import CHECKOUT
from config.postgres import Server
from config.postgres.processes import postmaster


def python(code: str, argument: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, str(argument)],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def next_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def wait_for(condition: Callable[[], object], limit: float = 30) -> None:
    until = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < until, "this did not come about in time"
        time.sleep(0.005)


def master(server: Server) -> psutil.Process:
    process = postmaster(server.folders.cluster)
    assert process is not None, "the server does not run"
    return process
