import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from evidence.harness import separation
from evidence.harness.rollouts import Reading


def drawn(shift, *, n=60, seed=0):
    random = np.random.default_rng(seed)
    return random.normal(shift, 1, n).round(1), random.normal(0, 1, n).round(1)


@pytest.mark.parametrize("shift", [0.0, 0.5, 5.0, -2.0])
def test_auc_is_that_of_scikit_learn_ties_included(shift):
    bad, good = drawn(shift)
    labels = [1] * len(bad) + [0] * len(good)
    expected = roc_auc_score(labels, np.concatenate([bad, good]))
    assert separation.auc(bad, good) == pytest.approx(expected)
    assert separation.pseudo_values(bad, good).mean() == pytest.approx(expected)


def test_pseudo_values_vary_as_the_auc_does_from_sample_to_sample():
    samples = [drawn(1.0, n=50, seed=seed) for seed in range(400)]
    between = np.std([separation.auc(*sample) for sample in samples])
    within = np.mean(
        [separation.pseudo_values(*sample).std() / np.sqrt(50) for sample in samples]
    )
    assert within == pytest.approx(between, rel=0.15)


def test_readings_are_arranged_by_seed_and_item_in_their_order():
    rows = [
        Reading("a", str(item), seed, 10.0 * seed + item)
        for seed in (1, 0)
        for item in (10, 2, 0)
    ]
    assert separation.by_name(rows)["a"].tolist() == [[0, 2, 10], [10, 12, 20]]


def test_extremes_are_of_the_seeds():
    found = separation.extremes(np.array([1.0, 4.0, 1.0]))
    assert (found.value, found.low, found.high, found.n) == (2.0, 1.0, 4.0, 3)
