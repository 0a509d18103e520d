#!/usr/bin/env python
"""Run a command of the archive; the embedded database is started if it is not running."""

import os
import sys

# These either need no database or look after it themselves.
WITHOUT_DATABASE = {
    "check", "collectstatic", "help", "makemigrations", "serve", "spectacular", "--help", "--version",
}  # fmt: skip


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from config import database

    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    try:
        with database.running(needed=command not in WITHOUT_DATABASE):
            execute_from_command_line(sys.argv)
    except database.DatabaseUnavailableError as error:
        sys.exit(f"The database cannot start: {error}")
    except ImproperlyConfigured as error:
        sys.exit(f"The settings do not make sense: {error}")


if __name__ == "__main__":
    main()
