import numpy as np
import pytest

from classifier.core.groups import folded, grouped

APART = np.eye(6, dtype=np.float32)
TEXTS = (
    "A robot taxi hit a cyclist in Lyon.",
    "A robot taxi hit a cyclist in Lyon on Monday.",
    "The tax office's scores were wrong.",
    "A bank lost money.",
    "A singer's voice was copied.",
    "An exam was graded by a model.",
)


def same(numbers):
    return {tuple(np.flatnonzero(numbers == number)) for number in set(numbers)}


def test_texts_of_nearly_the_same_words_are_one_group():
    assert same(grouped(TEXTS, APART, [None] * 6)) == {(0, 1), (2,), (3,), (4,), (5,)}


def test_texts_of_nearly_the_same_meaning_are_and_so_are_chains():
    rows = APART.copy()
    rows[3] = 0.85 * rows[2] + np.sqrt(1 - 0.85**2) * rows[3]
    rows[4] = 0.85 * rows[3] + np.sqrt(1 - 0.85**2) * rows[4]
    assert rows[2] @ rows[4] < 0.8
    assert same(grouped(TEXTS, rows, [None] * 6)) == {(0, 1), (2, 3, 4), (5,)}


def test_given_groups_stand_above_what_the_texts_say():
    given = ["one", "two", None, None, "one", None]
    assert same(grouped(TEXTS, APART, given)) == {(0, 4), (1,), (2,), (3,), (5,)}


def test_no_texts_and_texts_without_words_are_groups_too():
    assert len(grouped((), APART[:0], ())) == 0
    assert len(grouped(("?!", "", "a"), APART[:3], [None] * 3)) == 3


@pytest.mark.parametrize("seed", [0, 1])
def test_no_group_is_in_two_folds_and_folds_are_of_one_size(seed):
    groups = np.repeat(np.arange(20), [7, 5] + [1] * 18)
    parts = folded(groups, 5, seed)
    assert all(len(set(parts[groups == group])) == 1 for group in set(groups))
    assert sorted(np.bincount(parts)) == [5, 6, 6, 6, 7]
    assert (parts == folded(groups, 5, seed)).all()


def test_another_seed_splits_otherwise():
    groups = np.arange(30)
    assert (folded(groups, 5, 0) != folded(groups, 5, 1)).any()


def test_fewer_groups_than_folds_are_refused():
    with pytest.raises(ValueError, match="2 groups of texts cannot be split into 3 folds"):
        folded(np.array([0, 0, 1]), 3, 0)
