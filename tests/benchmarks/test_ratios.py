import math

import pytest

from benchmarks.autoencoders import compared, steps_to
from benchmarks.ratios import ratio


def test_a_ratio_is_the_median_of_paired_rounds():
    found = ratio([2.0, 30.0, 4.0], [1.0, 10.0, 4.0])
    assert found == {"value": 2.0, "low": 1.0, "high": 3.0, "rounds": 3}


@pytest.mark.parametrize(("rounds", "left_out"), [(5, 0), (6, 0), (9, 1), (21, 5), (31, 9)])
def test_an_interval_leaves_out_no_more_than_a_median_allows(rounds, left_out):
    # As tabulated for the sign test: 95% or more lies between.
    found = ratio([float(n) for n in range(rounds)], [1.0] * rounds)
    assert (found["low"], found["high"]) == (left_out, rounds - 1 - left_out)


def test_steps_to_a_target_are_read_off_between_trainings():
    curve = {100: 0.4, 400: 0.1}
    assert steps_to(0.4, curve) == 100
    assert steps_to(0.2, curve) == pytest.approx(200)
    assert steps_to(0.1, curve) == pytest.approx(400)
    assert steps_to(0.01, curve) == math.inf


def test_equal_variance_is_the_worse_of_both():
    rows = [
        {"tool": tool, "seed": 0, "steps": steps, "seconds": steps * cost, "unexplained": left}
        for tool, cost, curve in (
            ("butfor", 1.0, {100: 0.4, 400: 0.1}),
            ("sae_lens", 2.0, {100: 0.8, 400: 0.2}),
        )
        for steps, left in curve.items()
    ]
    found = compared(rows, 400)
    assert found["seconds_per_step"]["value"] == 0.5
    assert found["steps_to_equal"] == {"butfor": 200, "sae_lens": 400}
    assert found["seconds_to_equal_unexplained_variance"]["value"] == 0.25
