"""Room on the disk: the operator hears of it before readers do."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# PostgreSQL writes its log in pieces of 16 MB; without room it refuses readers too.
LEAST = 100_000_000  # bytes


@dataclass(slots=True)
class Space:
    """Says once that the disk of a folder is nearly full, and once that it has room again.

    There is room again where twice as much is free: a disk that wavers is not spoken of all day.
    """

    folder: Path
    say: Callable[[str], object]
    least: int = LEAST
    is_scarce: bool = False

    def tend(self) -> None:
        try:
            left = shutil.disk_usage(self.folder).free
        except OSError:
            return  # who writes there will say what is wrong
        enough = 2 * self.least if self.is_scarce else self.least
        if (left < enough) is self.is_scarce:
            return
        self.is_scarce = not self.is_scarce
        if self.is_scarce:
            self.say(
                f"The disk of {self.folder} is nearly full: {left // 1_000_000} MB are left. "
                "Free some: with none left nothing is stored, and a database on it answers nobody. "
                "What was stored is safe, and all goes on by itself once there is room."
            )
        else:
            self.say(f"The disk of {self.folder} has room again.")
