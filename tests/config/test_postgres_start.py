"""Start, share and stop the embedded server."""

from pathlib import Path

import psycopg
import pytest

from config.postgres import Server, socket_dir
from config.postgres.processes import strays
from tests.config.pythons import next_line, python

STARTER = """
import sys, pathlib
from config.postgres import Server
print(Server(pathlib.Path(sys.argv[1]), durable=False).ensure_running())
"""
USER = """
import sys, pathlib
from config.postgres import Server
with Server(pathlib.Path(sys.argv[1]), durable=False).in_use():
    print("in", flush=True)
    sys.stdin.read()
"""


def answer(server: Server, query: str = "SELECT 1") -> object:
    with psycopg.connect(server.url) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


@pytest.mark.slow
def test_server_starts_once_and_stops(data):
    server = Server(data, durable=False)
    assert not server.is_running()
    assert server.ensure_running()
    assert server.is_running()
    assert not server.ensure_running()
    assert answer(server) == 1
    server.stop()
    assert not server.is_running()
    assert strays(server.folders.home) == []
    assert server.ensure_running()


def test_stopping_what_does_not_run_changes_nothing(data):
    Server(data).stop()
    assert list(data.iterdir()) == []


def test_address_depends_on_the_folder_alone(data):
    assert Server(data).url == Server(data / ".." / data.name, durable=False).url
    assert Server(data / "other").url != Server(data).url
    assert not list(data.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT current_database()", "butfor"),
        ("SHOW server_encoding", "UTF8"),
        ("SHOW listen_addresses", ""),
        ("SHOW data_checksums", "on"),
        ("SHOW fsync", "on"),
        ("SHOW synchronous_commit", "on"),
        ("SHOW timezone", "UTC"),
        ("SELECT lower('ÀÉÎ')", "àéî"),
        (
            "SELECT installed_version IS NULL FROM pg_available_extensions WHERE name='vector'",
            True,
        ),
    ],
)
def test_server_is_set_up(server, query, expected):
    assert answer(server, query) == expected


def test_folders_are_closed_to_others(server):
    assert server.folders.home.stat().st_mode & 0o777 == 0o700
    assert server.folders.cluster.stat().st_mode & 0o777 == 0o700
    assert server.folders.socket.stat().st_mode & 0o777 == 0o700


@pytest.mark.slow
def test_hasty_server_does_not_wait_for_the_disk(data):
    server = Server(data, durable=False)
    server.ensure_running()
    assert answer(server, "SHOW fsync") == "off"


@pytest.mark.slow
def test_four_processes_at_once_share_one_server(data):
    starters = [python(STARTER, data) for _ in range(4)]
    said = sorted(starter.communicate(timeout=60)[0].strip() for starter in starters)
    assert said == ["False", "False", "False", "True"]
    running = strays(Server(data).folders.home)
    masters = [
        process for process in running if process.ppid() not in {p.pid for p in running}
    ]
    assert len(masters) == 1
    assert answer(Server(data)) == 1


@pytest.mark.slow
def test_last_user_stops_the_server(data):
    server = Server(data)
    first, second = python(USER, data), python(USER, data)
    assert [next_line(user) for user in (first, second)] == ["in", "in"]
    first.communicate("", timeout=30)
    assert server.is_running()
    second.communicate("", timeout=30)
    assert not server.is_running()


@pytest.mark.slow
def test_killed_user_is_not_counted(data):
    server = Server(data)
    first, second = python(USER, data), python(USER, data)
    assert [next_line(user) for user in (first, second)] == ["in", "in"]
    first.kill()
    first.communicate()
    assert server.is_running()
    second.communicate("", timeout=30)
    assert not server.is_running()


@pytest.mark.slow
def test_error_of_a_user_is_passed_on_and_the_server_stopped(data):
    server = Server(data, durable=False)
    with pytest.raises(FileNotFoundError, match="mine"), server.in_use():
        raise FileNotFoundError("mine")
    assert not server.is_running()


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["x" * 120, "with, comma", "with 'quotes\" and space", "Übersicht", "a%20b"]
)
def test_server_runs_in_a_folder_of_any_name(data, name):
    data.chmod(0o711)  # root's server is another user, and opens no folder above its own
    server = Server(data / name, durable=False)
    try:
        server.ensure_running()
        assert answer(server) == 1
        assert socket_dir(data / name).stat().st_mode & 0o777 == 0o700
    finally:
        server.stop()


@pytest.mark.parametrize(
    "name", ["with space", "with,comma", "with'quote", 'with"quote', "a%20b"]
)
def test_address_has_nothing_that_a_client_could_take_for_its_end(data, name):
    assert socket_dir(data / name).parent.parent == Path("/")


def test_socket_lies_in_the_data_folder_unless_its_path_is_too_long(data):
    assert socket_dir(data) == data / "postgres"
    far = socket_dir(data / ("x" * 120))
    assert far.parent.parent == Path("/")
    assert far == socket_dir(data / ("x" * 120))
    assert far != socket_dir(data / ("y" * 120))
