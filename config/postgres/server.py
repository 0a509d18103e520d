"""The embedded server of one data folder, shared by every process that asks for it."""

import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from config.postgres import account as accounts
from config.postgres import cluster, folders, locks, processes, programs
from config.postgres.account import Account
from config.postgres.errors import PostgresError, from_output, from_system
from config.postgres.folders import Folders

PATIENCE = 180  # seconds: after a crash all that followed the last checkpoint is replayed
LONGEST_LOG = 5_000_000  # bytes
HASTY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True, slots=True)
class Server:
    """A server whose files lie in `data`; one that is not `durable` may lose all in a crash."""

    data: Path
    durable: bool = field(default=True, kw_only=True)

    @property
    def folders(self) -> Folders:
        return Folders(self.data.resolve())

    @property
    def url(self) -> str:
        """The address for a client: a function of the data folder alone."""
        host = quote(str(self.folders.socket.parent), safe="")
        return f"postgresql:///{cluster.NAME}?host={host}&user={cluster.NAME}"

    def is_running(self) -> bool:
        """Tell whether the server takes connections."""
        where = self.folders.cluster
        return (
            processes.is_ready(where)
            and processes.postmaster(where) is not None
            and self.folders.socket.exists()
        )

    def ensure_running(self) -> bool:
        """Start the server unless it runs; True if this call started it.

        Processes that call this at once get one server. What a killed server left behind is
        cleared away first. Raises PostgresError with the reason and the remedy.
        """
        if self.is_running():
            return False
        with self._locked():
            if self._came_up():
                return False
            self._start()
            return True

    def stop(self) -> None:
        """Stop the server cleanly; nothing happens where none runs."""
        if not self.folders.home.exists():
            return
        with self._locked():
            if (found := processes.postmaster(self.folders.cluster)) is not None:
                processes.stop(found)
            processes.end(processes.strays(self.folders.home))
            folders.clear(self.folders)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Have the server run for the length of a `with` block; the last to leave stops it.

        Users are counted by the locks they hold, so one that was killed is not counted.
        """
        users = self.data / "postgres.users"
        folders.make_data(self.data)
        try:
            with locks.held(users, locks.TOGETHER, patience=PATIENCE):
                self.ensure_running()
                yield
        finally:
            with locks.held(users, locks.ALONE, patience=0) as is_last:
                if is_last:
                    self.stop()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        folders.make_data(self.data)
        with locks.held(self.data / "postgres.lock", locks.ALONE, patience=PATIENCE) as had:
            if not had:
                raise PostgresError(
                    "another process has been starting or stopping the database in "
                    f"{self.data} for {PATIENCE} s; end it and try again"
                )
            try:
                yield
            except OSError as error:
                raise from_system(error, self.data) from error

    def _came_up(self) -> bool:
        """Wait for a server that is there already; False if there is none, or it leaves."""
        until = time.monotonic() + PATIENCE
        while (found := processes.postmaster(self.folders.cluster)) is not None:
            if self.is_running():
                return True
            if processes.is_ready(self.folders.cluster):
                processes.stop(found)  # its socket was removed: nobody can reach it
            if time.monotonic() > until:
                raise PostgresError(
                    f"the database (process {found.pid}) has not become ready for {PATIENCE} s; "
                    f"see {self.folders.log}"
                )
            time.sleep(0.05)
        return False

    def _start(self) -> None:
        account = accounts.chosen(self.folders.home)
        folders.prepare(self.folders, account)
        binaries = programs.runnable(account, self.folders.data)
        processes.end(processes.strays(self.folders.home))
        for lock in self.folders.locks:
            lock.unlink(missing_ok=True)
        if not self.folders.cluster.exists():
            cluster.make(self.folders, account, binaries, durable=self.durable)
        cluster.check_version(self.folders.cluster)
        self._launch(account, binaries)

    def _launch(self, account: Account, binaries: Path) -> None:
        log = self.folders.log
        if log.exists() and log.stat().st_size > LONGEST_LOG:
            log.rename(log.with_suffix(".log.1"))
        seen = log.stat().st_size if log.exists() else 0
        # pg_ctl puts what it is told into a shell's command line, so it is told no paths.
        orders = (f"--timeout={PATIENCE}", f"--log={log.name}", f"--options={self._options()}")
        done = account.run(
            [binaries / "pg_ctl", "start", "--wait", *orders],
            cwd=self.folders.home,
            environment={"PGDATA": str(self.folders.cluster)},
        )
        if done.returncode:
            words = log.read_text(errors="replace")[seen:] if log.exists() else ""
            raise from_output("starting the database", words or done.stdout)

    def _options(self) -> str:
        """Return what must hold whatever postgresql.conf says, for the shell of pg_ctl."""
        settings = ["listen_addresses=", "port=5432", "unix_socket_permissions=0700"]
        settings += [
            f"unix_socket_directories={self.folders.socket.parent}",
            *(() if self.durable else HASTY),
        ]
        return shlex.join(part for setting in settings for part in ("-c", setting))
