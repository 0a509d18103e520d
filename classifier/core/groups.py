"""Which texts must stay on one side of a split: near-duplicates, and what is given as one group."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SAME_WORDS = 0.55
"""TF-IDF cosine from which two texts are near-duplicates."""
SAME_MEANING = 0.80
"""Cosine of embeddings from which they are."""


def grouped(
    texts: Sequence[str], rows: "NDArray[np.float32]", given: Sequence[str | None]
) -> "NDArray[np.int64]":
    """Return a group's number for each text.

    Texts of one `given` group are one group. Those without are grouped by what they say:
    connected components over near-duplicates. `rows` are unit embeddings (texts, dimensions).
    """
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    free = np.array([n for n, group in enumerate(given) if group is None], dtype=np.int64)
    left, right = _near([texts[n] for n in free], rows[free])
    first = {group: n for n, group in reversed(list(enumerate(given))) if group is not None}
    named = [(n, first[group]) for n, group in enumerate(given) if group is not None]
    ends = np.array(named, dtype=np.int64).reshape(-1, 2)
    one = np.concatenate([free[left], ends[:, 0]])
    other = np.concatenate([free[right], ends[:, 1]])
    links = coo_array((np.ones(len(one)), (one, other)), shape=(len(texts), len(texts)))
    _, numbers = connected_components(links, directed=False)
    return numbers.astype(np.int64)


def folded(groups: "NDArray[np.int64]", folds: int, seed: int) -> "NDArray[np.int64]":
    """Return a fold's number for each text, no group in two folds, folds of about one size.

    The largest groups are placed first, and among equals the order is drawn by `seed`.
    Raises ValueError where there are fewer groups than folds.
    """
    import numpy as np

    names, sizes = np.unique(groups, return_counts=True)
    if len(names) < folds:
        raise ValueError(f"{len(names)} groups of texts cannot be split into {folds} folds.")
    drawn = np.random.default_rng(seed)
    order = drawn.permutation(len(names))
    order = order[np.argsort(-sizes[order], kind="stable")]
    filled = np.zeros(folds, dtype=np.int64)
    places = np.zeros(len(names), dtype=np.int64)
    for n in order:
        smallest = np.flatnonzero(filled == filled.min())
        places[n] = drawn.choice(smallest)
        filled[places[n]] += sizes[n]
    return places[np.searchsorted(names, groups)]


def _near(
    texts: Sequence[str], rows: "NDArray[np.float32]"
) -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not texts:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    # Any run of letters or digits is a word, so that no text of one letter is without one.
    pattern = r"[^\W_]+"
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=pattern)
    bags = words.fit_transform([f"{text} _text" for text in texts])
    alike = (bags @ bags.T).toarray() >= SAME_WORDS
    alike |= rows @ rows.T >= SAME_MEANING
    left, right = np.nonzero(alike)
    return left, right
