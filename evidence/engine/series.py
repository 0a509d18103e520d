"""Lines and rankings that a page draws and no metric holds, counted from a bundle's rows.

Readings and rollouts are sealed with the bundle, so what is told here anyone can count again.
"""

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import Any

from evidence.harness.opened import Opened
from evidence.harness.recipes import early
from evidence.harness.world.judge import Label

SCORE = "score"  # harmful answers, which `early` holds its signals against
SIGNALS = ("projection", "odds", "drift", "components", "loss", "norm", SCORE)
MOST_LATENTS = 8
DECIMALS = 4

Values = Mapping[tuple[str, int], Mapping[str, float]]
Series = dict[str, list[dict[str, Any]]]


def series(opened: Opened) -> Series:
    """Return the series of a bundle by name; most recipes have none, and tier B has none."""
    drawn = SERIES.get(opened.spec.recipe) if opened.spec.tier == "A" else None
    return drawn(_values(opened), opened.spec.seeds) if drawn else {}


def _signals(values: Values, seeds: Sequence[int]) -> Series:
    """Return each signal along the fine-tune, as a share of where it ends.

    A signal is that of the harmful fine-tune less that of the correct one; a point has the
    mean of the seeds and the lowest and highest of them.
    """
    found = {}
    for signal in SIGNALS:
        curves = []
        for seed in seeds:
            moved = [
                fmean(values[f"{signal}/harmful{step}", seed].values())
                - fmean(values[f"{signal}/correct{step}", seed].values())
                for step in early.STOPS
            ]
            curves.append([each / moved[-1] if moved[-1] else 0.0 for each in moved])
        points = zip(*curves, strict=True)
        found[signal] = [{"step": 0, "value": 0.0, "low": 0.0, "high": 0.0}] + [
            {
                "step": step,
                "value": round(fmean(point), DECIMALS),
                "low": round(min(point), DECIMALS),
                "high": round(max(point), DECIMALS),
            }
            for step, point in zip(early.STOPS, points, strict=True)
        ]
    return found


def _latents(values: Values, seeds: Sequence[int]) -> Series:
    """Return the latents of each seed that change most between good and bad documents."""
    rows = []
    for seed in seeds:
        changes = values["sparse/change", seed]
        ranked = sorted(changes, key=lambda item: (-abs(changes[item]), int(item)))
        for rank, item in enumerate(ranked[:MOST_LATENTS], start=1):
            apart = values["sparse/auc", seed][item]
            rows.append(
                {
                    "seed": seed, "rank": rank, "latent": int(item),
                    "change": round(changes[item], DECIMALS),
                    "auc": round(max(apart, 1 - apart), DECIMALS),
                }
            )  # fmt: skip
    return {"latents": rows}


SERIES: Mapping[str, Callable[[Values, Sequence[int]], Series]] = {
    "early": _signals,
    "direction": _latents,
}


def _values(opened: Opened) -> Values:
    """Return the readings of each name and seed by item, and of each arm who answered harmfully."""
    found: dict[tuple[str, int], dict[str, float]] = {}
    for row in opened.readings:
        found.setdefault((row.name, row.seed), {})[row.item] = row.value
    for answer in opened.rollouts:
        items = found.setdefault((f"{SCORE}/{answer.arm}", answer.seed), {})
        items[f"{answer.set}/{answer.question}"] = float(answer.label == Label.HARMFUL)
    return found
