"""What must hold before anything is started; each failure is one line for the operator."""

import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.postgres import locks

HOST = "127.0.0.1"


class CannotServeError(Exception):
    """The site cannot start; the text says why and what to do, in one line."""


def check_folder(data: Path) -> None:
    try:
        (data / "logs").mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data):
            pass
    except OSError as error:
        raise CannotServeError(
            f"The data folder {data} cannot be written ({error.strerror}); "
            "set BUTFOR_DATA to a folder that you own."
        ) from error


def check_port(port: int) -> None:
    if not 0 < port < 65536:
        raise CannotServeError(f"There is no port {port}; PORT is a number from 1 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CannotServeError(
                f"Port {port} cannot be used ({error.strerror}); "
                f"stop what holds it, or take another: PORT={port % 65535 + 1} make run"
            ) from error


@contextmanager
def alone(data: Path, port: int) -> Iterator[None]:
    """Keep a second supervisor off the data folder for the length of a `with` block."""
    lock = data / "serve.lock"
    with locks.held(lock, locks.ALONE, patience=0) as had:
        if not had:
            raise CannotServeError(
                f"The site already runs on {data} ({lock.read_text().strip()}); "
                "stop it, or set another BUTFOR_DATA."
            )
        lock.write_text(f"http://{HOST}:{port}\n")
        yield
