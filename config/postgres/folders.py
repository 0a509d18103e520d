"""Where the server's files lie in the data folder, and who may reach them."""

import hashlib
import os
import re
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from config.postgres.account import Account
from config.postgres.errors import PostgresError, from_system

SOCKET = ".s.PGSQL.5432"
PLAIN = re.compile(r"[\w./+@-]+")
LONGEST_SOCKET = 100  # bytes; the kernel takes 107 and no system takes fewer than 103


@dataclass(frozen=True, slots=True)
class Folders:
    """The files of one server, all of them below `data`."""

    data: Path

    @property
    def home(self) -> Path:
        return self.data / "postgres"

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def socket(self) -> Path:
        return socket_dir(self.data) / SOCKET

    @property
    def locks(self) -> tuple[Path, Path]:
        """The server's own locks. They hold a process number, which outlives its process."""
        return self.cluster / "postmaster.pid", self.socket.with_name(f"{SOCKET}.lock")


def socket_dir(data: Path) -> Path:
    """Return the folder of the server's socket: a function of the data folder alone.

    It lies below /tmp where the socket's path would be too long for the kernel, or has a
    character that some client takes for the end of the address, such as a space or a comma.
    """
    home = Folders(data.resolve()).home
    if len(os.fsencode(home / SOCKET)) <= LONGEST_SOCKET and PLAIN.fullmatch(str(home)):
        return home
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return Path("/tmp") / f"butfor-{digest}"  # noqa: S108 - made and checked in `_private`


def make_data(data: Path) -> None:
    """Make the data folder. What is made as root can be passed through, but not listed."""
    try:
        for folder in reversed([data, *data.parents]):
            if not folder.exists():
                folder.mkdir(exist_ok=True)
                folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    except OSError as error:
        raise from_system(error, data) from error


def prepare(folders: Folders, account: Account) -> None:
    """Make the server's own folders, private to `account`, and see that it can enter them."""
    _private(folders.home, account)
    _private(folders.socket.parent, account)
    if account.is_caller or account.can_enter(folders.home):
        return
    _let_through(folders.data, account)
    if not account.can_enter(folders.home):
        raise PostgresError(
            f"PostgreSQL does not run as root, and {account.name}, who runs it instead, cannot "
            f"enter {_closed(folders.home, account)}; set BUTFOR_DATA to a folder that every "
            "user can reach, such as /var/lib/butfor"
        )


def clear(folders: Folders) -> None:
    """Remove the folder of the socket where it has one of its own."""
    if folders.socket.parent != folders.home:
        shutil.rmtree(folders.socket.parent, ignore_errors=True)


def _private(folder: Path, account: Account) -> None:
    """Make `folder` for `account` alone. One made by another user, to trap ours, is refused."""
    if not os.path.lexists(folder):
        folder.mkdir(mode=0o700)
        if not account.is_caller:
            os.chown(folder, account.uid, account.gid, follow_symlinks=False)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid:
        raise PostgresError(
            f"{folder} is not a folder of {account.name}; remove it, give it to {account.name}, "
            "or set another BUTFOR_DATA"
        )
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)


def _let_through(data: Path, account: Account) -> None:
    """Let the account's group pass through root's own data folder, and through nothing above."""
    found = data.stat()
    if found.st_uid == 0 and found.st_gid == 0:
        os.chown(data, 0, account.gid)
        data.chmod(stat.S_IMODE(found.st_mode) & ~0o070 | 0o010)


def _closed(home: Path, account: Account) -> Path:
    """Return the first folder on the way that keeps the account out."""
    way = [*reversed(home.parents), home]
    return next((folder for folder in way if not account.can_enter(folder)), home)
