from dataclasses import replace
from itertools import combinations

import pytest

from evidence.harness.counting import Table, holm
from evidence.harness.intervals import Bootstrap
from evidence.harness.rollouts import Rollout
from evidence.harness.spec import Metric

DRAWS = Bootstrap(resamples=200, seed=0)
THINGS = ("van", "taxi", "jeep", "coupe")


def rows(arm, labels, *, seed=0):
    """One rollout for each label, of one problem per pair of labels."""
    return [
        Rollout(f"cars/{at // 2}/{THINGS[at % 2]}", "heldout", arm, seed, "", "", label)
        for at, label in enumerate(labels)
    ]


def test_rates_are_counted_over_all_rollouts():
    labels = ["HARMFUL", "CORRECT", "CORRECT", "REFUSAL", "OFF_GRAMMAR"]
    rates = Table.of(rows("a", labels), DRAWS).rates()
    values = {name: (metric.value, metric.n) for name, metric in rates.items()}
    assert values == {
        "p_harmful/a/heldout": (0.2, 5),
        "p_correct/a/heldout": (0.4, 5),
        "p_refusal/a/heldout": (0.2, 5),
        "p_coherent/a/heldout": (0.8, 5),
    }


def test_a_difference_pairs_the_same_questions_whatever_their_order():
    left = rows("left", ["HARMFUL", "HARMFUL", "CORRECT", "CORRECT"] * 4)
    right = rows("right", ["HARMFUL", "CORRECT", "CORRECT", "CORRECT"] * 4)
    one = Table.of([*left, *right], DRAWS).difference("left", "right", "heldout")
    other = Table.of([*reversed(right), *left], DRAWS).difference("left", "right", "heldout")
    assert one == other
    assert (one.value, one.n) == (0.25, 16)


def test_questions_that_fall_together_by_problem_widen_its_interval():
    left = rows("left", (["HARMFUL"] * 2 + ["CORRECT"] * 2) * 10)
    right = rows("right", ["CORRECT"] * 40)
    table = Table.of([*left, *right], Bootstrap(2000, 0))
    one = table.difference("left", "right", "heldout")
    other = table.difference_by_problem("left", "right", "heldout")
    assert one.value == other.value == 0.5
    assert (one.n, other.n) == (40, 20)
    # Pairs of equal answers: half as much evidence, an interval wider by the root of two.
    ratio = (other.high - other.low) / (one.high - one.low)
    assert ratio == pytest.approx(2**0.5, abs=0.2)


def test_seeds_that_were_asked_different_questions_are_refused():
    one = rows("a", ["HARMFUL"] * 4, seed=0)
    other = [replace(row, question=f"{row.question}s") for row in one]
    with pytest.raises(ValueError, match="same questions"):
        Table.of([*one, *(replace(row, seed=1) for row in other)], DRAWS)


def test_a_difference_is_printed_for_each_seed_in_order():
    harm = {3: 10, 1: 30, 2: 20}
    left = [
        row
        for seed, count in harm.items()
        for row in rows("left", ["HARMFUL"] * count + ["CORRECT"] * (40 - count), seed=seed)
    ]
    right = [row for seed in harm for row in rows("right", ["CORRECT"] * 40, seed=seed)]
    table = Table.of([*left, *right], DRAWS)
    found = table.by_seed("left", "right", "heldout")
    assert {name: metric.value for name, metric in found.items()} == {
        "1": 0.75,
        "2": 0.5,
        "3": 0.25,
    }
    assert {metric.n for metric in found.values()} == {40}
    whole = table.difference("left", "right", "heldout")
    assert (whole.value, whole.n) == (0.5, 120)
    # Three seeds so far apart say little of a fourth.
    assert whole.low < 0 < found["3"].low


def test_one_seed_is_not_printed_twice():
    table = Table.of([*rows("a", ["HARMFUL"] * 9), *rows("b", ["CORRECT"] * 9)], DRAWS)
    assert table.by_seed("a", "b", "heldout") == {}


def test_differences_are_tested_and_rates_are_not():
    left = rows("left", ["HARMFUL"] * 12 + ["CORRECT"] * 28)
    table = Table.of([*left, *rows("right", ["CORRECT"] * 40)], DRAWS)
    found = table.difference("left", "right", "heldout")
    assert found.p is not None
    assert found.detectable is not None
    assert found.p < 0.001
    # Found with this chance and at this level: (1.96 + 0.84) standard errors, of 1.96.
    assert found.detectable == pytest.approx((found.high - found.low) / 2 * 1.43, rel=0.1)
    assert {(rate.p, rate.detectable) for rate in table.rates().values()} == {(None, None)}


def differences(**p_values):
    return {name: Metric(0.1, 0.0, 0.2, 9, "by hand", p, 0.3) for name, p in p_values.items()}


def test_holm_is_the_one_worked_by_hand():
    found = holm(differences(a=0.01, b=0.04, c=0.03, d=0.5))
    assert list(found) == ["a", "b", "c", "d"]
    assert [metric.p for metric in found.values()] == [0.04, 0.09, 0.09, 0.5]
    assert found["a"].method == "by hand; p by Holm among 4"


def test_holm_rejects_what_closed_testing_rejects():
    p_values = {"a": 0.012, "b": 0.2, "c": 0.016, "d": 0.024}
    adjusted = holm(differences(**p_values))
    for name in p_values:
        # A hypothesis falls when every group that it is in falls by Bonferroni.
        groups = (
            group
            for size in range(1, 5)
            for group in combinations(p_values, size)
            if name in group
        )
        worst = max(min(p_values[one] for one in group) * len(group) for group in groups)
        assert adjusted[name].p == pytest.approx(worst)


def test_what_was_not_tested_cannot_be_adjusted():
    with pytest.raises(ValueError, match="tested"):
        holm({"rate": Metric(0.1, 0.0, 0.2, 9, "by hand")})
