"""The parts that codes are learned with, each held against what must be true of it."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import binomtest
from sklearn.linear_model import LogisticRegression

from classifier.core import shrinkage
from classifier.core.calibration import Calibrator, priors
from classifier.core.coderanker import OutOfFold, Ranker, Shelf, Views, trained
from classifier.core.codereading import Reading, definitions
from classifier.core.codes import shelf
from classifier.core.cuts import at_least, best_f1, certified, one_a_group
from tests.classifier.core import toy
from tests.classifier.core.coded import CARDS, TEXTS


@pytest.fixture
def random():
    return np.random.default_rng(5)


def test_lines_are_those_of_a_known_solver_where_the_guess_is_zero(random):
    features, labels = (
        random.normal(size=(80, 6)),
        (random.random((80, 2)) < 0.3).astype(float),
    )
    weights, offsets = shrinkage.fitted(features, labels, np.zeros((2, 6)))
    for code in range(2):
        known = LogisticRegression(C=1.0, class_weight="balanced", tol=1e-8)
        known.fit(features, labels[:, code])
        assert weights[code] == pytest.approx(known.coef_[0], abs=1e-3)
        assert offsets[code] == pytest.approx(known.intercept_[0], abs=1e-3)


def test_labels_of_little_weight_leave_the_guess(random):
    features, labels = (
        random.normal(size=(80, 6)),
        (random.random((80, 2)) < 0.3).astype(float),
    )
    guess = random.normal(size=(2, 6))
    weights, _ = shrinkage.fitted(features, labels, guess, loss=1e-9)
    assert weights == pytest.approx(guess, abs=1e-5)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_code_of_all_texts_or_none_keeps_its_guess(random, value):
    guess = random.normal(size=(1, 6))
    weights, offsets = shrinkage.fitted(
        random.normal(size=(9, 6)), np.full((9, 1), value), guess
    )
    assert (weights == guess).all()
    assert (offsets == 0).all()


def test_without_labels_a_line_is_the_definition():
    known = shelf(TEXTS, CARDS, toy.encode)
    blind = Shelf(known.reading, known.labels, np.zeros(len(TEXTS), bool), known.groups)
    cards = definitions(CARDS, toy.encode)
    ranker = Ranker.fitted(blind, cards, Views())
    line, nearest, _, others = ranker.signals(known.reading)
    rows = known.reading.rows - ranker.space.centre
    away = cards - ranker.space.centre
    cosines = (rows @ away.T) / np.outer(
        np.linalg.norm(rows, axis=1), np.linalg.norm(away, axis=1)
    )
    assert line == pytest.approx(4 * cosines)
    assert nearest == pytest.approx(line)  # each text is one sentence
    assert (others == 0).all()


def test_code_that_comes_with_others_is_spoken_for_by_them_and_against_by_its_rivals():
    known = shelf(TEXTS, CARDS, toy.encode)
    first = np.arange(len(TEXTS)) % 2
    labels = np.zeros((len(TEXTS), len(CARDS)))
    labels[:, 0] = labels[:, 1] = first
    labels[:, 2] = 1 - first
    ranker = Ranker.fitted(
        replace(known, labels=labels), definitions(CARDS, toy.encode), Views()
    )
    assert ranker.company == pytest.approx(ranker.company.T)
    assert (np.diag(ranker.company) == 0).all()
    together, instead = ranker.company[0, 1:3]
    share = len(TEXTS) / (len(TEXTS) + 50)  # what is left of a correlation of 1
    assert (together, instead) == pytest.approx((share, -share))
    line, *_, others = ranker.signals(known.reading)
    assert others == pytest.approx(np.tanh(line / 2) @ ranker.company)


def test_nearest_sentence_is_the_best_of_each_text():
    texts = ["The day was fine. The car hit a tree.", "", "Nobody came."]
    reading = Reading.of(texts, CARDS, toy.encode)
    assert reading.counts.tolist() == [2, 1, 1]
    towards = definitions(CARDS, toy.encode)
    best = reading.nearest(np.zeros(64), towards)
    [sentence] = toy.encode(["The car hit a tree."])
    assert best[0] == pytest.approx(np.maximum(
        np.array(sentence) @ towards.T,
        np.array(toy.encode(["The day was fine."])[0]) @ towards.T,
    ))  # fmt: skip
    chosen = reading.part(np.array([2, 0]))
    assert chosen.nearest(np.zeros(64), towards) == pytest.approx(best[[2, 0]])


def test_shares_rise_with_each_signal(random):
    signals = random.normal(size=(3, 200, 4))
    labels = (random.random((200, 4)) < expit(2 * signals[0] - signals[1])).astype(float)
    before = np.broadcast_to(priors(labels), labels.shape)
    calibrator = Calibrator((1.0, 1.0, 2.0)).fitted(signals, before, labels)
    assert min(calibrator.slopes) >= 0
    for one in range(3):
        more = signals.copy()
        more[one] += 0.5
        assert (
            calibrator.shares(more, before) >= calibrator.shares(signals, before) - 1e-12
        ).all()


def test_shares_come_out_as_frequent_as_they_say(random):
    truth = random.normal(size=(1, 4000, 3))
    labels = (random.random((4000, 3)) < expit(1.7 * truth[0] - 1)).astype(float)
    before = np.broadcast_to(priors(labels), labels.shape)
    shares = Calibrator((1.0,)).fitted(truth, before, labels).shares(truth, before)
    for low in (0.1, 0.3, 0.5, 0.7):
        bin_ = (shares >= low) & (shares < low + 0.2)
        assert labels[bin_].mean() == pytest.approx(shares[bin_].mean(), abs=0.03)


def test_priors_are_never_nought_or_one():
    assert (np.abs(logit(priors(np.ones((5, 2))))) < 10).all()
    assert priors(np.zeros((0, 3))) == pytest.approx([0.25] * 3)


@pytest.mark.parametrize(("right", "of"), [(40, 40), (37, 40), (1, 9), (80, 100), (0, 5)])
def test_bound_is_clopper_pearson_s(right, of):
    known = binomtest(right, of, alternative="greater").proportion_ci(0.95, "exact")
    assert at_least(right, of) == pytest.approx(known.low, abs=1e-9)


def test_no_promise_below_forty_or_below_the_precision():
    shares = np.linspace(1, 0, 200).reshape(-1, 1)
    assert certified(shares[:39], np.ones((39, 1))) is None
    mostly = np.ones((200, 1))
    mostly[::4] = 0
    assert certified(shares, mostly) is None
    promise = certified(shares, np.ones((200, 1)))
    assert 90 <= promise.ticks == promise.right <= 100
    assert promise.cut >= 0.5


def test_a_promise_is_kept_as_often_as_it_says(random):
    """On scores whose true precision falls, a cut may miss the precision one time in twenty."""
    missed = 0
    for _ in range(300):
        shares = np.sort(random.random((400, 1)), axis=0)[::-1]
        labels = (random.random((400, 1)) < shares).astype(float)
        if (promise := certified(shares, labels)) is not None:
            missed += shares[shares >= promise.cut].mean() < 0.8
    assert missed <= 300 * 0.08


def test_equal_shares_stand_on_one_side_of_a_cut():
    shares = np.full((100, 1), 0.9)
    labels = np.ones((100, 1))
    labels[50:] = 0
    assert certified(shares, labels) is None
    assert best_f1(shares, labels) == 0.9


def test_best_cut_is_the_best(random):
    shares, labels = random.random((60, 2)), (random.random((60, 2)) < 0.3).astype(float)

    def f1(cut):
        picked = shares >= cut
        return 2 * (picked * labels).sum() / (picked.sum() + labels.sum())

    assert f1(best_f1(shares, labels)) == max(f1(cut) for cut in shares.ravel())
    assert best_f1(shares, np.zeros_like(labels)) == 1.0


def test_shares_out_of_fold_know_nothing_of_their_own_group():
    """Each group's texts have a code that no word tells: only a leak could rank it."""
    known = shelf(TEXTS, CARDS, toy.encode)
    labels = np.random.default_rng(3).permutation(known.labels)
    pairs = Shelf(
        known.reading.part(np.repeat(np.arange(60), 2)), np.repeat(labels[:60], 2, axis=0),
        np.ones(120, bool), np.repeat(np.arange(60), 2),
    )  # fmt: skip
    seen = trained(pairs, definitions(CARDS, toy.encode), folds=5, seed=0).seen
    hit = seen.shares.argmax(axis=1) == seen.labels.argmax(axis=1)
    assert hit.mean() < 0.55


def test_copies_prove_a_promise_only_once(random):
    shares = np.repeat(random.random((12, 3)), 10, axis=0)
    shares[::10] += 0.001  # one of each group is surer
    labels = (random.random((120, 3)) < 0.5).astype(float)
    order = random.permutation(120)
    groups = np.repeat(np.arange(12), 10)
    once, right = one_a_group(shares[order], labels[order], groups[order])
    assert once == pytest.approx(shares[::10])
    assert right == pytest.approx(labels[::10])
    assert certified(np.full((120, 1), 0.9), np.ones((120, 1))) is not None
    alike = one_a_group(np.full((120, 1), 0.9), np.ones((120, 1)), groups)
    assert certified(*alike) is None


def test_figures_of_a_fit_have_not_seen_the_labels_that_they_are_of(random):
    """Of chance nothing can be told, and a cut chosen on the same labels tells a little."""
    labels = (random.random((90, 6)) < 0.3).astype(float)
    groups = np.arange(90)
    signals = random.normal(size=(4, 90, 6))
    before = np.broadcast_to(priors(labels), labels.shape)
    default = Calibrator(Views().default)
    places = groups % 5
    seen = OutOfFold(
        default.fitted(signals, before, labels).shares(signals, before),
        labels, groups, places, signals, before,
    )  # fmt: skip
    shares, picked = seen.apart(default)
    for place in range(5):
        changed = labels.copy()
        changed[places == place] = 1 - changed[places == place]
        again, same = replace(seen, labels=changed).apart(default)
        assert again[places == place] == pytest.approx(shares[places == place])
        assert (same == picked)[places == place].all()
    cut = best_f1(seen.shares, labels)
    hits = [
        (2 * (p * labels).sum() / (p.sum() + labels.sum()))
        for p in (picked, seen.shares >= cut)
    ]
    assert hits[0] < hits[1]
