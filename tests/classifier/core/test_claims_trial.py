"""Claims with labels: no group in two folds, no figure that a label could leak into."""

import numpy as np
import pytest

from classifier.core import roc, trial
from classifier.core.claims import conclude, study
from classifier.core.types import SourceText
from classifier.core.vectors import unit
from tests.classifier.core import toy

NOUNS = [
    "bridge",
    "ferry",
    "tunnel",
    "tower",
    "castle",
    "harbour",
    "station",
    "museum",
    "theatre",
    "library",
    "stadium",
    "market",
]
PLACES = [
    "Oslo",
    "Bergen",
    "Turku",
    "Malmo",
    "Aarhus",
    "Tartu",
    "Riga",
    "Vilnius",
    "Gdansk",
    "Rostock",
]


def claims(n=60):
    """Claims about things that are there, with another year, or not there at all."""
    drawn = np.random.default_rng(4)
    found = []
    for number in range(n):
        noun, place, year = drawn.choice(NOUNS), drawn.choice(PLACES), 1900 + number
        level = ("supported", "partly", "not")[number % 3]
        evidence = (f"The {noun} of {place} opened in {year}.", "It was a cold morning.")
        told = {
            "supported": f"The {noun} of {place} opened in {year}.",
            "partly": f"The {noun} of {place} opened in {year} after a strike of cooks.",
            "not": f"A comet struck the moon {number} times.",
        }[level]
        found.append(trial.Labelled(told, evidence, level, f"article {number // 2}"))
    return found


def studied(labelled):
    return [
        study([one.claim], [SourceText("e", "\n\n".join(one.evidence))], encode=toy.encode)[0]
        for one in labelled
    ]


def test_claims_that_share_anything_are_one_group():
    rows = [
        trial.Labelled("Cats sleep on warm roofs.", ("a",), "not", "Cats"),
        trial.Labelled("Rain fell in the north.", ("b",), "not", "Cats"),
        trial.Labelled("Ships sailed to the islands at dawn.", ("c",), "not"),
        trial.Labelled("Ships sailed to the islands at dusk.", ("d",), "not"),
        trial.Labelled("Bread was dear.", ("same",), "not"),
        trial.Labelled("Ovens were cold.", ("same",), "not"),
        trial.Labelled("Nobody knew why.", ("e",), "not"),
    ]
    group = trial.groups(rows, encode=toy.encode)
    assert group[0] == group[1]
    assert group[2] == group[3]
    assert group[4] == group[5]
    assert len(set(group)) == 4


def test_claims_with_the_same_meaning_are_one_group():
    near = {"Cats sleep.": (1.0, 0.0), "Felines doze.": (0.9, 0.3), "Iron rusts.": (0.0, 1.0)}
    rows = [trial.Labelled(text, (text,), "not") for text in near]
    group = trial.groups(rows, encode=lambda texts: [unit(near[text]) for text in texts])
    assert group[0] == group[1] != group[2]


def test_no_group_is_in_two_folds_and_folds_are_even():
    drawn = np.random.default_rng(5)
    group = [drawn.integers(40) for _ in range(200)]
    fold = trial.folds(group, 5)
    assert set(fold) == set(range(5))
    assert all(
        len({f for f, g in zip(fold, group, strict=True) if g == n}) <= 1 for n in group
    )
    assert max(map(fold.count, range(5))) - min(map(fold.count, range(5))) <= 10
    assert set(trial.folds([0, 0, 1], 5)) == {0, 1}


def test_each_claim_is_scored_by_a_model_that_has_not_seen_its_label():
    labelled = claims()
    studies, levels = studied(labelled), [one.level for one in labelled]
    fold = trial.folds([n // 2 for n in range(len(labelled))], 5)
    models = trial.models(studies, levels, fold)
    turned = ["supported" if level == "not" else "not" for level in levels]
    for number in range(5):
        changed = [
            other if place == number else level
            for level, other, place in zip(levels, turned, fold, strict=True)
        ]
        again = trial.models(studies, changed, fold)
        at = fold.index(number)
        assert again[at] == models[at]


@pytest.mark.slow
def test_levels_are_told_apart_and_drawn_ones_are_not():
    labelled = claims(90)
    studies, levels = studied(labelled), [one.level for one in labelled]
    fold = trial.folds(list(range(90)), 5)
    told = figures(studies, levels, fold)
    assert told["auc_not"].value > 0.95
    assert told["auc_rest"].value > 0.9
    drawn = [*levels]
    np.random.default_rng(6).shuffle(drawn)
    assert figures(studies, drawn, fold)["auc_rest"].value < 0.7


def figures(studies, levels, fold):
    models = trial.models(studies, levels, fold)
    scores = [conclude(s, m).finding.score for s, m in zip(studies, models, strict=True)]
    return trial.measured({"butfor": scores}, levels, list(range(len(levels))))["butfor"]


def test_labels_of_one_kind_fit_no_model():
    labelled = claims(9)
    assert trial.models(studied(labelled), ["supported"] * 9, [0, 1, 2] * 3) is None


def test_area_is_the_share_of_pairs_in_order():
    scores, above = [0.9, 0.8, 0.5, 0.5, 0.1], [True, False, True, False, False]
    pairs = [(a, b) for a, t in zip(scores, above, strict=True) if t
             for b, u in zip(scores, above, strict=True) if not u]  # fmt: skip
    expected = sum((a > b) + (a == b) / 2 for a, b in pairs) / len(pairs)
    area = roc.area(scores, above, range(5))
    assert area.value == pytest.approx(expected)
    assert area.low <= area.value <= area.high
    assert roc.area([0.1, 0.2], [True, True], [0, 1]) is None


def test_interval_is_wider_where_claims_come_in_groups():
    drawn = np.random.default_rng(7)
    above = [n % 2 == 0 for n in range(200)]
    scores = [drawn.normal(0.5 if up else 0.0, 1.0) for up in above]
    alone = roc.area(scores, above, range(200))
    four = roc.area(
        [score for score in scores[:50] for _ in range(4)],
        [up for up in above[:50] for _ in range(4)],
        [n for n in range(50) for _ in range(4)],
    )
    assert four.high - four.low > 1.5 * (alone.high - alone.low)
