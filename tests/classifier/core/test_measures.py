import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score

from classifier.core.measures import Ranking, measured


@pytest.fixture
def ranking():
    random = np.random.default_rng(1)
    labels = (random.random((90, 5)) < 0.3).astype(float)
    shares = np.round(np.clip(0.3 * labels + 0.7 * random.random((90, 5)), 0, 1), 1)
    return Ranking(shares, shares >= 0.6, labels)


def test_figures_are_those_of_a_known_library(ranking):
    found = measured([ranking], np.arange(90))
    assert found["micro_f1"].value == pytest.approx(
        f1_score(ranking.labels, ranking.picked, average="micro")
    )
    assert found["macro_f1"].value == pytest.approx(
        f1_score(ranking.labels, ranking.picked, average="macro")
    )
    assert found["map"].value == pytest.approx(
        average_precision_score(ranking.labels, ranking.shares, average="macro")
    )


def test_recall_is_the_share_of_a_text_s_codes_among_the_first():
    shares = np.array([[0.9, 0.8, 0.7, 0.6, 0.5, 0.1]] * 3)
    labels = np.array([[1, 0, 0, 1, 0, 0], [0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0]], float)
    found = measured([Ranking(shares, shares > 1, labels)], np.arange(3))
    assert found["recall_at_3"].value == pytest.approx(0.25)
    assert found["recall_at_5"].value == pytest.approx(0.5)


def test_calibration_error_is_the_gap_by_bin():
    shares = np.array([[0.95], [0.95], [0.15], [0.15]])
    labels = np.array([[1.0], [0.0], [0.0], [0.0]])
    found = measured([Ranking(shares, shares > 1, labels)], np.arange(4))
    assert found["ece"].value == pytest.approx((0.9 + 0.3) / 4)


def test_intervals_hold_the_figure_and_follow_the_groups(ranking):
    single, grouped = (
        measured([ranking], groups) for groups in (np.arange(90), np.arange(90) // 30)
    )
    for name, one in single.items():
        assert 0 <= one.low < one.value <= one.high <= 1, name
        assert grouped[name].value == one.value
        assert grouped[name].low <= one.value <= grouped[name].high
    assert single == measured([ranking], np.arange(90))


def test_several_times_are_averaged(ranking):
    other = Ranking(ranking.shares[::-1], ranking.picked[::-1], ranking.labels)
    one, two, both = (measured(times, np.arange(90))["micro_f1"].value
                      for times in ([ranking], [other], [ranking, other]))  # fmt: skip
    assert both == pytest.approx((one + two) / 2)
