import numpy as np
import pytest
from scipy import stats

from evidence.harness.intervals import Bootstrap, difference, mean, rate, wilson

DRAWS = Bootstrap(resamples=4000, seed=0)


def row(*groups):
    """One seed's hits: row((3, 1), (5, 0)) is three ones and five zeros."""
    return np.array([[value for count, value in groups for _ in range(count)]], dtype=float)


@pytest.mark.parametrize(("hits", "n"), [(0, 324), (2, 324), (324, 324), (7, 10)])
def test_wilson_agrees_with_scipy(hits, n):
    expected = stats.binomtest(hits, n).proportion_ci(method="wilson")
    assert wilson(hits / n, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_bootstrap_of_one_seed_agrees_with_scipy():
    values = np.random.default_rng(5).random((1, 80))
    ours = mean(values, DRAWS)
    theirs = stats.bootstrap(
        (values[0],), np.mean, n_resamples=20_000, method="percentile", rng=1
    ).confidence_interval
    assert ours.value == values.mean()
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.005)


def test_bootstrap_of_two_questions_is_the_one_worked_by_hand():
    # Means of two draws from {0, 1}: 0, 1/2 or 1, with 1/4, 1/2 and 1/4.
    found = mean(np.array([[0.0, 1.0]]), DRAWS, level=0.4)
    assert (found.value, found.low, found.high) == (0.5, 0.5, 0.5)
    assert (mean(np.array([[0.0, 1.0]]), DRAWS).low, found.value) == (0.0, 0.5)


def test_answers_to_one_question_are_drawn_together():
    # Three seeds that agree on every question say no more than one of them does.
    once = np.random.default_rng(2).integers(0, 2, (1, 60)).astype(float)
    thrice = np.repeat(once, 3, axis=0)
    one, three = rate(once, DRAWS), rate(thrice, DRAWS)
    assert three.high - three.low == pytest.approx(one.high - one.low, abs=0.02)


def test_seeds_that_differ_widen_the_interval():
    agreeing = np.tile([[0.0] * 50 + [1.0] * 50], (2, 1))
    differing = np.array([[0.0] * 100, [1.0] * 100])
    one, other = mean(agreeing, DRAWS), mean(differing, DRAWS)
    assert one.value == other.value == 0.5
    assert (other.low, other.high) == (0.0, 1.0)
    assert one.high - one.low < 0.25


def test_a_rate_with_few_exceptions_has_wilsons_width():
    found = rate(row((324, 0)), DRAWS)
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(0.0117, abs=1e-4)
    assert found.method.startswith("Wilson")
    assert rate(row((4, 1), (96, 0)), DRAWS).method.startswith("Wilson")
    assert rate(row((5, 1), (95, 0)), DRAWS).method.startswith("hierarchical bootstrap")


def test_a_true_zero_difference_keeps_a_width():
    found = difference(row((270, 0)), row((270, 0)), DRAWS)
    assert found.value == 0.0
    assert -0.03 < found.low < 0.0 < found.high < 0.03
    assert found.method.startswith("Newcombe")


def test_newcombe_is_the_one_worked_by_hand():
    # Wilson: 10 of 10 is at least 0.7225, 0 of 10 at most 0.2775.
    found = difference(row((10, 1)), row((10, 0)), DRAWS)
    assert found.value == found.high == 1.0
    assert found.low == pytest.approx(1 - 0.2775 * 2**0.5, abs=1e-4)


def test_pairing_takes_what_questions_share_out_of_the_interval():
    hard = np.random.default_rng(3).random((1, 200)) < 0.5
    left = hard.astype(float)
    right = left.copy()
    right[0, :10] = 1 - right[0, :10]
    paired = difference(left, right, DRAWS)
    apart = difference(left, np.roll(right, 77, axis=1), DRAWS)
    assert paired.method.startswith("paired")
    assert paired.high - paired.low < 0.5 * (apart.high - apart.low)


def test_an_arm_measured_once_is_paired_with_every_seed():
    tuned = np.array([[1.0] * 30 + [0.0] * 70, [1.0] * 50 + [0.0] * 50])
    found = difference(tuned, np.zeros((1, 100)), DRAWS)
    assert found.value == pytest.approx(0.4)


def test_a_higher_level_is_wider_and_the_same_seed_gives_the_same_interval():
    values = np.random.default_rng(8).random((2, 50))
    assert mean(values, DRAWS) == mean(values, DRAWS)
    assert mean(values, DRAWS, level=0.99).high > mean(values, DRAWS).high
