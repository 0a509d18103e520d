"""What a killed server, a killed starter or a reboot leaves behind is no hindrance."""

import os
import shutil
import signal
import subprocess
from functools import partial
from pathlib import Path

import psutil
import psycopg
import pytest

from config.postgres import Server
from config.postgres.processes import postmaster, strays
from tests.config.pythons import master, next_line, python, wait_for

pytestmark = pytest.mark.slow

WRITER = """
import sys, psycopg
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    for number in range(1_000_000):
        connection.execute("INSERT INTO written VALUES (%s)", [number])
        print(number, flush=True)
"""
STARTER = """
import sys, pathlib
from config.postgres import Server
Server(pathlib.Path(sys.argv[1])).ensure_running()
"""
BUSY = "SELECT count(*) FROM generate_series(1, 100000000000) n WHERE n % 7 = 8"


def run(server: Server, query: str) -> list[tuple]:
    with psycopg.connect(server.url, autocommit=True) as connection:
        cursor = connection.execute(query)
        return cursor.fetchall() if cursor.description else []


def kill_all(server: Server) -> None:
    for process in strays(server.folders.home):
        process.kill()
    wait_for(lambda: not strays(server.folders.home))


def pid_file(server: Server) -> Path:
    return server.folders.cluster / "postmaster.pid"


def pretend(server: Server, pid: int) -> None:
    """Give the pid file of a killed server another process's number."""
    lines = pid_file(server).read_text().splitlines()
    pid_file(server).write_text("\n".join([str(pid), *lines[1:]]) + "\n")


def as_owner(server: Server, *command: str) -> subprocess.Popen[bytes]:
    """Start a process that the server's user could signal: of the number's owners the worst."""
    owner = server.folders.home.stat().st_uid
    return subprocess.Popen(command, user=owner if os.geteuid() == 0 else None)


@pytest.mark.parametrize("victims", ["server", "all"])
def test_every_acknowledged_commit_outlives_a_kill(server, victims):
    run(server, "CREATE TABLE IF NOT EXISTS written (number int)")
    run(server, "TRUNCATE written")
    with python(WRITER, server.url) as writer:
        acknowledged = [int(next_line(writer)) for _ in range(300)]
        if victims == "all":
            kill_all(server)
        else:
            master(server).kill()
            wait_for(lambda: not postmaster(server.folders.cluster))
            writer.kill()
        acknowledged += [int(line) for line in iter(partial(next_line, writer), "")]
    assert server.ensure_running()
    written = {number for (number,) in run(server, "SELECT number FROM written")}
    assert set(acknowledged) <= written
    run(server, "INSERT INTO written VALUES (-1)")


def test_killed_server_is_not_taken_for_a_running_one(server):
    kill_all(server)
    assert pid_file(server).exists()
    assert not server.is_running()
    assert server.ensure_running()
    assert run(server, "SELECT 1") == [(1,)]


def test_pid_given_to_another_program_is_not_taken_for_the_server(server):
    kill_all(server)
    other = as_owner(server, "sleep", "60")
    try:
        pretend(server, other.pid)
        assert not server.is_running()
        assert server.ensure_running()
        assert other.poll() is None, "the other program was stopped"
        server.stop()
        assert other.poll() is None, "the other program was stopped"
    finally:
        other.kill()
        other.wait()


def test_pid_of_another_server_is_not_taken_for_this_one(data):
    data.chmod(0o711)
    one, two = Server(data / "one", durable=False), Server(data / "two", durable=False)
    try:
        one.ensure_running()
        two.ensure_running()
        kill_all(one)
        pretend(one, master(two).pid)
        assert not one.is_running()
        assert one.ensure_running()
        one.stop()
        assert two.is_running()
    finally:
        one.stop()
        two.stop()


def test_zombie_is_not_taken_for_the_server(server):
    kill_all(server)
    dead = as_owner(server, "true")
    wait_for(lambda: psutil.Process(dead.pid).status() == psutil.STATUS_ZOMBIE)
    pretend(server, dead.pid)
    assert server.ensure_running()
    dead.wait()


@pytest.mark.parametrize("content", ["", "nonsense\n", "-1\n", "99999999999\n"])
def test_damaged_pid_file_is_no_hindrance(server, content):
    kill_all(server)
    pid_file(server).write_text(content)
    assert not server.is_running()
    assert server.ensure_running()


def test_busy_orphans_of_a_killed_server_are_ended(server):
    client = python(
        f"import sys, psycopg; psycopg.connect(sys.argv[1]).execute({BUSY!r})", server.url
    )
    try:
        wait_for(
            lambda: run(
                server, "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%generate%7 = 8'"
            )
        )
        master(server).kill()
        wait_for(lambda: not postmaster(server.folders.cluster))
        orphans = strays(server.folders.home)
        assert orphans, "no orphan is left: this test shows nothing"
        assert server.ensure_running()
        assert not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in orphans)
        assert run(server, "SELECT 1") == [(1,)]
    finally:
        client.kill()
        client.communicate()


def test_lost_socket_is_made_again(server):
    server.folders.socket.unlink()
    assert not server.is_running()
    server.ensure_running()
    assert run(server, "SELECT 1") == [(1,)]


@pytest.mark.parametrize(
    "moment", ["cluster.new", "cluster.new/PG_VERSION", "cluster.new/base/5"]
)
def test_interrupted_making_of_the_database_is_begun_anew(data, moment):
    server = Server(data)
    starter = python(STARTER, data)
    wait_for((server.folders.home / moment).exists)
    starter.kill()
    starter.communicate()
    assert not server.folders.cluster.exists()
    assert server.ensure_running()
    assert not (server.folders.home / "cluster.new").exists()
    assert run(server, "SELECT current_database()") == [("butfor",)]


def test_starter_killed_while_the_server_starts(server):
    server.stop()
    starter = python(STARTER, server.data)
    wait_for(pid_file(server).exists)
    starter.kill()
    starter.communicate()
    server.ensure_running()
    assert run(server, "SELECT 1") == [(1,)]


def test_stop_takes_a_server_with_open_sessions(server):
    with psycopg.connect(server.url) as connection:
        connection.execute("SELECT 1")
        server.stop()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert not strays(server.folders.home)
    assert not pid_file(server).exists()


def test_stop_ends_the_orphans_of_a_killed_server(server):
    for process in strays(server.folders.home):
        process.send_signal(signal.SIGSTOP)
    master(server).kill()
    wait_for(lambda: not postmaster(server.folders.cluster))
    assert strays(server.folders.home)
    server.stop()
    assert not strays(server.folders.home)


def test_data_folder_can_be_moved(data):
    data.chmod(0o711)
    old = Server(data / "old", durable=False)
    old.ensure_running()
    run(old, "CREATE TABLE moved (number int)")
    old.stop()
    shutil.move(data / "old", data / "new")
    new = Server(data / "new", durable=False)
    try:
        new.ensure_running()
        assert run(new, "SELECT * FROM moved") == []
    finally:
        new.stop()
