"""Kill whole runs of a recipe at random moments, until each round ends: the same bytes or a fault.

python -m benchmarks.killed_runs [RECIPE] [KILLS]    (emergent, 20: about ten minutes of one core)
"""

import sys
import tempfile
from pathlib import Path

from tests.evidence.harness.test_resuming import check_same, killed_until_done


def main(recipe: str = "emergent", kills: str = "20") -> None:
    with tempfile.TemporaryDirectory() as folder:
        rounds = killed_until_done(Path(folder), recipe, int(kills))
        check_same(Path(folder), rounds)
    sys.stdout.write(
        f"{recipe}: {sum(rounds)} kills in {len(rounds)} rounds ({', '.join(map(str, rounds))}); "
        "every round verifies, with the rollouts and readings of the undisturbed run.\n"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
