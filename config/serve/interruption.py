"""What Ctrl-C, SIGTERM and a closed terminal do: the first one stops, a second one hurries."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


@dataclass(slots=True)
class Interruption:
    """Counts the signals that came."""

    count: int = 0

    @property
    def is_urgent(self) -> bool:
        return self.count > 1

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Raise KeyboardInterrupt in the block at the first signal, and at no later one.

        So nothing cuts short the tidying up that the first has begun; it asks `is_urgent`.
        """
        numbers = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as it is under nohup
            numbers.append(signal.SIGHUP)
        before = {number: signal.signal(number, self._came) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _came(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1
        if self.count == 1:
            raise KeyboardInterrupt
