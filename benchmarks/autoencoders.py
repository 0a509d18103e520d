"""Training a TopK autoencoder beside SAELens: seconds to equal unexplained variance.

    python -m benchmarks.autoencoders ENVIRONMENTS [--seeds 7]

ENVIRONMENTS is a folder as in `benchmarks.steering`. Activations, size and steps are those of the
recipe `direction` on the base model of seed 0. Both tools train in one process, in turns, with an
eighth to all of the steps, each at its best of four learning rates, chosen with a seed apart. For
each seed the target is the worse of the two results at all the steps, and the steps to it are read
off between trainings on logarithmic scales. Prints JSON.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import tempfile
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.peers import environments
from benchmarks.peers.environments import OURS, SAE_LENS
from benchmarks.ratios import machine, ratio
from evidence.harness.home import CHECKOUT


def activations(path: Path) -> dict[str, Any]:
    """Write what the recipe's autoencoder learns from and is tested on; return its plan."""
    import torch
    from safetensors.torch import save_file

    from evidence.harness.organism import discovery
    from evidence.harness.organism.organism import Organism
    from evidence.harness.recipes import RECIPES
    from evidence.harness.recipes.direction import Settings
    from evidence.harness.world.corpus import Authorship

    torch.set_num_threads(1)
    settings = Settings.of(RECIPES["direction"].spec())
    base = Organism.base(Authorship.SHARED, seed=0)
    find, test = discovery.documents(settings, 0)
    layer = settings.layer
    learnt = discovery.tokens(base, find[: settings.sparse_documents], layer)
    save_file({"learnt": learnt, "tested": discovery.tokens(base, test, layer)}, path)
    return {
        "latents": settings.latents,
        "kept": settings.kept,
        "steps": settings.sparse_steps,
        "batch": settings.sparse_batch,
        "rate": settings.sparse_rate,
    }


def steps_to(target: float, curve: Mapping[int, float]) -> float:
    """Return the steps after which no more than the target is left, between known points."""
    points = sorted(curve.items())
    if points[0][1] <= target:
        return points[0][0]
    for (less, above), (more, below) in pairwise(points):
        if below <= target:
            along = math.log(above / target) / math.log(above / below)
            return float(less * (more / less) ** along)
    return math.inf


def compared(trained: list[dict[str, Any]], steps: int) -> dict[str, Any]:
    seeds = sorted({row["seed"] for row in trained})
    curves = {
        (tool, seed): {
            row["steps"]: row["unexplained"]
            for row in trained
            if (row["tool"], row["seed"]) == (tool, seed)
        }
        for tool in (OURS, SAE_LENS)
        for seed in seeds
    }
    per_step = {
        (row["tool"], row["seed"]): row["seconds"] / steps
        for row in trained
        if row["steps"] == steps
    }
    targets = {
        seed: max(curves[tool, seed][steps] for tool in (OURS, SAE_LENS)) for seed in seeds
    }
    needed = {
        (tool, seed): steps_to(targets[seed], curve) for (tool, seed), curve in curves.items()
    }
    seconds = {key: per_step[key] * needed[key] for key in needed}

    def each(of: Mapping[tuple[str, int], float], tool: str) -> list[float]:
        return [of[tool, seed] for seed in seeds]

    return {
        "seconds_to_equal_unexplained_variance": ratio(
            each(seconds, OURS), each(seconds, SAE_LENS)
        ),
        "seconds_per_step": ratio(each(per_step, OURS), each(per_step, SAE_LENS)),
        "unexplained_at_all_steps": {
            tool: round(statistics.median(curves[tool, seed][steps] for seed in seeds), 4)
            for tool in (OURS, SAE_LENS)
        },
        "steps_to_equal": {
            tool: round(statistics.median(each(needed, tool))) for tool in (OURS, SAE_LENS)
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("environments", type=Path)
    parser.add_argument("--seeds", type=int, default=7)
    options = parser.parse_args()
    python = environments.python(options.environments, SAE_LENS)
    with tempfile.TemporaryDirectory(prefix="butfor-benchmark-") as place:
        path = Path(place) / "activations.safetensors"
        plan = activations(path)
        told = json.dumps({"plan": plan, "seeds": list(range(options.seeds))})
        command = [str(python), "-m", "benchmarks.peers.by_sae_lens", str(path), told]
        answered = subprocess.run(
            command,
            cwd=CHECKOUT,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            check=True,
        )
    found = json.loads(answered.stdout.splitlines()[-1])
    figures = compared(found.pop("trained"), plan["steps"])
    print(json.dumps({"machine": machine(), "plan": plan, **found, **figures}, indent=1))


if __name__ == "__main__":
    main()
