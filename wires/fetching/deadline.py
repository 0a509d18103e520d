"""The end of a download: a server that drips a byte now and then does not move it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import TypeVar

from wires.fetching.problems import UnreachableError

Found = TypeVar("Found")


class Deadline:
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._at = time.monotonic() + seconds

    @property
    def has_passed(self) -> bool:
        return time.monotonic() >= self._at

    def left(self, host: str) -> float:
        """Return the seconds that are left. Raises UnreachableError when none is."""
        if self.has_passed:
            raise UnreachableError(
                f"{host} took longer than {self.seconds:g} s to send the document. Try again later, "
                "or upload it by hand."
            )
        return self._at - time.monotonic()

    @contextmanager
    def guarding(self, connection: socket.socket, host: str) -> Iterator[None]:
        """Shut a connection down at the end, whatever reads from it at that moment.

        A socket's own time limit begins anew with each byte. Its copy made here stays in
        force when TLS takes the socket over, and shutting it down ends both.
        """
        watched = connection.dup()
        timer = threading.Timer(self.left(host), _shut, [watched])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            watched.close()


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):  # it is closed already
        connection.shutdown(socket.SHUT_RDWR)


def within(seconds: float, work: Callable[[], Found], *, late: str) -> Found:
    """Do work that knows no limit of time, such as the look-up of a name, and wait no longer.

    Raises UnreachableError with the words `late`; the work is left behind in its thread.
    """
    answer: Future[Found] = Future()

    def do() -> None:
        try:
            answer.set_result(work())
        except Exception as error:  # noqa: BLE001 - raised again where it is waited for
            answer.set_exception(error)

    threading.Thread(target=do, daemon=True).start()
    try:
        return answer.result(seconds)
    except TimeoutError as error:
        if answer.done():
            raise  # the work's own
        raise UnreachableError(late) from error
