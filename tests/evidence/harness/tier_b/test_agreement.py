import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from evidence.harness.chance import seeded
from evidence.harness.tier_b import agreement


@pytest.mark.parametrize("seed", range(5))
def test_kappa_is_that_of_scikit_learn(seed):
    random = seeded(seed)
    one = np.array([random.random() < 0.4 for _ in range(50)], dtype=float)
    other = np.where([random.random() < 0.3 for _ in range(50)], 1 - one, one)
    assert agreement.kappa(one, other) == pytest.approx(cohen_kappa_score(one, other))


def test_agreement_where_nothing_differs_is_none():
    assert agreement.kappa(np.zeros(9), np.zeros(9)) == 0
    assert agreement.kappa(np.ones(9), np.zeros(9)) == 0
    assert agreement.kappa(np.array([0.0, 1.0]), np.array([0.0, 1.0])) == 1
