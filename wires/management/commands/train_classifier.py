import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from classifier.engine import HOW
from wires import learning
from wires.models import TaxonomyVersion
from wires.refusals import RefusedError

INTERRUPTED = 130  # what a shell gives for Ctrl-C


class Command(BaseCommand):
    help = (
        "Make a new version of the classifier from the editors' decisions so far, and hold it "
        "against the one in use. Nothing is activated: a senior editor does that on the desk. It "
        "may be stopped and run again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the version as JSON")

    def handle(self, *, json: bool, **_: Any) -> None:
        try:
            outcome = learning.train(self._tell)
        except TaxonomyVersion.DoesNotExist as error:
            raise CommandError("No taxonomy is loaded: run load_taxonomy first.") from error
        except RefusedError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt as error:
            raise CommandError(
                "Stopped; nothing was kept. Run it again.", returncode=INTERRUPTED
            ) from error
        self.stdout.write(_as_json(outcome) if json else _in_words(outcome))

    def _tell(self, line: str) -> None:
        self.stderr.write(f"  {line}")
        self.stderr.flush()


def _as_json(outcome: learning.Outcome) -> str:
    version = outcome.version
    told = {
        "digest": version.digest,
        "weights": version.weights,
        "new": outcome.is_new,
        "mended": outcome.is_mended,
        "lost": outcome.lost.digest if outcome.lost and outcome.is_new else None,
        "refused": version.refused or None,
        "active": version.active,
        "encoder": version.encoder_digest,
        "definitions": version.definitions_digest,
        "checker": version.checker,
        "training": version.training,
        "metrics": version.metrics,
        "thresholds": version.thresholds,
        "comparison": version.comparison or None,
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def _in_words(outcome: learning.Outcome) -> str:
    version = outcome.version
    lines = [f"classifier {version}: {_news(outcome)}"]
    for kind, measures in version.metrics.items():
        lines += [
            f"  {kind} {name} {row['value']:.3f} ({row['low']:.3f} to {row['high']:.3f})"
            for name, row in measures.items()
        ]
    lines += [
        f"  {HOW[how]}: {row['new']:.3f} against {row['old']:.3f}, difference "
        f"{row['difference']:+.3f} ({row['low']:+.3f} to {row['high']:+.3f}), {row['texts']} texts"
        for how, row in version.comparison.items()
        if how in HOW
    ]
    if version.refused:
        lines.append(f"  refused: {version.refused}")
    elif not version.active:
        lines.append("  a senior editor activates it on the desk, under classifier versions")
    return "\n".join(lines)


def _news(outcome: learning.Outcome) -> str:
    if outcome.is_new and outcome.lost:
        return (
            f"the weights of classifier {outcome.lost} were lost, and learning from the same "
            "decisions again gave others; they are kept as this version, and that one stays as "
            "it is"
        )
    if outcome.is_new:
        return f"learned from editors' decisions on {len(outcome.version.training)} wires"
    if outcome.is_mended:
        return "nothing new to learn; its weights had been lost and are back"
    return "nothing new to learn"
