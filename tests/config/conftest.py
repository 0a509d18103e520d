"""Data folders of the tests' own: where the server's user can enter, which is not tmp_path."""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.postgres import Server


@pytest.fixture(autouse=True, scope="package")
def heeded_hangup() -> Iterator[None]:
    """Heed a hangup also where the tests were started under nohup, which ignores it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@contextmanager
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="butfor-config-"))
    try:
        yield path
    finally:
        Server(path).stop()
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def data() -> Iterator[Path]:
    with folder() as path:
        yield path


@pytest.fixture
def own_server(data: Path) -> Server:
    """A running server that a test may spoil."""
    server = Server(data, durable=False)
    server.ensure_running()
    return server


@pytest.fixture(scope="module")
def shared_data() -> Iterator[Path]:
    with folder() as path:
        yield path


@pytest.fixture
def server(shared_data: Path) -> Server:
    """A running server that a test may kill, but must be able to start again."""
    server = Server(shared_data)
    server.ensure_running()
    return server
