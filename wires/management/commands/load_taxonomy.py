from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wires import taxonomy


class Command(BaseCommand):
    help = "Load a taxonomy file; the shipped one if none is named. Loading it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=taxonomy.SHIPPED)

    def handle(self, *, file: Path, **_: Any) -> None:
        try:
            loaded = taxonomy.load(file)
        except (OSError, KeyError, ValueError, taxonomy.TaxonomyChangedError) as error:
            raise CommandError(f"{file} cannot be loaded: {error}") from error
        self.stdout.write(f"taxonomy {loaded} is in force, {loaded.codes.count()} codes")
