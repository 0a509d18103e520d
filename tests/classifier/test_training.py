"""Holding two rankings against one another."""

import pytest

from classifier.training import Comparison, _compared, average_precision


@pytest.mark.parametrize(
    ("ranking", "right", "expected"),
    [
        ("ABCD", "A", 1.0),
        ("ABCD", "D", 0.25),
        ("ABCD", "AC", (1 + 2 / 3) / 2),
        ("ABCD", "BD", (1 / 2 + 2 / 4) / 2),
        ("ABCD", "AZ", 0.5),
    ],
)
def test_average_precision(ranking, right, expected):
    assert average_precision(ranking, right) == pytest.approx(expected)


def test_difference_is_paired_and_its_interval_is_over_groups():
    alike = [[(0.5, 0.6)]] * 30
    found = _compared(alike)
    assert (found.difference, found.low, found.high) == pytest.approx((-0.1, -0.1, -0.1))
    assert found.is_worse
    assert (found.new, found.old, found.texts, found.groups) == (
        0.5,
        pytest.approx(0.6),
        30,
        30,
    )


def test_texts_of_one_group_count_as_one_draw():
    apart = [[(0.0, 1.0)], [(1.0, 0.0)]] * 20
    together = [[(0.0, 1.0)] * 20, [(1.0, 0.0)] * 20]
    narrow, wide = (_compared(pairs) for pairs in (apart, together))
    assert narrow.high - narrow.low < wide.high - wide.low
    assert (wide.low, wide.high) == (-1.0, 1.0)


def test_what_may_be_chance_is_not_worse():
    found = _compared([[(0.4, 0.6)], [(0.6, 0.5)], [(0.5, 0.6)], [(0.7, 0.6)]] * 3)
    assert found.difference < 0
    assert not found.is_worse


def test_it_is_told_in_words():
    told = str(Comparison(0.41, 0.62, -0.21, -0.3, -0.1, 50, 40))
    assert "0.410 against 0.620" in told
    assert "-0.210 (-0.300 to -0.100), on 50 texts in 40 groups" in told
