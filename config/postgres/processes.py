"""Find the processes of one server, and end them.

A pid file proves nothing: its process may be dead, a zombie, or another program that was
given the same number. Every process of a server works in its data folder, so that is asked.
"""

import contextlib
import signal
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

NAMES = frozenset({"postgres", "initdb", "pg_ctl"})
FAST_STOP = 20.0  # seconds for open transactions to be rolled back and the last checkpoint
QUICK_STOP = 5.0


def postmaster(cluster: Path) -> psutil.Process | None:
    """Return the live server of `cluster`."""
    lines = _pid_file(cluster)
    with contextlib.suppress(psutil.Error, ValueError, IndexError):
        process = psutil.Process(abs(int(lines[0])))  # a single-user server writes it negative
        if process.name() == "postgres" and _is_in(process, cluster):
            return process
    return None


def is_ready(cluster: Path) -> bool:
    """Tell whether the pid file says that the server takes connections."""
    lines = _pid_file(cluster)
    return len(lines) > 7 and lines[7].strip() == "ready"


def strays(home: Path) -> list[psutil.Process]:
    """Return every live process of a server at or below `home`: orphans, or all of a live one."""
    return [
        process
        for process in psutil.process_iter(["name"])
        if process.info["name"] in NAMES and _is_in(process, home)
    ]


def end(processes: Iterable[psutil.Process]) -> None:
    """End orphans at once; what they had not committed is undone by the next start."""
    processes = list(processes)
    for number, patience in ((signal.SIGQUIT, QUICK_STOP), (signal.SIGKILL, QUICK_STOP)):
        if _signalled(processes, number, patience):
            return


def stop(server: psutil.Process) -> None:
    """Stop a server: sessions are cut off and all is written; in a hurry if that takes long."""
    for number, patience in ((signal.SIGINT, FAST_STOP), (signal.SIGQUIT, QUICK_STOP)):
        if _signalled([server], number, patience):
            return


def _signalled(processes: list[psutil.Process], number: int, patience: float) -> bool:
    """Send a signal, and tell whether all were gone within `patience` seconds."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)
    until = time.monotonic() + patience
    while any(_lives(process) for process in processes):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def _lives(process: psutil.Process) -> bool:
    """Tell whether the process runs; a zombie, which nobody may ever collect, does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _is_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return Path(process.cwd()).is_relative_to(folder) and _lives(process)
    except psutil.Error:
        return False


def _pid_file(cluster: Path) -> list[str]:
    try:
        return (cluster / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []
