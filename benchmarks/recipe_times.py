"""How long every recipe of tier A takes on one core, from the command line to its bundle.

    python -m benchmarks.recipe_times [RECIPE ...] [--seeds 3]

Recipes run one after another on one thread. Prints a line of JSON for each, with seconds by the
clock and of the processor (loading torch is in both), and the sums.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.ratios import machine
from evidence.harness.home import CHECKOUT
from evidence.harness.recipes import RECIPES


def taken(recipe: str, seeds: int, place: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "evidence.harness", "run", recipe, "--seeds", str(seeds)]
    command += ["--out", str(place / "out"), "--home", str(place / "home")]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(
        command,
        cwd=CHECKOUT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": round(time.monotonic() - began, 1), "cpu_seconds": round(spent, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipes", nargs="*", metavar="RECIPE", help="default: all")
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    sums = {"seconds": 0.0, "cpu_seconds": 0.0}
    for recipe in options.recipes or RECIPES:
        # It compares two models of one pre-training seed.
        seeds = 1 if recipe == "compare" else options.seeds
        with tempfile.TemporaryDirectory(prefix="butfor-benchmark-") as place:
            found = taken(recipe, seeds, Path(place))
        sums = {name: sums[name] + value for name, value in found.items()}
        print(json.dumps({"recipe": recipe, "seeds": seeds, **found}), flush=True)
    print(json.dumps({"machine": machine(), **{n: round(v, 1) for n, v in sums.items()}}))


if __name__ == "__main__":
    main()
