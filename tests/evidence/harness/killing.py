"""Work that is killed at random moments until it is done.

Each attempt is a process of its own, forked from one that has loaded torch but computed
nothing, so that an attempt costs its work and not the loading.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from evidence.harness.chance import seeded


def attempted(work: Callable[[], None], *, seconds: float | None) -> bool:
    """Do the work in a process of its own; kill it after so many seconds. True if it was done."""
    child = os.fork()
    if not child:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - it is a process's end
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError(f"an attempt failed by itself: {os.WEXITSTATUS(status)}")
    return os.WIFEXITED(status)


def killed(
    work: Callable[[Path], None], base: Path, *, kills: int, longest: float, seed: str
) -> list[int]:
    """Kill attempts at random moments of at most `longest` seconds; `base` has a folder a round.

    A round ends where an attempt ends before its signal, and in the end the last round is let
    finish. Returns how many kills each round took.
    """
    moments, rounds = seeded(seed), [0]
    while sum(rounds) < kills:
        folder = base / str(len(rounds))
        folder.mkdir(exist_ok=True)
        if attempted(lambda: work(folder), seconds=moments.uniform(0, longest)):  # noqa: B023
            rounds.append(0)
        else:
            rounds[-1] += 1
    last = base / str(len(rounds))
    last.mkdir(exist_ok=True)
    attempted(lambda: work(last), seconds=None)
    return rounds
