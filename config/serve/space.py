"""Room on the disk: the operator hears of it before readers do."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# PostgreSQL writes its log in pieces of 16 MB; without room it refuses readers too.
LEAST = 100_000_000  # bytes


@dataclass(slots=True)
class Space:
    """Says once that the disk of a folder is nearly full, and once that it has room again."""

    folder: Path
    say: Callable[[str], object]
    least: int = LEAST
    is_scarce: bool = False

    def tend(self) -> None:
        left = shutil.disk_usage(self.folder).free
        if (left < self.least) is self.is_scarce:
            return
        self.is_scarce = not self.is_scarce
        if self.is_scarce:
            self.say(
                f"The disk of {self.folder} is nearly full: {left // 1_000_000} MB are left. "
                "Free some. With none left nothing is stored and no page is answered; what was "
                "stored is safe, and all goes on by itself once there is room."
            )
        else:
            self.say(f"The disk of {self.folder} has room again.")
