"""The command line: python -m evidence.harness COMMAND.

list | run | fetch | verify | replay | falsify | export | import | build-weights
"""

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from evidence.harness.errors import HarnessError, RunCancelledError
from evidence.harness.findings import Status, Verification
from evidence.harness.home import default_home
from evidence.harness.interop.formats import FORMATS
from evidence.harness.recipes import TIERS, find
from evidence.harness.spec import Metric, Progress, RunResult

EXIT_CODES = {Status.HOLDS: 0, Status.FAILS: 1, Status.UNCHECKED: 2}
WRONG, STOPPED = 1, 130
CUT_SHORT = 141  # as a shell tells of a program that SIGPIPE ended


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.command(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has seen enough. What is left in the buffer must not be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CUT_SHORT
    except RunCancelledError as error:
        print(error, file=sys.stderr)
        return STOPPED
    except HarnessError as error:
        print(error, file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return STOPPED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evidence.harness", description=__doc__)
    commands = parser.add_subparsers(required=True)

    listing = commands.add_parser("list", help="name every recipe")
    listing.add_argument("--json", action="store_true", help="print JSON")
    listing.set_defaults(command=_list)

    running = commands.add_parser("run", help="run a recipe and leave its bundle")
    running.add_argument("recipe", help="the id of a recipe, see `list`")
    running.add_argument("--tier", choices=TIERS, default="A", help="which (default A)")
    running.add_argument("--out", type=Path, required=True, help="a folder, new or empty")
    running.add_argument("--seeds", type=_count, default=1, help="how many (default 1)")
    running.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="change a parameter"
    )
    running.add_argument("--home", type=Path, help="where key and ledger are kept")
    running.add_argument(
        "--checkpoints", type=Path, help="a folder from which a killed run goes on"
    )
    running.add_argument("--json", action="store_true", help="print JSON")
    running.set_defaults(command=_run)

    fetching = commands.add_parser("fetch", help="download a model from its hub")
    fetching.add_argument("model", help="a hub id; a run takes it by this id")
    fetching.add_argument("--revision", default="", help="a commit or tag (default: newest)")
    fetching.set_defaults(command=_fetch)

    _checking(commands)
    _exchanging(commands)

    building = commands.add_parser("build-weights", help="train the shipped weights again")
    building.add_argument(
        "--seed", type=_seed, nargs="+", help="pre-training seeds (default: those that ship)"
    )
    building.add_argument("--out", type=Path, help="a folder (default: where they ship)")
    building.set_defaults(command=_build_weights)
    return parser


def _checking(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add what is done with a bundle; all three exit 0, 1 or 2."""
    verifying = commands.add_parser(
        "verify", help="check a bundle; exit 0 it holds, 1 it fails, 2 not checked"
    )
    verifying.add_argument("--key", help="the fingerprint that the key must have")
    verifying.set_defaults(command=_verify)

    replaying = commands.add_parser("replay", help="run a bundle's spec again and compare")
    replaying.add_argument("--key", help="the fingerprint that the key must have")
    replaying.set_defaults(command=_replay)

    falsifying = commands.add_parser(
        "falsify", help="plant violations in copies of a bundle; each must be caught"
    )
    falsifying.add_argument("--home", type=Path, help="where the run's own key may be")
    falsifying.set_defaults(command=_falsify)

    for command in (verifying, replaying, falsifying):
        command.add_argument("folder", type=Path, help="a bundle")
        command.add_argument("--json", action="store_true", help="print JSON")


def _exchanging(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add what bundles have to do with other tools' formats."""
    for name, of, source in (
        ("export", {name: form.exports for name, form in FORMATS.items()}, "a bundle"),
        ("import", {name: form.imports for name, form in FORMATS.items()}, "what to read"),
    ):
        told = "; ".join(f"{form}: {words}" for form, words in of.items())
        moving = commands.add_parser(
            name, help=f"{name} in another tool's format", epilog=told
        )
        moving.add_argument("format", choices=FORMATS)
        moving.add_argument("source", type=Path, help=source)
        moving.add_argument("--out", type=Path, required=True, help="a new path")
        moving.add_argument("--seed", type=_seed, default=0, help="which (default 0)")
        moving.add_argument("--json", action="store_true", help="print JSON")
        moving.set_defaults(command=_exchange, moves=name)


def _list(options: argparse.Namespace) -> int:
    if options.json:
        rows = [
            {"id": recipe.id, "tier": recipe.tier, "question": recipe.question}
            for recipes in TIERS.values()
            for recipe in recipes.values()
        ]
        print(json.dumps(rows))
        return 0
    for recipe in (recipe for recipes in TIERS.values() for recipe in recipes.values()):
        print(f"{recipe.id:12} tier {recipe.tier}  {recipe.question}")
    return 0


def _run(options: argparse.Namespace) -> int:
    # These commands bring numpy and torch; `list` does without.
    from evidence.harness.runner import run

    recipe = find(options.recipe, options.tier)
    result = run(
        recipe.spec(seeds=options.seeds, changes=recipe.read(options.set)),
        out=options.out,
        home=options.home or default_home(),
        progress=_say,
        cancelled=_stop_asked(),
        checkpoints=options.checkpoints,
    )
    if options.json:
        print(json.dumps(_result_json(result)))
        return 0
    width = max(map(len, result.metrics))
    for name, metric in result.metrics.items():
        print(f"{name:{width}}  {_shown(metric)}")
    print(f"{result.outcome}: {result.reason}")
    print(f"{options.out}: manifest {result.manifest_sha256}, {result.seconds:.0f} s")
    return 0


def _fetch(options: argparse.Namespace) -> int:
    from evidence.harness.tier_b import hub

    print(hub.fetch(options.model, options.revision))
    return 0


def _verify(options: argparse.Namespace) -> int:
    from evidence.harness.verification import verify

    return _told(verify(options.folder, trusted_key=options.key), options)


def _replay(options: argparse.Namespace) -> int:
    from evidence.harness.replaying import replay

    found = replay(
        options.folder, progress=_say, cancelled=_stop_asked(), trusted_key=options.key
    )
    return _told(found, options)


def _falsify(options: argparse.Namespace) -> int:
    from evidence.harness.falsification import falsify

    return _told(falsify(options.folder, home=options.home or default_home()), options)


def _exchange(options: argparse.Namespace) -> int:
    form = FORMATS[options.format]
    move = form.export if options.moves == "export" else form.import_
    written = [str(path) for path in move(options.source, options.out, options.seed)]
    print(json.dumps(written) if options.json else "\n".join(written))
    return 0


def _told(verification: Verification, options: argparse.Namespace) -> int:
    if options.json:
        print(json.dumps(asdict(verification)))
        return EXIT_CODES[verification.status]
    width = max(len(finding.check) for finding in verification.findings)
    for finding in verification.findings:
        print(f"{finding.check:{width}} {finding.status:9} {finding.detail}".rstrip())
    print(verification.status)
    return EXIT_CODES[verification.status]


def _build_weights(options: argparse.Namespace) -> int:
    from evidence.harness.organism import building, shelf

    for seed in options.seed or shelf.SEEDS:
        folder = (options.out or shelf.ROOT) / shelf.folder_name(seed)
        shifts = building.build_weights(building.shipped(seed), folder, progress=_say)
        for world, shift in shifts.items():
            print(f"gate of the {world} world, seed {seed}: {shift:.3f}")
        print(f"wrote {folder}")
    return 0


def _result_json(result: RunResult) -> dict[str, object]:
    fields = ("value", "low", "high", "n")
    metrics = {
        name: {field: getattr(metric, field) for field in fields}
        for name, metric in result.metrics.items()
    }
    return {
        "recipe": result.recipe,
        "tier": result.tier,
        "outcome": result.outcome,
        "reason": result.reason,
        "metrics": metrics,
    }


def _shown(metric: Metric) -> str:
    return f"{metric.value:.3f} [{metric.low:.3f}, {metric.high:.3f}] n = {metric.n}"


def _say(progress: Progress) -> None:
    print(f"{progress.done}/{progress.total} {progress.message}", file=sys.stderr, flush=True)


def _stop_asked() -> Callable[[], bool]:
    """Return whether a signal asked to stop, so that a run ends at its next step and tidies."""
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: asked.set())
    return asked.is_set


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("a run needs at least one seed")
    return number


def _seed(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("a pre-training seed is 0 or more")
    return number


if __name__ == "__main__":
    sys.exit(main())
