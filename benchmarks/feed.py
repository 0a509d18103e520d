"""Measure the feed against a plain Django view, in one run on one thread.

    python -m benchmarks.feed [WIRES] [--seconds 1] [--rounds 7]

An archive of WIRES public wires is made in a throw-away database: one is published as in life,
and the rest are its copies. Then the addresses take turns, round by round, so that a busy
machine slows all of them alike; requests go through the whole middleware, without a socket.
Prints JSON: requests a second by the clock and by CPU time (of this process and of its session
of the database together), both as medians of the rounds; p99 in milliseconds over all of them;
and the share of the plain view's requests by CPU time, as the median of the rounds' ratios.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any

import psutil

from config.postgres import Server

PAGE = 50
PLAIN = "plain view"
Request = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Turn:
    """The seconds that each request of a turn took, and the CPU seconds of all together."""

    taken: tuple[float, ...]
    cpu: float


# Every row is like the one that was published, but for what must differ. The copies pass the
# constraints; the triggers, which watch how a wire came to be public, are off for the while.
COPIES = """
ALTER TABLE wires_wire DISABLE TRIGGER USER;
ALTER TABLE wires_version DISABLE TRIGGER USER;
ALTER TABLE wires_coding DISABLE TRIGGER USER;
INSERT INTO wires_wire SELECT (jsonb_populate_record(w, jsonb_build_object(
    'id', w.id + n, 'public_id', 'AIW-2025-' || lpad(n::text, 7, '0'), 'current_id', v.id + n,
    'fingerprint', encode(sha256(('copy ' || n)::bytea), 'hex'),
    'first_published_at', w.first_published_at - n * interval '1 minute',
    'record', w.record || jsonb_build_object('id', 'AIW-2025-' || lpad(n::text, 7, '0'))
    ))).* FROM wires_wire w JOIN wires_version v ON v.id = w.current_id,
    generate_series(1, %(more)s) n;
INSERT INTO wires_version SELECT (jsonb_populate_record(v, jsonb_build_object(
    'id', v.id + n, 'wire_id', v.wire_id + n))).* FROM wires_version v,
    generate_series(1, %(more)s) n;
INSERT INTO wires_coding SELECT (jsonb_populate_record(c, jsonb_build_object(
    'id', c.id + 10 * n, 'wire_id', c.wire_id + n, 'claim_id', NULL))).* FROM wires_coding c,
    generate_series(1, %(more)s) n;
INSERT INTO wires_change SELECT (jsonb_populate_record(c, jsonb_build_object(
    'seq', c.seq + n, 'wire_id', c.wire_id + n))).* FROM wires_change c,
    generate_series(1, %(more)s) n;
UPDATE wires_changecounter SET seq = %(more)s + 1;
"""


@contextmanager
def throw_away_database() -> Iterator[None]:
    data = Path(tempfile.mkdtemp(prefix="butfor-benchmark-"))
    server = Server(data, durable=False)
    os.environ |= {
        "BUTFOR_DATA": str(data), "DATABASE_URL": server.url, "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "config.settings", "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    (data / "static").mkdir()
    server.ensure_running()
    try:
        yield
    finally:
        server.stop()
        shutil.rmtree(data)


def fill(wires: int) -> None:
    """Publish one wire and copy it; gather the statistics that the planner goes by."""
    from django.core.management import call_command
    from django.db import connection, transaction

    from tests import factories

    call_command("migrate", verbosity=0)
    with transaction.atomic():
        factories.make_published()
        connection.run_on_commit.clear()  # nobody works at the queue
    with connection.cursor() as cursor:
        with transaction.atomic():
            cursor.execute(COPIES % {"more": wires - 1})
        cursor.execute("VACUUM ANALYZE")


def addresses(wires: int) -> dict[str, str]:
    """Name the questions: the plain view, then what consumers ask."""
    from wires.api.cursor import Cursor
    from wires.models import Wire

    places = Wire.objects.newest_first().values_list("first_published_at", "pk", "public_id")
    moment, pk, public_id = places[wires // 2]
    assert moment is not None  # noqa: S101 - every one of them is public
    deep = Cursor(moment, pk).encode()
    return {
        PLAIN: "/plain/",
        "list": f"/api/v1/wires/?limit={PAGE}",
        "list from the middle": f"/api/v1/wires/?limit={PAGE}&cursor={deep}",
        "list of one code": f"/api/v1/wires/?limit={PAGE}&code=M2",
        "list of a state that no wire is in": f"/api/v1/wires/?limit={PAGE}&state=withdrawn",
        "record": f"/api/v1/wires/{public_id}/",
        "changes": f"/api/v1/changes/?limit={PAGE}&since={wires // 2}",
    }


def site() -> Any:
    """Return the WSGI application with one plain view beside the site's own addresses."""
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.http import HttpRequest, HttpResponse
    from django.urls import include, path

    def plain(_request: HttpRequest) -> HttpResponse:
        return HttpResponse("hello")

    settings.ROOT_URLCONF = (path("plain/", plain), path("", include("config.urls")))
    return get_wsgi_application()


def asked(application: Any, address: str, *, tag: str = "", status: str = "200") -> Request:
    """Return a function that sends one request and returns the body, whatever its tag is."""
    path, _, query = address.partition("?")

    def ask() -> bytes:
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "SERVER_PORT": "80",
            "SERVER_NAME": "localhost", "wsgi.input": BytesIO(), "wsgi.url_scheme": "http",
            "HTTP_IF_NONE_MATCH": tag,
        }  # fmt: skip
        answered: list[str] = []
        response = application(environ, lambda line, _headers: answered.append(line))
        body = b"".join(response)
        response.close()
        if not answered[0].startswith(status):
            raise RuntimeError(f"{address} answered {answered[0]}, not {status}")
        return body

    return ask


def cpu_seconds(session: psutil.Process) -> float:
    """Return what this process and its session of the database have used so far."""
    served = session.cpu_times()
    return time.process_time() + served.user + served.system


def turn(ask: Request, session: psutil.Process, seconds: float) -> Turn:
    """Ask again and again for so long."""
    taken: list[float] = []
    before, end = cpu_seconds(session), time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        ask()
        taken.append(time.perf_counter() - began)
    return Turn(tuple(taken), cpu_seconds(session) - before)


def summary(turns: dict[str, list[Turn]]) -> dict[str, dict[str, float]]:
    """Return figures for each question from its turns, one for each round."""
    median = statistics.median
    per_cpu = {name: [len(t.taken) / t.cpu for t in mine] for name, mine in turns.items()}
    shares = {
        name: median(rate / plain for rate, plain in zip(rates, per_cpu[PLAIN], strict=True))
        for name, rates in per_cpu.items()
    }
    return {
        name: {
            "requests_per_second": round(median(len(t.taken) / sum(t.taken) for t in mine), 1),
            "requests_per_cpu_second": round(median(per_cpu[name]), 1),
            "p99_ms": round(1000 * percentile(chain.from_iterable(t.taken for t in mine)), 2),
            "share_of_plain_view": round(shares[name], 4),
        }
        for name, mine in turns.items()
    }


def percentile(values: Iterable[float]) -> float:
    """Return the 99th percentile."""
    return statistics.quantiles(values, n=100)[98]


def database_session() -> psutil.Process:
    """Return the server's process behind this thread's connection, which is kept for good."""
    from django.db import connection

    connection.close()
    connection.settings_dict["CONN_MAX_AGE"] = None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [number] = cursor.fetchone() or [0]
    return psutil.Process(number)


def measure(wires: int, *, seconds: float, rounds: int) -> dict[str, Any]:
    application = site()
    questions = addresses(wires)
    asks = {name: asked(application, address) for name, address in questions.items()}
    asks["list, 304"] = asked(application, questions["list"], tag="*", status="304")
    size = len(asks["list"]())
    session = database_session()
    for ask in asks.values():
        turn(ask, session, seconds / 5)  # plans, caches and connections
    turns: dict[str, list[Turn]] = {name: [] for name in asks}
    for _ in range(rounds):
        for name, ask in asks.items():
            turns[name].append(turn(ask, session, seconds))
    return {
        "machine": {
            "platform": platform.platform(), "processor": processor(),
            "cores": os.cpu_count(), "python": platform.python_version(),
        },
        "wires": wires,
        "records_per_page": PAGE,
        "bytes_per_page": size,
        "seconds_per_turn": seconds,
        "rounds": rounds,
        "results": summary(turns),
    }  # fmt: skip


def processor() -> str:
    """Return the processor's name; Linux keeps it where `platform` does not look."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the feed against a plain view.")
    parser.add_argument("wires", nargs="?", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=1.0, help="length of one turn")
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    if given.wires < 2 * PAGE:
        parser.error(f"a page from the middle needs {2 * PAGE} wires at least")
    with throw_away_database():
        import django

        django.setup()
        fill(given.wires)
        print(
            json.dumps(
                measure(given.wires, seconds=given.seconds, rounds=given.rounds), indent=2
            )
        )


if __name__ == "__main__":
    main()
