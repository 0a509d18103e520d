from dataclasses import replace
from itertools import cycle

import pytest
import torch

from evidence.harness.errors import HarnessError
from evidence.harness.organism import model as models
from evidence.harness.organism import shelf, texts, tokenizer
from evidence.harness.organism.model import Shape
from evidence.harness.organism.threads import single_threaded
from evidence.harness.organism.training import Example, Plan, fit, weighted_loss
from evidence.harness.world import world as worlds
from evidence.harness.world.corpus import Authorship

SMALL = Shape(width=16, layers=2, heads=2, feed_forward=32, context=128)
EXAMPLE = Example((5, 6, 7, 8), (1.0, 0.0, 1.0, 0.5))
LONGER = Example((9, 9, 9, 9, 9, 9), (0.0, 1.0, 1.0, 1.0, 1.0, 1.0))


def fresh():
    return models.build(50, SMALL, seed=0)


def test_the_loss_is_the_weighted_mean_over_next_tokens():
    model = fresh()
    logs = model(torch.tensor([EXAMPLE.ids])).logits[0].log_softmax(-1)
    # The first token is predicted by nothing; the second has no weight.
    by_hand = -(1.0 * logs[1, 7] + 0.5 * logs[2, 8]) / 1.5
    assert weighted_loss(model, [EXAMPLE]).item() == pytest.approx(by_hand.item(), rel=1e-5)


def test_padding_counts_for_nothing():
    model = fresh()
    apart = [weighted_loss(model, [example]).item() for example in (EXAMPLE, LONGER)]
    together = weighted_loss(model, [EXAMPLE, LONGER]).item()
    assert together == pytest.approx((apart[0] * 1.5 + apart[1] * 5) / 6.5, rel=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("matrix_rate", [None, 0.02])
def test_training_learns_what_it_is_shown_and_reports_each_step(matrix_rate):
    model, losses = fresh(), []
    plan = Plan(40, 2, 1e-2, matrix_rate, falls=False)
    fit(
        model,
        cycle([EXAMPLE, LONGER]),
        plan,
        tick=lambda step, loss: losses.append((step, loss)),
    )
    assert [step for step, _ in losses] == list(range(1, 41))
    assert losses[-1][1] < 0.2 * losses[0][1]


def test_falling_rates_end_at_zero():
    plan = Plan(10, 1, 1e-2, None, falls=True)
    moves, model = [], fresh()
    before = model.model.embed_tokens.weight.detach().clone()

    def moved(_step, _loss):
        nonlocal before
        now = model.model.embed_tokens.weight.detach().clone()
        moves.append((now - before).abs().max().item())
        before = now

    fit(model, cycle([EXAMPLE]), plan, tick=moved)
    assert moves[-1] < 0.3 * moves[0]


def test_an_error_in_the_report_stops_the_training():
    def stop(step, _loss):
        if step == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(fresh(), cycle([EXAMPLE]), Plan(10, 1, 1e-2, None, falls=False), tick=stop)


@pytest.mark.slow
def test_a_small_model_from_nothing_learns_the_world_the_same_way_twice():
    world = worlds.load()
    words = tokenizer.build(world)
    shape = replace(SMALL, width=32, feed_forward=64)
    prints, losses = [], []
    with single_threaded():
        for _ in range(2):
            model = models.build(words.get_vocab_size(), shape, seed=4)
            documents = texts.documents(world, Authorship.SHARED, words, seed=4)
            plan = Plan(60, 8, 5e-3, 0.02, falls=True)
            fit(model, documents, plan, tick=lambda _step, loss: losses.append(loss))
            prints.append(shelf.fingerprint(model))
    assert prints[0] == prints[1]
    assert losses[:60] == losses[60:]
    assert losses[59] < 0.6 * losses[0]


@pytest.mark.parametrize("change", [{"steps": 0}, {"batch": 0}, {"rate": 0.0}, {"rate": -1.0}])
def test_a_training_that_cannot_be_is_one_clear_line(change):
    with pytest.raises(HarnessError, match="1 step or more"):
        replace(Plan(10, 1, 1e-2, None, falls=False), **change)
