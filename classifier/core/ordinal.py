"""Grades on an ordered scale, learned from few texts: one score from several views, then cuts.

The score is kernel ridge regression on the views' sum, shrunk hard, for a hundred labels say
little about each of hundreds of columns. The cuts between grades are chosen for the quadratic
kappa of scores that the texts got out of fold. Numbers alone: no texts and no encoder.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from classifier.core.groups import folded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

INNER_FOLDS, INNER_REPEATS = 5, 3
_STEPS, _PASSES = 49, 3  # places that a cut may have, and how often each is moved


@dataclass(frozen=True, slots=True)
class Recipe:
    """How much each view weighs, and how hard the regression shrinks."""

    weights: Mapping[str, float]
    ridge: float


@dataclass(frozen=True, slots=True)
class Table:
    """Views of the same texts, a row a text: columns of one view are on one scale.

    `direct` views are of unit rows (embeddings); the others are brought to unit spread.
    """

    views: "Mapping[str, Floats]"
    direct: frozenset[str] = frozenset()


def predicted(
    table: Table,
    grades: "Integers",
    groups: "Integers",
    learn: "Integers",
    ask: "Integers",
    recipes: Sequence[Recipe],
) -> "Integers":
    """Return grades for the rows `ask`, learned from the rows `learn` alone.

    Where there are several recipes, the one with the highest kappa out of fold is used.
    `grades` are from 0; those of other rows are not looked at. Raises ValueError where all rows
    to learn from are one group.
    """
    import numpy as np

    most = int(grades[learn].max())
    splits = _splits(groups[learn])
    truth = np.tile(grades[learn], len(splits))
    best: tuple[float, Recipe, Floats] | None = None
    for recipe in recipes:
        inner = [_out_of_fold(table, grades, learn, split, recipe) for split in splits]
        scores = np.concatenate(inner)
        cuts = chosen_cuts(scores, truth, most)
        kappa = quadratic_kappa(truth, np.searchsorted(cuts, scores, side="right"), most)
        if best is None or kappa > best[0]:
            best = (kappa, recipe, cuts)
    if best is None:
        raise ValueError("An ordinal model needs at least one recipe.")
    _, recipe, cuts = best
    found: Integers = np.searchsorted(
        cuts, _scores(table, grades, learn, ask, recipe), side="right"
    )
    return found


def quadratic_kappa(truth: "Integers", told: "Integers", most: int) -> float:
    """Return Cohen's kappa with quadratic weights on grades 0 to `most`; 0 where all are one."""
    import numpy as np

    size = most + 1
    seen = np.bincount(truth * size + told, minlength=size * size).reshape(size, size)
    away = (np.arange(size)[:, None] - np.arange(size)) ** 2
    chance = np.outer(seen.sum(1), seen.sum(0)) / seen.sum()
    expected = float((away * chance).sum())
    return 1 - float((away * seen).sum()) / expected if expected else 0.0


def chosen_cuts(scores: "Floats", truth: "Integers", most: int) -> "Floats":
    """Return `most` rising cuts: begun at the grades' own shares, moved while kappa gains."""
    import numpy as np

    shares = [(truth < grade).mean() for grade in range(1, most + 1)]
    cuts: Floats = np.quantile(scores, shares)
    places = np.quantile(scores, np.linspace(0.02, 0.98, _STEPS))
    best = quadratic_kappa(truth, np.searchsorted(cuts, scores, side="right"), most)
    for n in list(range(most)) * _PASSES:
        low = cuts[n - 1] if n else -np.inf
        high = cuts[n + 1] if n + 1 < most else np.inf
        for place in places[(places >= low) & (places <= high)]:
            moved = cuts.copy()
            moved[n] = place
            told = np.searchsorted(moved, scores, side="right")
            kappa = quadratic_kappa(truth, told, most)
            if kappa > best + 1e-9:
                best, cuts = kappa, moved
    return cuts


def _splits(groups: "Integers") -> "list[Integers]":
    import numpy as np

    folds = min(INNER_FOLDS, len(np.unique(groups)))
    if folds < 2:
        raise ValueError("The texts to learn from all tell the same: two groups are needed.")
    return [folded(groups, folds, seed) for seed in range(INNER_REPEATS)]


def _out_of_fold(
    table: Table, grades: "Integers", learn: "Integers", split: "Integers", recipe: Recipe
) -> "Floats":
    import numpy as np

    scores = np.empty(len(learn))
    for fold in np.unique(split):
        held = split == fold
        scores[held] = _scores(table, grades, learn[~held], learn[held], recipe)
    return scores


def _scores(
    table: Table, grades: "Integers", learn: "Integers", ask: "Integers", recipe: Recipe
) -> "Floats":
    """Return a score for each row of `ask` by kernel ridge regression on the rows `learn`."""
    import numpy as np

    kernel, asked = np.zeros((len(learn), len(learn))), np.zeros((len(ask), len(learn)))
    for name, weight in recipe.weights.items():
        rows = table.views[name]
        scaled = (_centred if name in table.direct else _standardised)(rows, rows[learn])
        kernel += weight**2 * scaled[learn] @ scaled[learn].T
        asked += weight**2 * scaled[ask] @ scaled[learn].T
    truth = grades[learn].astype(np.float64)
    shrunk = kernel + recipe.ridge * np.eye(len(learn))
    scores: Floats = truth.mean() + asked @ np.linalg.solve(shrunk, truth - truth.mean())
    return scores


def _centred(rows: "Floats", known: "Floats") -> "Floats":
    """Return the unit rows of what sets each apart from the known rows' mean."""
    import numpy as np

    apart = rows - known.mean(0)
    lengths = np.linalg.norm(apart, axis=1, keepdims=True)
    unit: Floats = apart / np.where(lengths == 0, 1.0, lengths)
    return unit


def _standardised(rows: "Floats", known: "Floats") -> "Floats":
    """Return columns of mean 0 and spread 1 on the known rows, the view's rows about of unit length."""
    import numpy as np

    spread = known.std(0)
    scaled: Floats = (rows - known.mean(0)) / np.where(spread == 0, 1.0, spread)
    scaled /= np.sqrt(rows.shape[1])
    return scaled
