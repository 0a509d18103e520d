"""Honest bundles of every recipe: `verify` takes each for one, and `falsify` is caught at all it plants.

    python -m benchmarks.honest_bundles [--first 0] [--last 19] [--verify-only]

Twenty real runs with the least doses that they take: each recipe in turn, with one seed or two,
other tuned fields and other draws. Prints JSON: every bundle, how many violations were planted
in it with a new key and with its own, and how many were caught. Exits 1 where an honest bundle
does not hold or a planted violation does. About ten minutes of one core; with `--verify-only`
nothing is planted, and two are enough.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from evidence.harness.falsification import falsify
from evidence.harness.findings import Status
from evidence.harness.recipes import RECIPES
from evidence.harness.runner import run
from evidence.harness.verification import verify
from tests.evidence.harness import made_up
from tests.evidence.harness.recipes.test_in_full import LEAST, OWN

BUNDLES = 20
FIELDS = ("cars", "health", "pets")


def tried(number: int, place: Path, *, plant: bool = True) -> dict[str, Any]:
    """Run and verify one of the bundles, and plant what `falsify` does in copies of it."""
    recipe = list(RECIPES.values())[number % len(RECIPES)]
    changes: dict[str, Any] = {**LEAST, "bootstrap_seed": number, "resamples": 1000 + number}
    if number >= len(RECIPES):
        changes |= {"tuned_domain": FIELDS[number % len(FIELDS)], "answer_limit": 20}
    changes |= OWN.get(recipe.id, {})
    known = {name: value for name, value in changes.items() if name in recipe.parameters}
    # `compare` has one pair of models, and so one seed.
    seeds = 1 if recipe.id == "compare" else 1 + number % 2
    out, home = place / "out", place / "home"
    result = run(
        made_up.spec(recipe, seeds=seeds, **known),
        out=out,
        home=home,
        progress=lambda _progress: None,
        cancelled=lambda: False,
    )
    holds = verify(out).status is Status.HOLDS
    found = Counter(
        "not planted" if row.detail.startswith("not planted") else row.status.value
        for row in (falsify(out, home=home).findings if plant else ())
    )
    return {
        "recipe": recipe.id,
        "seeds": seeds,
        "outcome": result.outcome,
        "holds": holds,
        "caught": found[Status.HOLDS.value],
        "missed": found[Status.FAILS.value] + found[Status.UNCHECKED.value],
        "nothing to plant in": found["not planted"],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--last", type=int, default=BUNDLES - 1)
    parser.add_argument("--verify-only", action="store_true", help="plant nothing")
    options = parser.parse_args()
    rows = []
    for number in range(options.first, options.last + 1):
        with tempfile.TemporaryDirectory(prefix="butfor-benchmark-") as place:
            rows.append(tried(number, Path(place), plant=not options.verify_only))
        print(json.dumps(rows[-1]), flush=True)
    wrong = [row for row in rows if row["missed"] or not row["holds"]]
    print(
        json.dumps(
            {
                "bundles": len(rows),
                "taken for false": sum(not row["holds"] for row in rows),
                "caught": sum(row["caught"] for row in rows),
                "missed": sum(row["missed"] for row in rows),
            }
        )
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
