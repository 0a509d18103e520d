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


def test_an_interval_of_many_questions_is_students():
    values = np.random.default_rng(6).normal(0.2, 1.0, (1, 400))
    ours = mean(values, DRAWS)
    theirs = stats.ttest_1samp(values[0], 0.0)
    expected = theirs.confidence_interval(0.95)
    assert (ours.low, ours.high) == pytest.approx((expected.low, expected.high), abs=0.01)
    assert np.log10(ours.p) == pytest.approx(np.log10(theirs.pvalue), abs=0.1)


def test_bootstrap_of_two_questions_is_the_one_worked_by_hand():
    # Means of two draws from {0, 1}: 0, 1/2 or 1, with 1/4, 1/2 and 1/4; half of it twice,
    # by the root of 2 for n - 1 and by Student's t over the normal quantile.
    found = mean(np.array([[0.0, 1.0]]), DRAWS)
    reach = 0.5 * 2**0.5 * stats.t.ppf(0.975, 1) / stats.norm.ppf(0.975)
    assert (found.low, found.high) == pytest.approx((0.5 - reach, 0.5 + reach))
    assert rate(np.tile([0.0, 1.0], (1, 5)), DRAWS).high <= 1.0


def test_answers_to_one_question_are_drawn_together():
    # Three seeds that agree on every question say no more than one of them does.
    once = np.random.default_rng(2).integers(0, 2, (1, 60)).astype(float)
    thrice = np.repeat(once, 3, axis=0)
    one, three = rate(once, DRAWS), rate(thrice, DRAWS)
    assert three.high - three.low == pytest.approx(one.high - one.low, abs=0.02)


def test_seeds_that_differ_alone_give_students_interval_of_their_means():
    means = np.array([0.2, 0.5, 0.6])
    found = mean(np.repeat(means[:, None], 100, axis=1), DRAWS)
    expected = stats.ttest_1samp(means, 0.0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.p == pytest.approx(stats.ttest_1samp(means, 0.0).pvalue, rel=1e-6)
    assert "3 seeds" in found.method


@pytest.mark.slow
def test_seeds_that_differ_by_noise_alone_hardly_widen_the_interval():
    # Answers to a question that agree no better within a seed than between seeds.
    values = np.random.default_rng(4).integers(0, 2, (3, 300)).astype(float)
    found, pooled = mean(values, DRAWS), mean(values.reshape(1, -1), DRAWS)
    assert found.high - found.low < 2 * (pooled.high - pooled.low)


@pytest.mark.parametrize("seeds", [1, 3])
def test_the_p_value_is_the_level_at_which_the_interval_meets_zero(seeds):
    left, right = np.random.default_rng(seeds).random((2, seeds, 60)) < [[[0.4]], [[0.25]]]
    found = difference(left.astype(float), right.astype(float), DRAWS)
    meeting = difference(left.astype(float), right.astype(float), DRAWS, level=1 - found.p)
    assert 0.001 < found.p < 0.5
    # The bootstrap's own tails are those of the level; only the reach is by Student's t.
    assert meeting.low == pytest.approx(0.0, abs=0.02)


def test_a_rate_with_few_exceptions_has_wilsons_width():
    found = rate(row((324, 0)), DRAWS)
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(0.0117, abs=1e-4)
    assert found.method.startswith("Wilson")
    assert rate(row((4, 1), (96, 0)), DRAWS).method.startswith("Wilson")
    assert rate(row((5, 1), (95, 0)), DRAWS).method.startswith("cluster bootstrap")


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


@pytest.mark.parametrize(("shift", "equivalent"), [(0.0, True), (0.04, False)])
def test_lying_within_a_bound_is_the_two_one_sided_tests_of_scipy(shift, equivalent):
    values = np.random.default_rng(9).normal(0.0, 0.1, (1, 200)) + shift
    found, bound = mean(values, DRAWS), 0.03
    above = stats.ttest_1samp(values[0], -bound, alternative="greater").pvalue
    below = stats.ttest_1samp(values[0], bound, alternative="less").pvalue
    assert bool(max(above, below) < 0.025) == equivalent
    assert (-bound < found.low and found.high < bound) == equivalent


def test_a_higher_level_is_wider_and_the_same_seed_gives_the_same_interval():
    values = np.random.default_rng(8).random((2, 50))
    assert mean(values, DRAWS) == mean(values, DRAWS)
    assert mean(values, DRAWS, level=0.99).high > mean(values, DRAWS).high


def answers(random, rates, *, questions, correlation):
    """Labels of (seeds, questions) with these rates of seeds, alike within a question.

    Each answer is, with a probability of the root of the correlation, the question's own.
    """
    own = random.random(questions)
    copied = random.random((len(rates), questions)) < correlation**0.5
    drawn = np.where(copied, own, random.random((len(rates), questions)))
    return (drawn < np.array(rates)[:, None]).astype(float)


def covered(*, seeds, questions, correlation, spread, experiments=2000):
    """How many of many experiments have an interval of a difference that holds the truth."""
    random, hits = np.random.default_rng(11), 0
    for _ in range(experiments):
        rates = 0.6 + random.uniform(-spread, spread, seeds)
        # One stream for both arms: what a question is like is shared by them.
        stream = int(random.integers(2**32))
        left, right = (
            answers(
                np.random.default_rng(stream),
                found,
                questions=questions,
                correlation=correlation,
            )
            for found in (rates, [0.2] * seeds)
        )
        found = difference(left, right, Bootstrap(500, 0))
        hits += found.low <= 0.4 <= found.high
    return hits / experiments


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seeds", "questions", "correlation", "spread"),
    [
        # One organism: nothing is said of others.
        (1, 270, 0.9, 0.0),
        (1, 40, 0.9, 0.0),
        # Three that are alike, that differ somewhat, and that differ much.
        (3, 270, 0.9, 0.0),
        (3, 270, 0.9, 0.05),
        (3, 270, 0.9, 0.1),
        (3, 90, 0.9, 0.2),
    ],
)
def test_intervals_cover_the_truth_as_often_as_they_say(seeds, questions, correlation, spread):
    share = covered(seeds=seeds, questions=questions, correlation=correlation, spread=spread)
    assert 0.93 <= share <= 0.97


@pytest.mark.slow
def test_answers_hardly_alike_within_a_question_are_covered_a_little_less_often():
    assert 0.91 <= covered(seeds=3, questions=270, correlation=0.1, spread=0.05) <= 0.97


@pytest.mark.slow
def test_the_detectable_difference_is_found_four_times_of_five():
    random, found = np.random.default_rng(12), []
    precision = mean(random.normal(0.0, 1.0, (1, 200)), DRAWS).detectable
    for _ in range(1000):
        values = random.normal(precision, 1.0, (1, 200))
        found.append(mean(values, Bootstrap(500, 0)).p < 0.05)
    assert np.mean(found) == pytest.approx(0.8, abs=0.04)
