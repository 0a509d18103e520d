import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from classifier.core.ordinal import (
    Recipe,
    Table,
    chosen_cuts,
    predicted,
    quadratic_kappa,
)


def test_kappa_is_that_of_another_hand():
    drawn = np.random.default_rng(3)
    truth, told = drawn.integers(0, 4, 200), drawn.integers(0, 4, 200)
    told[:120] = truth[:120]
    expected = cohen_kappa_score(truth, told, weights="quadratic")
    assert quadratic_kappa(truth, told, 3) == pytest.approx(expected)


def test_kappa_of_one_grade_is_nothing_and_of_agreement_one():
    ones = np.ones(5, dtype=np.int64)
    assert quadratic_kappa(ones, ones, 3) == 0
    assert quadratic_kappa(np.arange(4), np.arange(4), 3) == 1


def test_cuts_rise_and_part_what_can_be_parted():
    scores = np.concatenate([np.full(20, 0.1), np.full(10, 0.5), np.full(30, 0.9)])
    truth = np.repeat([0, 1, 2], [20, 10, 30])
    cuts = chosen_cuts(scores, truth, 2)
    assert (np.diff(cuts) >= 0).all()
    assert (np.searchsorted(cuts, scores, side="right") == truth).all()


def graded(n=120):
    """Return a table in which one view tells the grade and another is noise."""
    drawn = np.random.default_rng(0)
    grades = drawn.integers(0, 3, n)
    telling = grades[:, None] + drawn.normal(0, 0.2, (n, 2))
    return Table({"telling": telling, "noise": drawn.normal(size=(n, 5))}), grades


TELLING, NOISE = Recipe({"telling": 1.0}, 1.0), Recipe({"noise": 1.0}, 1.0)


def test_grades_are_learned_from_a_view_that_tells_them():
    table, grades = graded()
    learn, ask = np.arange(80), np.arange(80, 120)
    told = predicted(table, grades, np.arange(120), learn, ask, [TELLING])
    assert quadratic_kappa(grades[ask], told, 2) > 0.8


def test_the_better_recipe_is_chosen():
    table, grades = graded()
    learn, ask = np.arange(80), np.arange(80, 120)
    arguments = (table, grades, np.arange(120), learn, ask)
    assert (predicted(*arguments, [NOISE, TELLING]) == predicted(*arguments, [TELLING])).all()


def test_grades_that_are_asked_for_are_not_looked_at():
    table, grades = graded()
    learn, ask = np.arange(80), np.arange(80, 120)
    other = grades.copy()
    other[ask] = 2 - other[ask]
    groups = np.arange(120)
    first = predicted(table, grades, groups, learn, ask, [TELLING, NOISE])
    assert (first == predicted(table, other, groups, learn, ask, [TELLING, NOISE])).all()


def test_noise_is_not_taken_for_knowledge():
    table, grades = graded()
    told = np.zeros(120, dtype=np.int64)
    for half in (0, 1):
        learn, ask = (
            np.flatnonzero(np.arange(120) % 2 != half),
            np.flatnonzero(np.arange(120) % 2 == half),
        )
        told[ask] = predicted(table, grades, np.arange(120), learn, ask, [NOISE])
    assert abs(quadratic_kappa(grades, told, 2)) < 0.25


def test_no_recipe_is_refused():
    table, grades = graded()
    with pytest.raises(ValueError, match="at least one recipe"):
        predicted(table, grades, np.arange(120), np.arange(80), np.arange(80, 120), [])
