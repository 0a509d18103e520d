"""Train TopK autoencoders by SAELens and by this harness, in turns, on the same activations."""

import contextlib
import json
import math
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import torch
from sae_lens import TopKTrainingSAE, TopKTrainingSAEConfig  # type: ignore[import-not-found]
from sae_lens.config import SAETrainerConfig  # type: ignore[import-not-found]
from sae_lens.training.sae_trainer import SAETrainer  # type: ignore[import-not-found]
from safetensors.torch import load_file
from torch import Tensor

from benchmarks.peers.environments import OURS, SAE_LENS
from evidence.harness.organism.sparse import SparsePlan, trained

# What each tool's rate is chosen from.
RATES = (1.5e-3, 3e-3, 6e-3, 1.2e-2)
# Parts of the recipe's steps; each is a training of its own, whose rate falls to its end.
PARTS = (0.125, 0.25, 0.5, 1.0)
# The seed that rates are chosen with is none of those that are timed.
CHOOSING = 1_000

Training = Callable[[Tensor, SparsePlan, int], Callable[[Tensor], Tensor]]


@dataclass(frozen=True, slots=True)
class Trained:
    tool: str
    seed: int
    steps: int
    seconds: float
    unexplained: float


def by_butfor(rows: Tensor, plan: SparsePlan, seed: int) -> Callable[[Tensor], Tensor]:
    coder = trained(rows, plan, seed=seed, check=lambda: None)
    return lambda hidden: coder.decode(coder.encode(hidden))


def by_sae_lens(rows: Tensor, plan: SparsePlan, seed: int) -> Callable[[Tensor], Tensor]:
    """As its documents have it: inputs as long as the root of their width, its own start."""
    torch.manual_seed(seed)
    centre = rows.mean(0)
    width = rows.shape[1]
    scale = (rows - centre).norm(dim=1).mean() / math.sqrt(width)
    config = TopKTrainingSAEConfig(d_in=width, d_sae=plan.latents, k=plan.kept, device="cpu")
    trainer = SAETrainer(
        SAETrainerConfig(
            total_training_samples=plan.steps * plan.batch,
            train_batch_size_samples=plan.batch,
            lr=plan.rate,
            lr_end=plan.rate,
            lr_decay_steps=plan.steps // 2,
        ),
        TopKTrainingSAE(config),
        _batches(rows, plan, (centre, scale), seed),
    )
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stderr(nowhere):
        coder = trainer.fit()

    def told(hidden: Tensor) -> Tensor:
        made: Tensor = coder((hidden - centre) / scale) * scale + centre
        return made

    return told


def _batches(
    rows: Tensor, plan: SparsePlan, moved: tuple[Tensor, Tensor], seed: int
) -> Iterator[Tensor]:
    chance = torch.Generator().manual_seed(seed)
    while True:
        drawn = torch.randint(len(rows), (plan.batch,), generator=chance)
        yield (rows[drawn] - moved[0]) / moved[1]


def measured(
    training: Training, rows: dict[str, Tensor], plan: SparsePlan, *, tool: str, seed: int
) -> Trained:
    """Train on some activations, and say how much of others stays unexplained."""
    began = time.process_time()
    told = training(rows["learnt"], plan, seed)
    seconds = time.process_time() - began
    with torch.inference_mode():
        left = (told(rows["tested"]) - rows["tested"]).square().sum()
        whole = (rows["tested"] - rows["learnt"].mean(0)).square().sum()
    return Trained(tool, seed, plan.steps, seconds, float(left / whole))


TOOLS: dict[str, Training] = {OURS: by_butfor, SAE_LENS: by_sae_lens}


def main() -> None:
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    rows = load_file(sys.argv[1])
    told: dict[str, Any] = json.loads(sys.argv[2])
    plan, seeds = SparsePlan(**told["plan"]), told["seeds"]

    def of(rate: float, part: float) -> SparsePlan:
        steps = round(plan.steps * part)
        return SparsePlan(plan.latents, plan.kept, steps, plan.batch, rate)

    tried = {
        tool: {
            rate: measured(training, rows, of(rate, 1.0), tool=tool, seed=CHOOSING).unexplained
            for rate in RATES
        }
        for tool, training in TOOLS.items()
    }
    best = {tool: min(rates, key=lambda rate: rates[rate]) for tool, rates in tried.items()}
    found = [
        measured(TOOLS[tool], rows, of(best[tool], part), tool=tool, seed=seed)
        for number, seed in enumerate(seeds)
        for part in PARTS
        for tool in list(TOOLS)[:: 1 if number % 2 else -1]
    ]
    versions = {name: metadata.version(name) for name in ("sae-lens", "torch")}
    told = {
        "versions": versions,
        "rates": best,
        "unexplained_by_rate": {
            tool: {f"{rate:.2g}": round(left, 4) for rate, left in rates.items()}
            for tool, rates in tried.items()
        },
        "trained": [asdict(each) for each in found],
    }
    sys.stdout.write("\n" + json.dumps(told))


if __name__ == "__main__":
    main()
