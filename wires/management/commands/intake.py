import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wires import claims, coding, intake, lifecycle, report, taxonomy
from wires.models import User, Wire
from wires.models.user import Role, account
from wires.refusals import RefusedError


class Command(BaseCommand):
    help = "File a wire from a file as a draft, with the documents that it cites."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--source", action="append", default=[], metavar="SPEC",
            help="FILE[,url=…,publisher=…,date=…,tier=…,group=…], or FILE with FILE.meta.json beside it",
        )  # fmt: skip
        parser.add_argument("--format", choices=sorted(intake.FORMATS), default="")
        parser.add_argument(
            "--now", action="store_true", help="do the worker's part in this process"
        )
        parser.add_argument("--json", action="store_true", help="print the report as JSON")
        parser.add_argument(
            "--by", default="intake", help="user name of who files (default: intake)"
        )

    def handle(self, *, file: Path, source: list[str], now: bool, **options: Any) -> None:
        taxonomy.load()
        try:
            filing = intake.read(file, format=options["format"], specs=tuple(source))
        except intake.IntakeError as error:
            raise CommandError(str(error)) from error
        try:
            wire, is_new = lifecycle.file(filing, by=_filer(options["by"]))
        except RefusedError as error:
            raise CommandError(str(error)) from error
        if now and wire.current_id:
            claims.check(wire.current_id)
            coding.propose(wire.current_id)
            wire = Wire.objects.select_related("current").get(pk=wire.pk)
        answer = report.of(wire, duplicate_of=None if is_new else wire.public_id)
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
        else:
            self._tell(wire, answer)

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


def _filer(name: str) -> User:
    """Return who files; the account `intake` is made on first use and cannot sign in."""
    if name != "intake":
        found = User.objects.filter(username=name).first()
        if found is None:
            raise CommandError(f"There is no user {name}.")
        return found
    return account(name, Role.REPORTER, demonstration=False)
