from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from evidence import engine
from evidence.harness.errors import HarnessError
from evidence.harness.recipes import TIERS
from evidence.tasks import task_of
from wires.tasks import queue


class Command(BaseCommand):
    help = (
        "Queue a run of either tier with settings of its own. A worker that takes the queue "
        "`gpu` executes tier B; models and files must be at the same paths there."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("recipe", help="the id of a recipe")
        parser.add_argument("--tier", choices=TIERS, default="B", help="which (default B)")
        parser.add_argument("--seeds", type=int, default=1, help="how many (default 1)")
        parser.add_argument(
            "--set", action="append", default=[], metavar="NAME=VALUE", dest="changes",
            help="change a parameter",
        )  # fmt: skip
        parser.add_argument("--by", default="command line", help="who asks for it")

    @transaction.atomic
    def handle(
        self, *, recipe: str, tier: str, seeds: int, changes: list[str], by: str, **_: Any
    ) -> None:
        try:
            run = engine.queue(recipe, tier=tier, seeds=seeds, settings=changes, asked_by=by)
        except HarnessError as error:
            raise CommandError(str(error)) from error
        queue(task_of(run), run.pk)
        self.stdout.write(f"Run {run.pk}, {recipe} of Tier {tier}, waits for a worker.")
