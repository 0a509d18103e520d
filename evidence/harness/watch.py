"""What a run tells its caller while it works, how the caller stops it, and its clock."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evidence.harness.errors import RunCancelledError
from evidence.harness.spec import Progress


@dataclass(slots=True)
class Watch:
    """Counts the steps of a run; each report is also a chance to stop."""

    progress: Callable[[Progress], None]
    cancelled: Callable[[], bool]
    # Where a recipe may keep what it needs to go on after a kill, as files named arm-*.
    checkpoints: Path | None = None
    total: int = 0
    done: int = 0

    def expect(self, steps: int) -> None:
        """Say how many steps the run will take."""
        self.total = steps

    def step(self, message: str) -> None:
        """Report a finished step; raise RunCancelledError if the caller wants no more."""
        self.check()
        self.done += 1
        self.progress(Progress(self.done, self.total, message))

    def check(self) -> None:
        """Raise RunCancelledError if the caller wants no more."""
        if self.cancelled():
            raise RunCancelledError("The run was cancelled; it left no bundle.")


@dataclass(frozen=True, slots=True)
class Clock:
    """Wall and processor seconds since a start."""

    wall: float
    cpu: float

    @classmethod
    def started(cls) -> "Clock":
        """Return a clock that starts now."""
        return cls(time.monotonic(), time.process_time())

    @property
    def wall_seconds(self) -> float:
        """Return the seconds that went by."""
        return round(time.monotonic() - self.wall, 2)

    @property
    def cpu_seconds(self) -> float:
        """Return the seconds that this process computed."""
        return round(time.process_time() - self.cpu, 2)
