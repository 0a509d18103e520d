"""How well harm is graded on an ordered scale: our model beside simpler ones, on the same folds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from classifier.core.groups import folded, grouped
from classifier.core.harmwords import marks
from classifier.core.ordinal import Recipe, Table, predicted, quadratic_kappa
from classifier.core.scenes import SCENES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from classifier.core.ordinal import Floats, Integers

Matrix = Callable[[Sequence[str]], "NDArray[np.float32]"]
"""Texts in, rows of unit length out: (texts, dimensions)."""

_RESAMPLES = 2000
_CONFIDENCE = 0.95

RECIPES: Mapping[str, tuple[Recipe, ...]] = {
    "butfor": tuple(
        Recipe({"scenes": 1.0, "words": weight, "meaning": 1.0}, ridge=32.0)
        for weight in (1.0, 2.0)
    ),
    "lexicon": tuple(Recipe({"words": 1.0}, ridge=ridge) for ridge in (1.0, 3.0, 10.0)),
    "embedding": tuple(Recipe({"meaning": 1.0}, ridge=ridge) for ridge in (1.0, 3.0, 10.0)),
}
"""What each method may look at; where there are several, inner folds choose one."""
MAJORITY = "majority"


@dataclass(frozen=True, slots=True)
class Graded:
    """A text with its grade, from 0; texts of one `group` stay on one side of a split."""

    text: str
    level: int
    group: str | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval of 95%, by bootstrap over groups of texts."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Grading:
    """What was measured: `gain` is our kappa less that of the best other method, pair by pair."""

    n: int
    groups: int
    methods: Mapping[str, Mapping[str, Estimate]]
    best_other: str
    gain: Estimate


def evaluated(
    texts: Sequence[Graded],
    matrix: Matrix,
    *,
    held_out: Sequence[Graded] = (),
    folds: int = 5,
    repeats: int = 3,
) -> Grading:
    """Measure every method out of fold, or on `held_out` texts where they are given.

    Each repeat splits anew; a figure is the mean over the repeats. Raises ValueError where
    there are fewer groups of texts than folds, or all have one grade.
    """
    import numpy as np

    everything = [*texts, *held_out]
    rows = matrix([text.text for text in everything])
    grades = np.array([text.level for text in everything], dtype=np.int64)
    groups = grouped(
        [text.text for text in everything], rows, [text.group for text in everything]
    )
    table = _table([text.text for text in everything], rows, matrix)
    known, asked = np.arange(len(texts)), np.arange(len(texts), len(everything))
    if len(np.unique(grades[known])) < 2:
        raise ValueError("All texts have the same level: there is nothing to learn.")
    if held_out:
        splits = [(known, asked)]
        told = {name: [_told(name, table, grades, groups, splits)] for name in _NAMES}
        measured = asked
    else:
        parts = [folded(groups[known], folds, seed) for seed in range(repeats)]
        told = {
            name: [_told(name, table, grades, groups, list(_halves(known, p))) for p in parts]
            for name in _NAMES
        }
        measured = known
    return _grading(grades[measured], groups[measured], told)


_NAMES = (*RECIPES, MAJORITY)


def _halves(known: "Integers", part: "Integers") -> "Sequence[tuple[Integers, Integers]]":
    return [(known[part != fold], known[part == fold]) for fold in range(int(part.max()) + 1)]


def _table(texts: Sequence[str], rows: "NDArray[np.float32]", matrix: Matrix) -> Table:
    import numpy as np

    meaning = rows.astype(np.float64)
    counted = np.array([marks(text) for text in texts], dtype=np.float64)
    views = {"words": counted, "meaning": meaning, "scenes": near_scenes(meaning, matrix)}
    return Table(views, direct=frozenset({"meaning"}))


def near_scenes(meaning: "Floats", matrix: Matrix) -> "Floats":
    """Return the mean cosine of each text to each scene's sentences: (texts, scenes).

    Texts and scenes are each centred on their own mean: all scenes speak of machines, and so
    do all texts.
    """
    import numpy as np

    flat = matrix([line for lines in SCENES.values() for line in lines]).astype(np.float64)
    apart, scenes = _apart(meaning), _apart(flat)
    ends = np.cumsum([len(lines) for lines in SCENES.values()])[:-1]
    found: Floats = np.stack(
        [(apart @ own.T).mean(1) for own in np.split(scenes, ends)], axis=1
    )
    return found


def _apart(rows: "Floats") -> "Floats":
    import numpy as np

    apart = rows - rows.mean(0)
    lengths = np.linalg.norm(apart, axis=1, keepdims=True)
    unit: Floats = apart / np.where(lengths == 0, 1.0, lengths)
    return unit


def _told(
    name: str,
    table: Table,
    grades: "Integers",
    groups: "Integers",
    splits: "Sequence[tuple[Integers, Integers]]",
) -> "Integers":
    """Return a grade for every row that is asked in one of the splits, in the rows' order."""
    import numpy as np

    asked = np.concatenate([ask for _, ask in splits])
    told = np.concatenate(
        [
            np.full(len(ask), np.bincount(grades[learn]).argmax())
            if name == MAJORITY
            else predicted(table, grades, groups, learn, ask, RECIPES[name])
            for learn, ask in splits
        ]
    )
    in_order: Integers = told[np.argsort(asked)]
    return in_order


def _grading(
    truth: "Integers", groups: "Integers", told: "Mapping[str, Sequence[Integers]]"
) -> Grading:
    import numpy as np

    most = int(max(truth.max(), *(each.max() for own in told.values() for each in own)))
    drawn = np.random.default_rng(0)
    names = np.unique(groups)
    members = [np.flatnonzero(groups == name) for name in names]
    samples = [np.arange(len(truth))] + [
        np.concatenate([members[n] for n in drawn.integers(len(names), size=len(names))])
        for _ in range(_RESAMPLES)
    ]

    def kappas(name: str) -> "Floats":
        return np.array(
            [
                np.mean([quadratic_kappa(truth[s], each[s], most) for each in told[name]])
                for s in samples
            ]
        )

    def accuracies(name: str) -> "Floats":
        right = np.mean([each == truth for each in told[name]], axis=0)
        return np.array([right[s].mean() for s in samples])

    kappa = {name: kappas(name) for name in told}
    best_other = max((name for name in told if name != "butfor"), key=lambda n: kappa[n][0])
    methods = {
        name: {"kappa": _estimate(kappa[name]), "accuracy": _estimate(accuracies(name))}
        for name in told
    }
    gain = _estimate(kappa["butfor"] - kappa[best_other])
    return Grading(len(truth), len(names), methods, best_other, gain)


def _estimate(values: "Floats") -> Estimate:
    """Return the first value, that of the texts themselves, with the spread of the resampled."""
    import numpy as np

    edge = (1 - _CONFIDENCE) / 2
    low, high = np.quantile(values[1:], [edge, 1 - edge])
    return Estimate(*(round(float(value), 4) for value in (values[0], low, high)))
