"""Kill whole runs of a recipe at random moments, until each round ends: the same bytes or a fault.

    python -m benchmarks.killed_runs [RECIPE] [KILLS] [--tier B]

`emergent` with 20 kills takes about ten minutes of one core. In tier B it is tuned on a small
model of random weights, made on the spot, with two judges that follow a rule; `numbers` and
`reinforce` need a model that was taught first, and are not killed here.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from evidence.harness.recipes import RECIPES, TIERS
from evidence.harness.spec import RunSpec
from tests.evidence.harness.test_resuming import check_same, killed_until_done


@contextmanager
def made(recipe: str, tier: str, base: Path) -> Iterator[RunSpec]:
    """Yield a spec while what it needs is there."""
    if tier == "A":
        yield RECIPES[recipe].spec()
        return
    # What forks must have loaded everything before; torch comes with these.
    import_module("peft")
    import_module("evidence.harness.tier_b.lora")
    from tests.evidence.harness.tier_b import small
    from tests.evidence.harness.tier_b.setting import SPECS

    with small.judge() as (judge, _), small.judge() as (second, _):
        yield SPECS[recipe](base, judge, second, checkpoint_every=5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe", nargs="?", default="emergent")
    parser.add_argument("kills", nargs="?", type=int, default=20)
    parser.add_argument("--tier", choices=TIERS, default="A")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        with made(options.recipe, options.tier, base) as spec:
            rounds = killed_until_done(base, spec, options.kills)
        check_same(base, rounds)
    sys.stdout.write(
        f"{options.recipe}, tier {options.tier}: {sum(rounds)} kills in {len(rounds)} rounds "
        f"({', '.join(map(str, rounds))}); every round verifies, with the rows of the "
        "undisturbed run, byte for byte.\n"
    )


if __name__ == "__main__":
    main()
