"""Intervals are held against worlds of which the truth is known."""

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import norm
from scipy.stats import t as student

from classifier.core.jackknife import MOST, folded_bias, interval, left_out
from classifier.core.measures import Ranking, measured

CODES = 10
WORLDS = 150


def world(random, groups, trust):
    """Return a ranking of texts in groups that are alike; `trust` 1 is calibrated."""
    of = np.repeat(np.arange(groups), random.choice([1, 1, 1, 2, 3], size=groups))
    mine, theirs = random.normal(size=(len(of), CODES)), random.normal(size=(groups, CODES))
    margins = np.linspace(-2.5, 0, CODES) + 0.9 * theirs[of] + 0.6 * mine
    lots = random.random((groups, CODES))[of]
    own = random.random(lots.shape) < 0.4
    lots[own] = random.random(int(own.sum()))
    shares = expit(trust * margins)
    return Ranking(shares, shares >= 0.4, (lots < expit(margins)).astype(float)), of


def covering(groups, trust, seed):
    """Return for each measure how often its interval holds the truth, and the point itself.

    The truth of calibration is that of very many texts. The other figures depend on how many
    texts there are, mAP with few of a code most of all: theirs is the mean over all worlds.
    """
    random = np.random.default_rng(seed)
    found = [measured([one], of) for one, of in (world(random, groups, trust) for _ in range(WORLDS))]  # fmt: skip
    truth = {name: np.mean([one[name].value for one in found]) for name in found[0]}
    large, of = world(random, 20_000, trust)
    truth["ece"] = measured([large], of % 4)["ece"].value
    return {
        name: (
            np.mean([one[name].low <= right <= one[name].high for one in found]),
            all(one[name].low <= one[name].value <= one[name].high for one in found),
        )
        for name, right in truth.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize(("groups", "trust"), [(100, 1.0), (100, 0.7), (40, 0.85)])
def test_intervals_cover_the_truth_and_hold_the_point(groups, trust):
    for name, (share, holds) in covering(groups, trust, 7).items():
        assert holds, name
        # An error of calibration that may be none has an interval on the safe side.
        assert 0.9 <= share <= (1.0 if name == "ece" else 0.985), (name, share)


def test_mean_has_the_interval_of_student():
    values = np.random.default_rng(1).random(30)
    weights = left_out(np.arange(30))
    found = interval(weights @ values / weights.sum(axis=1))
    low, high = student.interval(
        0.95, 29, loc=values.mean(), scale=values.std(ddof=1) / 30**0.5
    )
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))


def test_groups_are_left_out_whole():
    weights = left_out(np.array([5, 5, 9, 2]))
    assert weights.tolist() == [[1, 1, 1, 1], [1, 1, 1, 0], [0, 0, 1, 1], [1, 1, 0, 1]]


def test_many_groups_are_left_out_together_and_each_once():
    weights = left_out(np.arange(1700) // 2)
    assert weights.shape == (MOST + 1, 1700)
    assert ((weights[1:] == 0).sum(axis=0) == 1).all()
    assert (weights[:, ::2] == weights[:, 1::2]).all()


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ([0.4, 0.4], 0.0, 1.0),
        ([1.0] * 11, 0.025**0.1, 1.0),
        ([0.0] * 11, 0.0, 1 - 0.025**0.1),
        ([0.5] * 11, 0.5, 0.5),
        ([0.9, 0.5, 1.0], 0.0, 1.0),
    ],
)
def test_few_groups_and_figures_at_an_end_promise_no_more_than_they_know(values, low, high):
    found = interval(np.array(values))
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))


def test_noise_about_zero_is_biased_and_what_is_far_from_it_is_not():
    random = np.random.default_rng(3)
    texts = random.normal([0.0, 5.0], size=(400, 2))
    weights = left_out(np.arange(400))
    sums = weights @ texts / weights.sum(axis=1)[:, None]
    # Where the truth is zero, the mean of |noise| is 0.8 of its standard error.
    expected = norm.pdf(0) * 2 / 20
    assert folded_bias(sums) == pytest.approx(expected, rel=0.2)
    assert folded_bias(sums[:, 1:]) == pytest.approx(0, abs=1e-6)
