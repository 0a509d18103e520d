"""Make the files of a new database; they are whole or not there."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from config.postgres.account import Account
from config.postgres.errors import PostgresError, from_output
from config.postgres.folders import Folders
from config.postgres.programs import MAJOR

NAME = "butfor"  # of the database and of its one user

LAYOUT = (
    f"--username={NAME}",
    "--encoding=UTF8",
    # The built-in locale sorts by code point and knows the letter case of Unicode; no upgrade
    # of the system's C library can change its order under an index.
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-locale",
    "--text-search-config=english",
    "--auth-local=trust",  # only the owner of the socket's folder gets as far as that
    "--auth-host=reject",
    "--no-instructions",
)
# Kept in postgresql.conf, where it can be tuned.
TUNING = (
    "--set=max_connections=100",  # each thread that queues a task holds one more for that
    "--set=shared_buffers=128MB",
    "--set=log_checkpoints=off",
    "--set=log_timezone=UTC",
    "--set=timezone=UTC",
)


def check_version(cluster: Path) -> None:
    version = (cluster / "PG_VERSION").read_text().strip()
    if version != str(MAJOR):
        raise PostgresError(
            f"{cluster} was made by PostgreSQL {version}, and this is {MAJOR}; start it with the "
            "release of the archive that made it and dump it there, or set another BUTFOR_DATA"
        )


def make(folders: Folders, account: Account, programs: Path, *, durable: bool) -> None:
    """Make the cluster and its database under another name, then give it its own.

    Killed at any point before that, the next start begins anew.
    """
    fresh = folders.home / "cluster.new"
    shutil.rmtree(fresh, ignore_errors=True)
    haste = [] if durable else ["--no-sync"]
    initdb: list[str | Path] = [
        programs / "initdb",
        f"--pgdata={fresh}",
        *LAYOUT,
        *TUNING,
        *haste,
    ]
    _done(account, initdb, folders.home, "")
    single: list[str | Path] = [
        programs / "postgres",
        "--single",
        "-j",
        "-c",
        "exit_on_error=on",
        "-D",
        fresh,
    ]
    _done(account, [*single, "postgres"], folders.home, f"CREATE DATABASE {NAME};\n")
    fresh.rename(folders.cluster)
    _sync(folders.home)


def _done(account: Account, command: Sequence[str | Path], home: Path, stdin: str) -> None:
    done = account.run(command, cwd=home, stdin=stdin)
    if done.returncode:
        raise from_output(f"making the database in {home}", done.stdout)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
