"""A data folder of a test's own: where the server's user can enter, which is not tmp_path."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.postgres import Server


@pytest.fixture
def data() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="butfor-config-"))
    yield folder
    Server(folder).stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def server(data: Path) -> Server:
    """A durable server, running."""
    server = Server(data)
    server.ensure_running()
    return server
