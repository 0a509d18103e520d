"""Labelled codes put to the test: out of fold or on texts held out, beside simpler methods.

Each method ranks texts that it has not seen; its shares are calibrated and its cut for micro-F1
is chosen by inner folds, the same for all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from classifier.core import shrinkage
from classifier.core.calibration import Calibrator, priors
from classifier.core.coderanker import FOLDS, Shelf, Views, trained
from classifier.core.codereading import Rows, definitions
from classifier.core.codes import shelf
from classifier.core.cuts import best_f1
from classifier.core.groups import folded
from classifier.core.measures import Ranking, measured
from classifier.core.types import CodeCard, CodedText, Encode, Measure

_FEWEST = 2  # groups a fold
_PLAIN = Calibrator((1.0,))
_EVEN = 0.5  # the cut where nothing was learned


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How many labelled texts and codes, and each method's measures."""

    n: int
    codes: int
    methods: Mapping[str, Mapping[str, Measure]]


@dataclass(frozen=True, slots=True)
class Said:
    """Shares (texts, codes) of texts not seen, and the cut with the best micro-F1 before."""

    shares: Rows
    cut: float


Method = Callable[[Shelf, Shelf, Rows, int], Said]
"""Learn from one shelf, rank the texts of another; definitions and a seed come beside."""
Split = tuple[Shelf, Shelf, NDArray[np.intp]]
"""What may be learned from, what is ranked, and where that stands among all that is."""
Scores = Callable[[Shelf, Shelf, Rows], Rows]


def evaluate(
    texts: Sequence[CodedText],
    cards: Sequence[CodeCard],
    encode: Encode,
    *,
    held_out: Sequence[CodedText] | None = None,
    folds: int = 5,
    repeats: int = 3,
    shots: int | None = None,
    tell: Callable[[str], None] = lambda _: None,
    methods: Mapping[str, Method] | None = None,
) -> Evaluation:
    """Measure on grouped folds, or where `held_out` is given on those texts alone.

    With `shots` only that many texts of each code, drawn anew for each fold, keep their
    labels; the others stay as texts without. Raises ValueError as `fit` does, where no text is
    labelled, and where there are fewer groups than folds.
    """
    known = shelf(texts, cards, encode)
    told = definitions(cards, encode)
    chosen = METHODS if methods is None else methods
    splits: list[list[Split]]
    if held_out is None:
        whole = known.part(np.flatnonzero(known.labelled))
        splits = [_folds(known, folds, time) for time in range(repeats)]
    else:
        new = shelf(held_out, cards, encode)
        whole = new.part(np.flatnonzero(new.labelled))
        splits = [[(known, whole, np.arange(len(whole.labels)))] for _ in range(repeats)]
    if not len(whole.labels):
        raise ValueError("No text has labels to measure against.")
    rankings: dict[str, list[Ranking]] = {name: [] for name in chosen}
    for time, split in enumerate(splits):
        shares = {name: np.zeros((2, *whole.labels.shape)) for name in chosen}
        for place, (inside, outside, rows) in enumerate(split):
            tell(f"time {time + 1} of {repeats}, fold {place + 1} of {len(split)}")
            seed = time * len(split) + place
            seen = inside if shots is None else _with_shots(inside, shots, seed)
            for name, method in chosen.items():
                said = method(seen, outside, told, seed)
                shares[name][0, rows] = said.shares
                shares[name][1, rows] = said.shares >= said.cut
        for name, (found, picked) in shares.items():
            rankings[name].append(Ranking(found, picked > 0, whole.labels))
    return Evaluation(
        len(whole.labels),
        len(cards),
        {name: measured(times, whole.groups) for name, times in rankings.items()},
    )


def _folds(known: Shelf, folds: int, seed: int) -> list[Split]:
    places = folded(known.groups, folds, seed)
    position = np.cumsum(known.labelled) - 1
    split = []
    for place in range(folds):
        ranked = np.flatnonzero((places == place) & known.labelled)
        rest = np.flatnonzero(places != place)
        split.append((known.part(rest), known.part(ranked), position[ranked]))
    return split


def _with_shots(inside: Shelf, shots: int, seed: int) -> Shelf:
    """Return the shelf with labels on up to `shots` texts of each code, and on no others."""
    random, kept = np.random.default_rng(seed), np.zeros(len(inside.labels), dtype=bool)
    for column in inside.labels.T:
        having = np.flatnonzero((column > 0) & inside.labelled)
        kept[random.permutation(having)[:shots]] = True
    return replace(inside, labelled=kept)


def ours(views: Views) -> Method:
    """Return the method of the product, as it is fitted and proposes."""

    def method(seen: Shelf, new: Shelf, cards: Rows, seed: int) -> Said:
        model = trained(seen, cards, folds=FOLDS, seed=seed, views=views)
        cut = best_f1(model.seen.shares, model.seen.labels) if model.seen else _EVEN
        return Said(model.shares(new.reading), cut)

    return method


def _calibrated(scores: Scores) -> Method:
    def method(seen: Shelf, new: Shelf, cards: Rows, seed: int) -> Said:
        labelled = seen.seen()
        known = priors(labelled.labels)
        said = scores(labelled, new, cards)
        if len(np.unique(labelled.groups)) < _FEWEST * FOLDS:
            return Said(_PLAIN.shares(said[None], known), _EVEN)
        places = folded(labelled.groups, FOLDS, seed)
        inner, before = np.zeros((2, *labelled.labels.shape))
        for place in range(FOLDS):
            inside, outside = np.flatnonzero(places == place), np.flatnonzero(places != place)
            rest = labelled.part(outside)
            inner[inside] = scores(rest, labelled.part(inside), cards)
            before[inside] = priors(rest.labels)
        calibrator = _PLAIN.fitted(inner[None], before, labelled.labels)
        cut = best_f1(calibrator.shares(inner[None], before), labelled.labels)
        return Said(calibrator.shares(said[None], known), cut)

    return method


def _prior(_: Shelf, new: Shelf, cards: Rows) -> Rows:
    """Take every text for like every other; the calibrator adds how frequent a code is."""
    return np.zeros((len(new.labels), len(cards)))


def _tfidf(seen: Shelf, new: Shelf, cards: Rows) -> Rows:
    """Logistic regression on TF-IDF of words and pairs of words, balanced as ours is."""
    counter = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    try:
        bags = counter.fit_transform(seen.reading.texts)
    except ValueError:  # no text has a word, or there is none
        return np.zeros((len(new.labels), len(cards)))
    # The lines lie in the span of the texts: as many numbers as texts say the same.
    of_texts, sizes, _ = np.linalg.svd((bags @ bags.T).toarray(), hermitian=True)
    kept = sizes > 1e-9 * sizes.max(initial=1.0)
    scale = of_texts[:, kept] / np.sqrt(sizes[kept])
    rows = np.asarray((bags @ bags.T) @ scale)
    guess = np.zeros((len(cards), rows.shape[1]))
    weights, offsets = shrinkage.fitted(rows, seen.labels, guess)
    found: Rows = np.asarray(counter.transform(new.reading.texts) @ bags.T @ scale) @ weights.T
    return found + offsets


def _cosine(_: Shelf, new: Shelf, cards: Rows) -> Rows:
    """Rank by the cosine of embeddings, text with definition."""
    found: Rows = new.reading.rows @ cards.T
    return found


METHODS: Mapping[str, Method] = {
    "butfor": ours(Views()),
    "prior": _calibrated(_prior),
    "tfidf": _calibrated(_tfidf),
    "cosine": _calibrated(_cosine),
}
