"""Who runs the server. PostgreSQL refuses root, so root hands it to a user without rights."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.postgres.errors import PostgresError

SYSTEM_USER = "butfor-postgres"
AS_A_SERVICE = (
    *("--system", "--user-group", "--no-create-home"),
    *("--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"),
)


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    uid: int
    gid: int

    @property
    def is_caller(self) -> bool:
        return self.uid == os.geteuid()

    def run(
        self,
        command: Sequence[str | Path],
        *,
        cwd: Path,
        environment: Mapping[str, str] | None = None,
        stdin: str = "",
    ) -> subprocess.CompletedProcess[str]:
        """Run `command` as this account, away from the caller's terminal and environment.

        Both streams come back as `stdout`. A server left running by `command` must not hold
        them: give it a log of its own.
        """
        switch = not self.is_caller
        try:
            return subprocess.run(  # noqa: S603 - programs of the wheel, arguments of our own
                [str(part) for part in command],
                cwd=cwd,
                env={"PATH": os.defpath, "LC_ALL": "C", **(environment or {})},
                input=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                check=False,
                umask=0o077,
                start_new_session=True,
                user=self.uid if switch else None,
                group=self.gid if switch else None,
                extra_groups=[] if switch else None,
            )
        except OSError as error:
            raise PostgresError(
                f"{command[0]} cannot be run as {self.name}: {error}"
            ) from error

    def can_enter(self, folder: Path) -> bool:
        return (
            self.run(["/bin/sh", "-c", 'cd "$1"', "sh", folder], cwd=Path("/")).returncode == 0
        )


def chosen(home: Path) -> Account:
    """Return the account for the server whose files lie in `home`.

    Data keeps its owner: root runs a server on another user's data as that user.
    """
    if os.geteuid() != 0:
        return _account(pwd.getpwuid(os.geteuid()))
    if home.exists() and (owner := home.stat().st_uid) != 0:
        return _of_owner(owner)
    return _system_account()


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _of_owner(uid: int) -> Account:
    try:
        return _account(pwd.getpwuid(uid))
    except KeyError:
        raise PostgresError(
            f"the database belongs to user {uid}, who does not exist on this system; "
            "give its folder to an existing user, or set another BUTFOR_DATA"
        ) from None


def _system_account() -> Account:
    """Return the user kept for the server, made on first use; `nobody` where none can be made."""
    if SYSTEM_USER not in _names() and (useradd := shutil.which("useradd")):
        subprocess.run(  # noqa: S603 - another process may be making the same user: no check
            [useradd, *AS_A_SERVICE, SYSTEM_USER],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    for name in (SYSTEM_USER, "nobody"):
        if name in _names():
            return _account(pwd.getpwnam(name))
    raise PostgresError(
        f"PostgreSQL does not run as root, and this system has neither the user {SYSTEM_USER} "
        "nor nobody; make one, start as an ordinary user, or set DATABASE_URL"
    )


def _names() -> set[str]:
    return {entry.pw_name for entry in pwd.getpwall()}
