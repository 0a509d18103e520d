"""Severity factors told by a small model that was fitted to a desk's own decisions.

One ridge regression a factor over two views of a text: its meaning, seen also through scenes of
harm, and its words of harm; then cuts between the grades, chosen for the quadratic kappa of scores
out of fold, as in `ordinal`. Seen through scenes, meaning is still linear in the embedding, so that
one direction a factor is all that is kept of both. The sentences that a factor rests on are those
of the rules in `severity`; the level follows from the written rule alone.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from classifier.core import severity
from classifier.core.harmwords import NAMES, marks
from classifier.core.types import Encode, Sentence, SeverityFactors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

FACTORS = ("scale", "scope", "irremediability")
MOST = 3
"""The highest grade of a factor."""
SHIPPED = Path(__file__).parent / "weights" / "factors.json"

_RIDGE = 32.0
_WEIGHTS = (1.0, 2.0)  # of the words beside the meaning; the better one out of fold is taken
_FOLDS, _REPEATS = 5, 3
_DIGITS = 5


class FactorsError(Exception):
    """The stored model cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """One factor: its direction among meanings, its weights of words, and three rising cuts."""

    meaning: tuple[float, ...]
    words: tuple[float, ...]
    offset: float
    cuts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class FactorModel:
    """A line a factor. `centre` is what the texts share; `encoder` is the digest of its weights."""

    encoder: str
    centre: tuple[float, ...]
    lines: Mapping[str, Line]

    def grades(self, text: str, encode: Encode) -> dict[str, int]:
        """Return the grade of each factor, 0 to 3; `encode` is the encoder that it was fitted with."""
        import numpy as np

        [row] = encode([text])
        [meaning] = _apart(np.array([row]), np.array(self.centre))
        words = np.array(marks(text))
        found = {}
        for name, line in self.lines.items():
            score = (
                meaning @ np.array(line.meaning) + words @ np.array(line.words) + line.offset
            )
            found[name] = int(np.searchsorted(np.array(line.cuts), score, side="right"))
        return found


def told(sentences: Sequence[Sentence], model: FactorModel, encode: Encode) -> SeverityFactors:
    """Return the factors as the model grades them, with the sentences that the rules find.

    A factor that no sentence of the rules bears out has no sentence.
    """
    by_rule = severity.factors(sentences)
    grades = model.grades(text_of(sentences), encode)
    reasons = tuple(reason for reason in by_rule.reasons if grades[reason.factor])
    return SeverityFactors(
        scale=grades["scale"],
        scope=grades["scope"],
        irremediability=grades["irremediability"],
        reasons=reasons,
    )


def text_of(sentences: Sequence[Sentence]) -> str:
    """Return what the model reads of a text."""
    return " ".join(sentence.text for sentence in sentences)


@cache
def shipped() -> FactorModel:
    """Return the model that ships beside the code."""
    return read(json.loads(SHIPPED.read_text(encoding="utf-8")))


def read(stored: Mapping[str, Any]) -> FactorModel:
    """Return a stored model; its words of harm must be those that this code counts."""
    if tuple(stored["words"]) != NAMES:
        raise FactorsError(
            "The stored weights are of other words than this code counts. Make them again with "
            "python -m benchmarks.classifier_severity --write."
        )
    lines = {
        name: Line(
            tuple(line["meaning"]), tuple(line["words"]), line["offset"], tuple(line["cuts"])
        )
        for name, line in stored["lines"].items()
    }
    return FactorModel(stored["encoder_sha256"], tuple(stored["centre"]), lines)


def as_json(model: FactorModel) -> dict[str, Any]:
    return {
        "encoder_sha256": model.encoder,
        "words": list(NAMES),
        "centre": list(model.centre),
        "lines": {
            name: {
                "meaning": list(line.meaning),
                "words": list(line.words),
                "offset": line.offset,
                "cuts": list(line.cuts),
            }
            for name, line in model.lines.items()
        },
    }


def fit(
    texts: Sequence[str],
    grades: "Mapping[str, Sequence[int] | Integers]",
    encode: Encode,
    *,
    encoder: str,
    groups: "Integers",
) -> FactorModel:
    """Fit a line to the grades of each factor; texts of one group stay on one side of a split.

    `encoder` is the digest of the encoder's weights.
    """
    import numpy as np

    rows = np.array(encode(texts))
    centre = rows.mean(axis=0)
    views = _Views.of(
        _apart(rows, centre), np.array([marks(text) for text in texts]), _scenes(encode)
    )
    lines = {
        name: _line(views, np.array(graded, dtype=np.int64), groups)
        for name, graded in grades.items()
    }
    return FactorModel(encoder, _rounded(centre), lines)


@dataclass(frozen=True, slots=True)
class _Views:
    """The texts' meanings, and each view of them with what brings it to one scale.

    `seen` and `words` are of mean 0 and unit spread over the texts, a row about of unit length.
    """

    meaning: "Floats"
    scenes: "Floats"
    seen: "Floats"
    seen_spread: "Floats"
    seen_mean: "Floats"
    words: "Floats"
    words_spread: "Floats"
    words_mean: "Floats"

    @classmethod
    def of(cls, meaning: "Floats", words: "Floats", scenes: "Floats") -> "_Views":
        seen = meaning @ scenes.T
        return cls(meaning, scenes, *_standardised(seen), *_standardised(words))

    def beside(self, weight: float) -> "Floats":
        """Return the views side by side, the words so heavy: (texts, columns)."""
        import numpy as np

        return np.hstack([self.meaning, self.seen, weight * self.words])


def _line(views: _Views, grades: "Integers", groups: "Integers") -> Line:
    import numpy as np

    from classifier.core.groups import folded
    from classifier.core.ordinal import chosen_cuts, quadratic_kappa

    parts = [folded(groups, _FOLDS, seed) for seed in range(_REPEATS)]
    truth = np.tile(grades, _REPEATS)
    best: tuple[float, float, Floats] | None = None
    for weight in _WEIGHTS:
        columns = views.beside(weight)
        scores = np.concatenate([_out_of_fold(columns, grades, part) for part in parts])
        cuts = chosen_cuts(scores, truth, MOST)
        told = np.searchsorted(cuts, scores, side="right")
        kappa = quadratic_kappa(truth, told, MOST)
        if best is None or kappa > best[0]:
            best = (kappa, weight, cuts)
    if best is None:
        raise ValueError("There is no weight to choose from.")
    _, weight, cuts = best
    return _in_one(views, weight, *_ridge(views.beside(weight), grades), cuts)


def _in_one(
    views: _Views, weight: float, slopes: "Floats", mean: float, cuts: "Floats"
) -> Line:
    """Put what was learned of the scaled views in terms of the meaning and the words themselves."""
    meanings, scenes = views.meaning.shape[1], len(views.scenes)
    own, seen, words = (
        slopes[:meanings],
        slopes[meanings : meanings + scenes] / views.seen_spread,
        weight * slopes[meanings + scenes :] / views.words_spread,
    )
    offset = mean - seen @ views.seen_mean - words @ views.words_mean
    return Line(
        _rounded(own + seen @ views.scenes),
        _rounded(words),
        round(float(offset), _DIGITS),
        _rounded(cuts),
    )


def _out_of_fold(columns: "Floats", grades: "Integers", part: "Integers") -> "Floats":
    import numpy as np

    scores: Floats = np.empty(len(grades))
    for fold in np.unique(part):
        held = part == fold
        slopes, mean = _ridge(columns[~held], grades[~held])
        scores[held] = columns[held] @ slopes + mean
    return scores


def _ridge(columns: "Floats", grades: "Integers") -> "tuple[Floats, float]":
    import numpy as np

    mean = float(grades.mean())
    # Fewer texts than columns: the texts' products give the same slopes.
    products = columns @ columns.T + _RIDGE * np.eye(len(columns))
    slopes: Floats = columns.T @ np.linalg.solve(products, grades - mean)
    return slopes, mean


def _scenes(encode: Encode) -> "Floats":
    """Return the mean of each scene's sentences, apart from what all scenes share."""
    import numpy as np

    from classifier.core.scenes import SCENES

    flat = np.array(encode([line for lines in SCENES.values() for line in lines]))
    apart = _apart(flat, flat.mean(axis=0))
    ends = np.cumsum([len(lines) for lines in SCENES.values()])[:-1]
    return np.stack([own.mean(axis=0) for own in np.split(apart, ends)])


def _apart(rows: "Floats", centre: "Floats") -> "Floats":
    import numpy as np

    apart = rows - centre
    lengths = np.linalg.norm(apart, axis=1, keepdims=True)
    unit: Floats = apart / np.where(lengths == 0, 1.0, lengths)
    return unit


def _standardised(rows: "Floats") -> "tuple[Floats, Floats, Floats]":
    """Return the rows on one scale, what they were divided by, and their mean."""
    import numpy as np

    mean, spread = rows.mean(axis=0), rows.std(axis=0)
    divided = np.where(spread == 0, 1.0, spread) * np.sqrt(rows.shape[1])
    return (rows - mean) / divided, divided, mean


def _rounded(values: "Floats") -> tuple[float, ...]:
    return tuple(round(float(value), _DIGITS) for value in values)
