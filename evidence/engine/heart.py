"""What a worker tells of itself while it runs: that it lives, and how far it is."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection
from django.utils import timezone

from evidence.harness.spec import Progress
from evidence.models import Run

TELL_SECONDS = 1.0  # how often a run that works writes its progress and looks for a cancel
BEAT_SECONDS = 15.0  # how often it says that it lives, also while one step takes long

logger = logging.getLogger(__name__)


class Heart:
    """One attempt at a run: writes its progress and reads the wish to cancel."""

    def __init__(self, run_id: int, attempt: int) -> None:
        self.mine = Run.objects.filter(pk=run_id, status=Run.Status.RUNNING, attempts=attempt)
        self.told = self.asked = 0.0
        self.stop = False

    def progress(self, report: Progress) -> None:
        if time.monotonic() - self.told < TELL_SECONDS and report.done < report.total:
            return
        self.told = time.monotonic()
        self.mine.update(
            done=report.done, total=report.total, message=report.message[:200],
            heartbeat_at=timezone.now(),
        )  # fmt: skip

    def cancelled(self) -> bool:
        if time.monotonic() - self.asked >= TELL_SECONDS:
            self.asked = time.monotonic()
            asked = self.mine.values_list("cancel_asked", flat=True).first()
            # None: somebody took this worker for dead and gave the run to another one.
            self.stop = asked is None or asked
        return self.stop

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Say that this process lives for the length of a `with` block, whatever it does."""
        ended = threading.Event()
        thread = threading.Thread(target=self._beat, args=[ended], daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _beat(self, ended: threading.Event) -> None:
        while not ended.wait(BEAT_SECONDS):
            try:
                self.mine.update(heartbeat_at=timezone.now())
            except DatabaseError:
                # The database may be away for a moment; the next beat tries again.
                logger.warning("a heartbeat could not be written", exc_info=True)
            finally:
                connection.close()
