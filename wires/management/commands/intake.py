import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wires import claims, intake, lifecycle, proposing, report, taxonomy
from wires.filing import Tally
from wires.models import User, Wire
from wires.models.user import Role, account
from wires.refusals import RefusedError

TELL = 3.0  # seconds between two lines of progress
SHOWN = 20  # refused records that are told one by one to a person; JSON has all of them
INTERRUPTED = 130  # what a shell gives for Ctrl-C


class Command(BaseCommand):
    help = (
        "File a wire from a file as a draft, with the documents that it cites; or every record of "
        "an archive, from a file or a folder as its publisher lays it out. An archive that was "
        "stopped halfway is finished by the next run."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, metavar="PATH")
        parser.add_argument(
            "--source", action="append", default=[], metavar="SPEC",
            help="FILE[,url=…,publisher=…,date=…,tier=…,group=…], or FILE with FILE.meta.json beside it",
        )  # fmt: skip
        parser.add_argument(
            "--format", choices=sorted({*intake.FORMATS, *intake.ARCHIVES}), default=""
        )
        parser.add_argument(
            "--now", action="store_true", help="do the worker's part in this process"
        )
        parser.add_argument("--json", action="store_true", help="print the report as JSON")
        parser.add_argument(
            "--by", default="intake", help="user name of who files (default: intake)"
        )

    def handle(self, *, path: Path, source: list[str], now: bool, **options: Any) -> None:
        taxonomy.load()
        try:
            archive = intake.archive(path, format=options["format"])
            if archive and source:
                raise CommandError(
                    "--source goes with the file of one wire, not with an archive."
                )
            by = _filer(options["by"])
            if archive:
                self._file_archive(path, archive, by, now=now, as_json=options["json"])
                return
            filing = intake.read(path, format=options["format"], specs=tuple(source))
            wire, is_new = lifecycle.file(filing, by=by)
        except (intake.IntakeError, RefusedError) as error:
            raise CommandError(str(error)) from error
        if now:
            _work(wire)
            wire = Wire.objects.select_related("current").get(pk=wire.pk)
        answer = report.of(wire, duplicate_of=None if is_new else wire.public_id)
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
        else:
            self._tell(wire, answer)

    def _file_archive(
        self, path: Path, archive: str, by: User, *, now: bool, as_json: bool
    ) -> None:
        """File the records and report. It fails where there were some and none could be filed."""
        total = _Total()
        told = time.monotonic()
        stopped = False
        try:
            for tally in lifecycle.file_all(intake.records(path, format=archive), by=by):
                total.add(tally)
                for wire in tally.filed if now else ():
                    _work(wire)
                if time.monotonic() - told >= TELL:
                    told = time.monotonic()
                    self.stderr.write(f"  {total}")
        except KeyboardInterrupt:
            stopped = True
        if as_json:
            self.stdout.write(json.dumps(total.as_json(), ensure_ascii=False, indent=1))
        else:
            self._tell_archive(archive, total)
        if stopped:
            raise CommandError(
                "Stopped; run it again to file the rest.", returncode=INTERRUPTED
            )
        if total.refused and not total.filed and not total.duplicate:
            raise CommandError("Every record was refused.")

    def _tell_archive(self, archive: str, total: "_Total") -> None:
        self.stdout.write(f"{archive}: {total}")
        for entry in total.refused[:SHOWN]:
            self.stdout.write(f"  refused {entry.record}: {entry.reason}")
        if len(total.refused) > SHOWN:
            more = len(total.refused) - SHOWN
            self.stdout.write(f"  and {more} more; --json lists all of them")

    def _tell(self, wire: Wire, answer: dict[str, Any]) -> None:
        known = (
            f" (the same text was filed before as {wire})" if answer["duplicate_of"] else ""
        )
        self.stdout.write(f"{wire}: {wire.current.headline if wire.current else ''}{known}")
        for claim in answer["claims"]:
            self.stdout.write(f"  {claim['verdict']:12} {claim['text']}")
        state = "open" if answer["gate"]["open"] else "closed"
        self.stdout.write(f"gate {state}")
        for failure in answer["gate"]["failures"]:
            self.stdout.write(f"  rule {failure['rule']}: {failure['detail']}")


class _Total:
    """What became of the records so far."""

    def __init__(self) -> None:
        self.read = self.filed = self.duplicate = 0
        self.refused: list[intake.Refused] = []

    def __str__(self) -> str:
        return (
            f"{self.read} read, {self.filed} filed, {self.duplicate} duplicate, "
            f"{len(self.refused)} refused"
        )

    def add(self, tally: Tally) -> None:
        self.read += tally.read
        self.filed += len(tally.filed)
        self.duplicate += tally.duplicate
        self.refused += tally.refused

    def as_json(self) -> dict[str, Any]:
        refused = [{"record": entry.record, "reason": entry.reason} for entry in self.refused]
        return {
            "read": self.read,
            "filed": self.filed,
            "duplicate": self.duplicate,
            "refused": refused,
        }


def _work(wire: Wire) -> None:
    """Do the worker's part on a wire."""
    if wire.current_id:
        claims.check(wire.current_id)
        proposing.propose(wire.current_id)


def _filer(name: str) -> User:
    """Return who files; the account `intake` is made on first use and cannot sign in."""
    if name != "intake":
        found = User.objects.filter(username=name).first()
        if found is None:
            raise CommandError(f"There is no user {name}.")
        return found
    return account(name, Role.REPORTER, demonstration=False)
