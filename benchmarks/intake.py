"""Measure how many records a second are filed from an archive, without embeddings.

    python -m benchmarks.intake [PATH] [--rounds 3]

PATH is a folder or a file of a format that `manage.py intake` reads; without one, an archive of
1,000 made-up incidents. Each round files it into an empty, migrated database of its own, in one
process on one thread, with the server on the same machine; then files it again, when every
record is a duplicate. Prints JSON: records a second by the clock, and by the CPU time of this
process and its session of the database together, as medians of the rounds; the same for reading
alone, which stores nothing; and the share of the filing's CPU time that reading takes.
"""

import argparse
import csv
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.feed import cpu_seconds, database_session, processor, throw_away_database

MADE_UP = 1000


@dataclass(frozen=True, slots=True)
class Turn:
    """What one pass over an archive did, and the seconds it took by the clock and of CPU."""

    records: int
    filed: int
    seconds: float
    cpu: float


def make(path: Path, incidents: int) -> None:
    """Write a table of made-up incidents in AIID's columns."""
    columns = ("incident_id", "date", "reports", "Alleged deployer of AI system",
               "Alleged developer of AI system", "Alleged harmed or nearly harmed parties",
               "description", "title")  # fmt: skip
    with path.open("w", newline="", encoding="utf-8") as handle:
        table = csv.writer(handle)
        table.writerow(columns)
        for n in range(1, incidents + 1):
            parties = [
                json.dumps([f"company-{n % 200}"]),
                json.dumps([f"maker-{n % 70}"]),
                "[]",
            ]
            described = (
                f"A chatbot of Company {n % 200} told customer {n} that a refund of {n} dollars was "
                f"due. Staff took the answer back after {n % 30} days, and the customer complained."
            )
            title = f"Chatbot of Company {n % 200} promises a refund to customer {n}"
            table.writerow(
                [n, f"2024-05-{1 + n % 28:02}", f"[{n}]", *parties, described, title]
            )


def timed(work: Callable[[], tuple[int, int]], session: psutil.Process) -> Turn:
    cpu, began = cpu_seconds(session), time.perf_counter()
    records, filed = work()
    return Turn(records, filed, time.perf_counter() - began, cpu_seconds(session) - cpu)


def measure_once(path: Path) -> dict[str, Turn]:
    """Read, file, and file again, in a database that has no wire yet."""
    import django

    django.setup()
    from django.core.management import call_command

    from wires import intake, lifecycle, taxonomy
    from wires.models.user import Role, account

    call_command("migrate", verbosity=0)
    taxonomy.load()
    by = account("intake", Role.REPORTER, demonstration=False)
    archive = intake.archive(path)

    def read() -> tuple[int, int]:
        return sum(1 for _ in intake.records(path, format=archive)), 0

    def file() -> tuple[int, int]:
        tallies = list(lifecycle.file_all(intake.records(path, format=archive), by=by))
        return sum(t.read for t in tallies), sum(len(t.filed) for t in tallies)

    session = database_session()
    return {
        "read": timed(read, session),
        "file": timed(file, session),
        "file again": timed(file, session),
    }


def rounds_of(path: Path, rounds: int) -> list[dict[str, Turn]]:
    """Measure each round in a process of its own, so that none is warmed by another."""
    found = []
    for _ in range(rounds):
        receiver, sender = os.pipe()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                with throw_away_database(), os.fdopen(sender, "w") as pipe:
                    turns = measure_once(path)
                    json.dump(
                        {k: [t.records, t.filed, t.seconds, t.cpu] for k, t in turns.items()},
                        pipe,
                    )
                status = 0
            finally:
                os._exit(status)
        os.close(sender)
        with os.fdopen(receiver) as pipe:
            answer = pipe.read()
        os.waitpid(child, 0)
        found.append({name: Turn(*values) for name, values in json.loads(answer).items()})
    return found


def summary(found: list[dict[str, Turn]]) -> dict[str, Any]:
    median = statistics.median
    told: dict[str, Any] = {
        name: {
            "records": found[0][name].records,
            "filed": found[0][name].filed,
            "records_per_second": round(
                median(t[name].records / t[name].seconds for t in found), 1
            ),
            "records_per_cpu_second": round(
                median(t[name].records / t[name].cpu for t in found), 1
            ),
        }
        for name in found[0]
    }
    told["reading_share_of_filing_cpu"] = round(
        median(t["read"].cpu / t["file"].cpu for t in found), 3
    )
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the filing of an archive.")
    parser.add_argument("path", nargs="?", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = given.path or Path(folder) / "incidents.csv"
        if given.path is None:
            make(path, MADE_UP)
        results = summary(rounds_of(path.resolve(), given.rounds))
    machine = {
        "platform": platform.platform(), "processor": processor(),
        "cores": os.cpu_count(), "python": platform.python_version(),
    }  # fmt: skip
    print(
        json.dumps({"machine": machine, "rounds": given.rounds, "results": results}, indent=2)
    )


if __name__ == "__main__":
    main()
