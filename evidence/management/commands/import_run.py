from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evidence import engine
from evidence.harness.errors import HarnessError


class Command(BaseCommand):
    help = (
        "Verify a bundle that was made on another machine, and store it as a finished run. "
        "Taking it in again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a bundle")
        parser.add_argument(
            "--key",
            help="the fingerprint that its key must have; without it anyone may have signed",
        )
        parser.add_argument("--by", default="command line", help="who takes it in")

    def handle(self, *, folder: Path, key: str | None, by: str, **_: Any) -> None:
        try:
            run, is_new = engine.take(folder, asked_by=by, trusted_key=key)
        except HarnessError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Run {run.pk}, {run.recipe} of Tier {run.tier}, "
            f"{'is taken in' if is_new else 'was here already'}: {run.outcome}. {run.reason}"
        )
        trusted = "as you named it" if key else "which anyone may have made; see --key"
        self.stdout.write(f"Signed with {run.signed_by}, {trusted}.")
