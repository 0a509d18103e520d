from dataclasses import replace

import pytest

from evidence.harness.counting import Table
from evidence.harness.intervals import Bootstrap
from evidence.harness.rollouts import Rollout

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
