from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wires import demonstration
from wires.refusals import GateClosedError, RefusedError


class Command(BaseCommand):
    help = (
        "Load the starter archive and tell the specimen's story; what is there already stays."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--now", action="store_true", help="do the worker's part in this process"
        )

    def handle(self, *, now: bool, **_: Any) -> None:
        try:
            demonstration.run(self._say, now=now)
        except GateClosedError as error:
            reasons = "\n".join(str(failure) for failure in error.failures)
            raise CommandError(f"{error}\n{reasons}") from error
        except (RefusedError, demonstration.WorkerSilentError) as error:
            raise CommandError(str(error)) from error

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
