"""Start the site in order, keep it up, and stop all of it."""

import http.client
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connections

from config import database
from config.paths import CHECKOUT, data_dir
from config.postgres import PostgresError, Server
from config.serve.child import Child, Program, popen
from config.serve.ground import HOST, CannotServeError, alone, check_folder, check_port
from config.serve.interruption import Interruption
from config.serve.space import Space

STARTING = 60.0  # seconds for the web server to answer
WORTH_SAYING = 2.0  # seconds
LAST_LINES = 5


def web(data: Path, port: int) -> Program:
    pid = str(data / "web.pid")
    return Program(
        name="web server",
        module="gunicorn",
        arguments=(
            "config.wsgi:application",
            f"--bind={HOST}:{port}",
            *("--workers=1", "--worker-class=gthread", "--threads=8"),
            *("--timeout=60", "--graceful-timeout=2", "--no-control-socket", "--pid", pid),
        ),
        mark=pid,
        log=data / "logs" / "web.log",
        farewell=((signal.SIGTERM, 2.5),),
    )


def worker(data: Path) -> Program:
    schedule = str(data / "worker.schedule")
    return Program(
        name="worker",
        module="celery",
        arguments=(
            *("-A", "config", "worker", "-B", "--schedule", schedule),
            *("-Q", "celery,slow,embed,runs,gpu", "-c", "2", "--loglevel", "INFO"),
            # It is the only worker here: there is nobody to greet.
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ),
        mark=schedule,
        log=data / "logs" / "worker.log",
        # First the running tasks may end (an idle worker leaves in five seconds); then they
        # are put back, and are done again later.
        farewell=((signal.SIGTERM, 6.0), (signal.SIGQUIT, 1.0)),
        # Told to put its tasks back, it may wait for ever on a lock that a task was ended with. Its
        # tasks' processes and its beat die with it, and all that was not done is done again.
        leash=signal.SIGKILL,
    )


def serve(say: Callable[[str], object]) -> None:
    """Serve until a signal comes. Raises CannotServeError if the site does not come up."""
    interruption = Interruption()
    try:
        with interruption.heeded():
            data = data_dir()
            Site(data, settings.PORT, say, interruption, Space(data, say)).run()
    except KeyboardInterrupt:
        say("Stopped.")
    except PostgresError as error:
        raise CannotServeError(str(error)) from error
    except DatabaseError as error:
        raise CannotServeError(f"The database cannot be used: {error}") from error


@dataclass(frozen=True, slots=True)
class Site:
    data: Path
    port: int
    say: Callable[[str], object]
    interruption: Interruption
    space: Space

    def run(self) -> None:
        check_folder(self.data)
        with alone(self.data, self.port):
            programs = (web(self.data, self.port), worker(self.data))
            for program in programs:
                program.end()  # left by a supervisor that was killed
            (self.data / "web.pid").unlink(missing_ok=True)
            check_port(self.port)
            with ExitStack() as stack:
                with self._step("Starting the database"):
                    stack.enter_context(self._database())
                self._prepare()
                children = [
                    stack.enter_context(self._kept(program)) for program in programs[::-1]
                ]
                self._fill(children)
                self._watch(children)

    def _database(self) -> AbstractContextManager[None]:
        # One left running by a supervisor that was killed is stopped by this one all the same.
        return Server(self.data).in_use() if database.is_embedded() else nullcontext()

    def _prepare(self) -> None:
        with self._step("Bringing the tables up to date"):
            call_command("migrate", interactive=False, verbosity=0)
        with self._step("Loading the taxonomy"):
            call_command("load_taxonomy", stdout=StringIO())
        if not settings.WHITENOISE_USE_FINDERS:
            with self._step("Collecting static files"):
                call_command("collectstatic", interactive=False, verbosity=0)

    def _fill(self, children: list[Child]) -> None:
        """Wait for the web server, file the starter archive, and say where the site is."""
        with self._step("Starting the web server and the worker"):
            self._wait_for_answer(children)
        with self._step("Looking after the starter archive"):
            self._demonstrate(children)
        editor = StringIO()
        call_command("first_editor", stdout=editor)
        connections.close_all()
        self.say(f"ready http://{HOST}:{self.port}")
        if hint := editor.getvalue().strip():
            self.say(hint)

    def _demonstrate(self, children: list[Child]) -> None:
        command = [sys.executable, str(CHECKOUT / "manage.py"), "demonstrate"]
        process = popen(command, leash=signal.SIGTERM, log=None)
        try:
            while process.poll() is None:
                self._tend(children)
        finally:
            process.kill()
            process.wait()
        if process.returncode:
            self.say(
                "The starter archive is not complete; the site runs without the rest of it."
            )

    def _wait_for_answer(self, children: list[Child]) -> None:
        until = time.monotonic() + STARTING
        while not self._answers():
            for child in children:
                if not child.is_running():
                    raise CannotServeError(_last_words(child.program))
            if time.monotonic() > until:
                raise CannotServeError(_last_words(children[-1].program))
            time.sleep(0.1)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=10)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _watch(self, children: list[Child]) -> None:
        while True:
            self._tend(children)

    def _tend(self, children: list[Child]) -> None:
        if database.is_embedded() and Server(self.data).ensure_running():
            self.say("The database had stopped; it runs again.")
        for child in children:
            child.tend()
        self.space.tend()
        time.sleep(0.2)

    @contextmanager
    def _kept(self, program: Program) -> Iterator[Child]:
        child = Child(program, self.say, self.interruption)
        try:
            child.start()
            yield child
        finally:
            child.stop()

    @contextmanager
    def _step(self, what: str) -> Iterator[None]:
        self.say(f"{what} ...")
        began = time.monotonic()
        yield
        if (took := time.monotonic() - began) > WORTH_SAYING:
            self.say(f"  done in {took:.1f} s")


def _last_words(program: Program) -> str:
    lines = program.log.read_text(errors="replace").splitlines()[-LAST_LINES:]
    words = "".join(f"\n  {line}" for line in lines)
    return f"The {program.name} did not start; see {program.log}{words}"
