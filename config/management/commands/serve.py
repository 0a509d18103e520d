"""Run the whole site in the foreground."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand

from config.serve.ground import CannotServeError
from config.serve.supervisor import serve


class Command(BaseCommand):
    help = (
        "Start the database, the web server (PORT, by default 8000) and the worker, keep them up, "
        "and stop all of them on Ctrl-C. A second Ctrl-C does not wait."
    )
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        os.umask(0o077)
        try:
            serve(self._say)
        except CannotServeError as error:
            sys.exit(str(error))

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
