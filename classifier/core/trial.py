"""Labelled claims put to the test: groups, folds, scores out of fold, and simpler scores beside.

Claims about one article, from one source or in nearly the same words stay in one fold: a
model that has seen the one knows something of the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifier.core import roc
from classifier.core.claims import Study
from classifier.core.groups import SAME_MEANING, SAME_WORDS, folded
from classifier.core.roc import Area
from classifier.core.support import Level, Support, SupportError, fit
from classifier.core.termspace import TermSpace, overlap
from classifier.core.types import Encode
from classifier.core.vectors import cosine

_SEED = 20261121  # any number; the same each time, so that a figure can be made again


@dataclass(frozen=True, slots=True)
class Labelled:
    """A claim with its evidence, its level, and the article it belongs to, if that is known."""

    claim: str
    evidence: tuple[str, ...]
    level: Level
    article: str | None = None


def groups(claims: Sequence[Labelled], *, encode: Encode) -> list[int]:
    """Return a group number for each claim: those that share anything share a number."""
    group = list(range(len(claims)))
    vectors = encode([one.claim for one in claims])
    space = TermSpace.of([one.claim for one in claims])
    bags = [space.bag(one.claim) for one in claims]
    for n, one in enumerate(claims):
        for m in range(n):
            if group[m] != group[n] and (
                (one.article is not None and one.article == claims[m].article)
                or one.evidence == claims[m].evidence
                or overlap(bags[n], bags[m]) >= SAME_WORDS
                or cosine(vectors[n], vectors[m]) >= SAME_MEANING
            ):
                joined = group[m]
                group = [joined if number == group[n] else number for number in group]
    return group


def folds(group: Sequence[int], count: int) -> list[int]:
    """Return a fold for each claim, no group in two; as many folds as there are groups at most."""
    import numpy as np

    several = min(count, len(set(group)))
    return [int(n) for n in folded(np.asarray(group, dtype=np.int64), several, _SEED)]


def models(
    studies: Sequence[Study], levels: Sequence[Level], fold: Sequence[int]
) -> list[Support] | None:
    """Return for each claim a model fitted on the other folds; None where labels are too few."""
    fitted: dict[int, Support] = {}
    try:
        for number in sorted(set(fold)):
            rest = [n for n, other in enumerate(fold) if other != number]
            fitted[number] = trained([studies[n] for n in rest], [levels[n] for n in rest])
    except SupportError:
        return None
    return [fitted[number] for number in fold]


def trained(studies: Sequence[Study], levels: Sequence[Level]) -> Support:
    """Fit a model on studied claims; raise SupportError where they do not suffice."""
    seen = [
        (one.signals, level) for one, level in zip(studies, levels, strict=True) if one.signals
    ]
    return fit([signals for signals, _ in seen], [level for _, level in seen])


def baselines(
    claims: Sequence[Labelled], studies: Sequence[Study], *, encode: Encode
) -> dict[str, list[float]]:
    """Return simpler scores of each claim: the nearest sentence by meaning and by words, and
    the share of its weighted terms that stands anywhere in its evidence.
    """
    space = TermSpace.of([line for one in claims for line in one.evidence])
    return {
        "cosine": [_nearest(one, encode) for one in claims],
        "tfidf": [
            max((overlap(space.bag(one.claim), space.bag(line)) for line in one.evidence), default=0.0)
            for one in claims
        ],
        "coverage": [
            one.claim.reach(frozenset(one.library.holders) & one.claim.weights.keys())
            for one in studies
        ],
    }  # fmt: skip


def _nearest(claim: Labelled, encode: Encode) -> float:
    mine, *lines = encode([claim.claim, *claim.evidence])
    return max((cosine(mine, line) for line in lines), default=0.0)


def measured(
    scores: Mapping[str, Sequence[float]], levels: Sequence[Level], group: Sequence[int]
) -> dict[str, dict[str, Area | None]]:
    """Return for each method the areas of supported against not, and against all the rest."""
    told = [n for n, level in enumerate(levels) if level != "partly"]
    supported = [level == "supported" for level in levels]
    return {
        method: {
            "auc_not": roc.area(
                [values[n] for n in told],
                [supported[n] for n in told],
                [group[n] for n in told],
            ),
            "auc_rest": roc.area(values, supported, group),
        }
        for method, values in scores.items()
    }
