import random
from dataclasses import replace

import numpy as np
import pytest

from classifier.core import codetrial
from classifier.core.codetrial import METHODS, Said, evaluate
from classifier.core.types import CodedText
from tests.classifier.core import toy
from tests.classifier.core.coded import CARDS, TEXTS

OURS = {"butfor": METHODS["butfor"]}


@pytest.mark.slow
def test_every_method_is_measured_and_learning_beats_the_prior():
    found = evaluate(TEXTS, CARDS, toy.encode, repeats=1)
    assert (found.n, found.codes) == (120, 3)
    assert list(found.methods) == ["butfor", "prior", "tfidf", "cosine"]
    scores = {name: one["map"].value for name, one in found.methods.items()}
    assert scores["butfor"] > 0.95
    assert scores["prior"] < 0.45
    assert scores["butfor"] >= scores["cosine"]
    for one in found.methods.values():
        assert all(m.low <= m.value + 1e-9 and m.value <= m.high + 1e-9 for m in one.values())


@pytest.mark.slow
def test_shuffled_labels_are_at_chance():
    codes = [text.codes for text in TEXTS]
    random.Random(2).shuffle(codes)  # noqa: S311
    shuffled = [replace(text, codes=own) for text, own in zip(TEXTS, codes, strict=True)]
    found = evaluate(shuffled, CARDS, toy.encode, repeats=2, methods=OURS).methods["butfor"]
    assert found["map"].value < 0.45
    assert found["ece"].value < 0.08


def test_no_group_is_learned_from_and_ranked_at_once():
    texts = [replace(text, group=str(n % 12)) for n, text in enumerate(TEXTS)]
    ranked = []

    def spy(seen, new, cards, seed):
        assert not set(seen.groups) & set(new.groups)
        assert len(seen.groups) + len(new.groups) == 120
        ranked.append(len(new.groups))
        return Said(np.full((len(new.groups), 3), 0.5), 0.5)

    evaluate(texts, CARDS, toy.encode, folds=4, repeats=2, methods={"spy": spy})
    assert len(ranked) == 8
    assert sum(ranked) == 240


def test_near_duplicates_without_a_group_stay_together():
    twins = [replace(text, id=text.id + "b") for text in TEXTS]
    texts = [replace(text, group=None) for text in (*TEXTS, *twins)]

    def spy(seen, new, cards, seed):
        assert not set(seen.reading.texts) & set(new.reading.texts)
        return Said(np.full((len(new.groups), 3), 0.5), 0.5)

    evaluate(texts, CARDS, toy.encode, folds=3, repeats=1, methods={"spy": spy})


@pytest.mark.parametrize(("shots", "labelled"), [(0, 0), (4, 12), (None, 96)])
def test_shots_keep_that_many_labels_a_code(shots, labelled):
    kept = []

    def spy(seen, new, cards, seed):
        kept.append(int(seen.labelled.sum()))
        assert len(seen.labels) == 96
        return Said(np.full((len(new.groups), 3), 0.5), 0.5)

    evaluate(TEXTS, CARDS, toy.encode, repeats=1, shots=shots, methods={"spy": spy})
    assert kept == [labelled] * 5


@pytest.mark.slow
def test_more_shots_are_worth_more():
    none, all_ = (
        evaluate(TEXTS, CARDS, toy.encode, repeats=1, shots=n, methods=OURS) for n in (0, None)
    )
    assert none.methods["butfor"]["map"].value < all_.methods["butfor"]["map"].value


def test_texts_held_out_are_measured_alone():
    found = evaluate(TEXTS[:90], CARDS, toy.encode, held_out=TEXTS[90:], repeats=1)
    assert found.n == 30
    assert found.methods["butfor"]["micro_f1"].value > 0.9


@pytest.mark.parametrize("count", [0, 1, 3])
def test_too_few_texts_for_folds_are_told(count):
    with pytest.raises(ValueError, match=r"groups of texts cannot|No text has labels"):
        evaluate(TEXTS[:count], CARDS, toy.encode)


@pytest.mark.slow
def test_texts_without_labels_are_not_measured():
    extra = [CodedText(f"x{n}", f"some other words {n}", group=f"x{n}") for n in range(20)]
    assert evaluate([*TEXTS, *extra], CARDS, toy.encode, repeats=1, methods=OURS).n == 120
    with pytest.raises(ValueError, match="No text has labels"):
        evaluate(extra, CARDS, toy.encode)


def test_peers_are_the_same_rows_for_all():
    assert set(codetrial.METHODS) == {"butfor", "prior", "tfidf", "cosine"}
