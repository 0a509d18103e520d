"""A program of the site: started, looked after and ended by the supervisor."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from config.paths import CHECKOUT
from config.serve.interruption import Interruption

LEASH = Path(__file__).with_name("leash.py")
LONGEST_LOG = 10_000_000  # bytes
LONGEST_PAUSE = 30.0  # seconds between two starts of a program that keeps dying
SETTLED = 60.0  # seconds after which a program counts as healthy again

# A busy machine is not helped by one thread per core in every process, and nothing is fetched
# behind the operator's back. What the operator has set stands.
DEFAULTS = {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1"}


@dataclass(frozen=True, slots=True)
class Program:
    """What to run. `mark` is an argument that no other program on this machine has."""

    name: str
    module: str
    arguments: tuple[str, ...]
    mark: str
    log: Path
    farewell: tuple[tuple[signal.Signals, float], ...]  # signals, and seconds to heed each
    leash: signal.Signals = signal.SIGQUIT  # what it gets where its supervisor was killed

    def processes(self) -> list[psutil.Process]:
        """Return its live processes and all that they started, whoever started it."""
        found: dict[int, psutil.Process] = {}
        for process in psutil.process_iter(["cmdline", "uids"]):
            line, uids = process.info["cmdline"], process.info["uids"]
            if line and self.mark in line and self.module in line and uids.real == os.getuid():
                with contextlib.suppress(psutil.Error):
                    found |= {each.pid: each for each in process.children(recursive=True)}
                    found[process.pid] = process
        return list(found.values())

    def end(self) -> None:
        """End all of its processes."""
        kill(self.processes())


def popen(
    command: Sequence[str], *, leash: signal.Signals, log: Path | None
) -> subprocess.Popen[bytes]:
    """Start `command` so that it cannot outlive this process, away from the terminal's Ctrl-C."""
    held = [sys.executable, "-I", str(LEASH), str(int(leash)), str(os.getpid()), *command]
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(_fresh(log).open("ab")) if log else None
        return subprocess.Popen(  # noqa: S603 - a command of our own
            held,
            cwd=CHECKOUT,
            env=DEFAULTS | os.environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def kill(processes: Iterable[psutil.Process]) -> None:
    processes = list(processes)
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    until = time.monotonic() + 5
    while any(is_alive(process) for process in processes) and time.monotonic() < until:
        time.sleep(0.02)


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@dataclass(slots=True)
class Child:
    """A program that is to run until it is stopped."""

    program: Program
    say: Callable[[str], object]
    interruption: Interruption
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    pause: float = 0.5
    due: float = field(default=0.0)

    def start(self) -> None:
        command = [sys.executable, "-m", self.program.module, *self.program.arguments]
        self.process = popen(command, leash=self.program.leash, log=self.program.log)
        self.began = time.monotonic()

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tend(self) -> None:
        """Start it again if it died, later each time that it dies young."""
        now = time.monotonic()
        if self.is_running() or now < self.due:
            return
        if self.process is None:
            self.start()
            return
        self.pause = min(self.pause * 2, LONGEST_PAUSE) if now < self.began + SETTLED else 1.0
        self.say(
            f"The {self.program.name} {_ending(self.process.returncode)}; it starts again in "
            f"{self.pause:.0f} s. Its log: {self.program.log}"
        )
        self.program.end()
        self.process, self.due = None, now + self.pause

    def stop(self) -> None:
        """Ask it to leave, more firmly each time; whatever is left then is killed."""
        family = self.program.processes()
        for number, patience in self.program.farewell:
            if self.is_running() and self.process is not None:
                self.process.send_signal(number)
                self._wait(patience)
        kill([*family, *self.program.processes()])
        if self.process is not None:
            self.process.wait()

    def _wait(self, patience: float) -> None:
        until = time.monotonic() + patience
        while (
            self.is_running() and time.monotonic() < until and not self.interruption.is_urgent
        ):
            time.sleep(0.02)


def _ending(status: int) -> str:
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"stopped with status {status}"


def _fresh(log: Path) -> Path:
    """Put a log that has grown long aside; one of these is kept."""
    if log.exists() and log.stat().st_size > LONGEST_LOG:
        log.rename(log.with_suffix(".log.1"))
    return log
