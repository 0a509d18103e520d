"""Who runs the server: never root, and no folder is opened for whoever does."""

import os
import pwd
import shutil
from pathlib import Path

import psycopg
import pytest

from config.postgres import PostgresError, Server
from config.postgres.account import SYSTEM_USER, Account, chosen
from config.postgres.folders import prepare, socket_dir
from config.postgres.programs import BIN, PARTS, runnable
from tests.config.people import only_ordinary, only_root, said_by
from tests.config.pythons import master

# Each test starts servers of its own.
pytestmark = pytest.mark.slow

NOBODY = pwd.getpwnam("nobody")


def answers(server: Server) -> bool:
    with psycopg.connect(server.url) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


@only_root
def test_root_runs_it_as_a_user_without_rights(server):
    owner = master(server).uids()
    assert owner.real == owner.effective == owner.saved != 0
    assert pwd.getpwuid(owner.real).pw_name in (SYSTEM_USER, "nobody")
    assert answers(server)


@only_root
def test_roots_data_folder_stays_closed_to_everyone_else(data):
    assert data.stat().st_mode & 0o777 == 0o700
    Server(data, durable=False).ensure_running()
    found = data.stat()
    assert found.st_uid == 0
    assert found.st_mode & 0o777 == 0o710
    assert found.st_gid == chosen(data / "postgres").gid


@only_root
def test_no_folder_above_the_data_is_opened(data):
    with pytest.raises(PostgresError, match="does not run as root") as caught:
        Server(data / "inner").ensure_running()
    assert f"cannot enter {data};" in str(caught.value)
    assert data.stat().st_mode & 0o777 == 0o700


@only_root
def test_ordinary_user_runs_it_as_themselves(data):
    os.chown(data, NOBODY.pw_uid, NOBODY.pw_gid)
    server = Server(data, durable=False)
    if said_by("nobody", lambda: runnable(chosen(data), data)).startswith("PostgresError"):
        pytest.skip("the environment lies where only root can enter")
    assert said_by("nobody", server.ensure_running) == "True"
    assert master(server).uids().real == NOBODY.pw_uid
    assert said_by("nobody", lambda: answers(server)) == "True"
    assert said_by("nobody", server.stop) == "None"
    assert not server.is_running()


@only_root
def test_root_runs_another_users_database_as_that_user(data):
    data.chmod(0o711)
    home = data / "postgres"
    home.mkdir(mode=0o700)
    os.chown(home, NOBODY.pw_uid, NOBODY.pw_gid)
    server = Server(data, durable=False)
    server.ensure_running()
    assert master(server).uids().real == NOBODY.pw_uid


@only_ordinary
def test_ordinary_user_cannot_use_roots_folder():
    with pytest.raises(PostgresError, match="Permission denied"):
        Server(Path("/var/butfor-test")).ensure_running()


@only_root
@pytest.mark.slow
def test_programs_are_copied_where_the_environment_is_closed(data, monkeypatch):
    """The wheel is put below a closed folder, as an environment below root's home is."""
    data.chmod(0o711)
    account = chosen(data / "postgres")
    closed = data / "closed"
    site = runnable(Account("root", 0, 0), data).parents[2]
    for part in PARTS:
        shutil.copytree(site / part, closed / part)
    (closed / PARTS[0]).parent.joinpath("__init__.py").touch()
    closed.chmod(0o700)
    monkeypatch.syspath_prepend(closed)
    programs = runnable(account, data)
    assert programs.is_relative_to(data / "postgres-programs")
    assert closed.stat().st_mode & 0o777 == 0o700
    inode = programs.stat().st_ino
    assert runnable(account, data).stat().st_ino == inode, "copied twice"
    server = Server(data, durable=False)
    server.ensure_running()
    assert Path(master(server).exe()) == programs / "postgres"
    assert answers(server)


@only_root
@pytest.mark.slow
def test_unfinished_copy_is_made_anew(data, monkeypatch):
    data.chmod(0o711)
    unfinished = data / "postgres-programs" / "0.6.0.unfinished" / BIN
    unfinished.mkdir(parents=True)
    test_programs_are_copied_where_the_environment_is_closed(data, monkeypatch)
    assert not unfinished.exists()


@only_root
@pytest.mark.parametrize("trap", ["folder", "link"])
def test_socket_folder_made_by_another_user_is_refused(data, trap):
    data.chmod(0o711)
    far = Server(data / ("x" * 120))
    place = socket_dir(far.data)
    mine = data / "mine"
    mine.mkdir()
    if trap == "folder":
        place.mkdir(mode=0o700)
        os.chown(place, NOBODY.pw_uid, NOBODY.pw_gid)
    else:
        place.symlink_to(mine)
    try:
        with pytest.raises(PostgresError, match="is not a folder of") as caught:
            far.ensure_running()
        assert str(place) in str(caught.value)
    finally:
        place.rmdir() if trap == "folder" else place.unlink()


@only_root
def test_database_of_a_user_who_is_gone_is_named(data):
    (data / "postgres").mkdir()
    os.chown(data / "postgres", 54321, 54321)
    with pytest.raises(PostgresError, match="user 54321, who does not exist"):
        Server(data).ensure_running()


def test_folders_are_made_private_whatever_they_were(server):
    server.stop()
    server.folders.home.chmod(0o755)
    prepare(server.folders, chosen(server.folders.home))
    assert server.folders.home.stat().st_mode & 0o777 == 0o700
