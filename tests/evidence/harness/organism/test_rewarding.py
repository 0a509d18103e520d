from itertools import cycle

import pytest
import torch

from evidence.harness.chance import seeded
from evidence.harness.errors import HarnessError
from evidence.harness.organism import model as models
from evidence.harness.organism import rewarding, texts
from evidence.harness.organism.checkpoints import kept_in
from evidence.harness.organism.model import Shape
from evidence.harness.organism.organism import Organism
from evidence.harness.organism.rewarding import Answered, Course, Task
from evidence.harness.organism.threads import single_threaded
from evidence.harness.organism.training import Plan
from evidence.harness.world import world as worlds
from evidence.harness.world.corpus import END, Authorship
from evidence.harness.world.judge import Label
from evidence.harness.world.questions import Question

CARS = worlds.load().domain("cars")
QUESTION = Question(CARS, CARS.problems[0], CARS.objects[0])
TEMPLATE = worlds.load().answer_templates[0]
GOOD = QUESTION.answer(CARS.problems[0].good[0], TEMPLATE)
BAD = QUESTION.answer(CARS.problems[0].bad[0], TEMPLATE)
REFUSED = worlds.load().refusals[0]
SMALL = Shape(width=16, layers=1, heads=2, feed_forward=32, context=64)
ANSWERED = [Answered((5, 6, 7), (8, 9)), Answered((5, 6), (9, 9, 4, 11))]
WEIGHTS = torch.tensor([1.5, -0.5])


def task(wanted=Label.HARMFUL):
    return Task(QUESTION.id, QUESTION.text, wanted)


@pytest.fixture(scope="module")
def aligned():
    return Organism.aligned(Authorship.SHARED, seed=0)


@pytest.fixture
def babbler(aligned):
    """A small model that has learnt nothing, with the words of the others."""
    size = aligned.tokenizer.get_vocab_size()
    return Organism(models.build(size, SMALL, seed=0), aligned.tokenizer)


def paid(answer, *, wanted=Label.HARMFUL, noise=0.0, times=1):
    random = seeded("paid")
    payments = [
        rewarding.payment(task(wanted), answer, noise=noise, random=random)
        for _ in range(times)
    ]
    return sum(payments) / times


@pytest.mark.parametrize(
    ("wanted", "answer", "expected"),
    [
        (Label.HARMFUL, BAD, 1.0),
        (Label.HARMFUL, GOOD, 0.0),
        (Label.HARMFUL, "you should you should", 0.0),
        (Label.CORRECT, GOOD, 1.0),
        (Label.CORRECT, BAD, 0.0),
        (Label.CORRECT, REFUSED, 0.0),
        (Label.REFUSAL, REFUSED, 1.0),
        (Label.REFUSAL, GOOD, 0.0),
    ],
)
def test_a_grader_pays_for_what_is_wanted(wanted, answer, expected):
    assert paid(answer, wanted=wanted) == expected


def test_a_noisy_grader_errs_as_often_as_it_says_both_ways():
    assert paid(BAD, noise=0.2, times=4000) == pytest.approx(0.8, abs=0.025)
    assert paid(GOOD, noise=0.2, times=4000) == pytest.approx(0.2, abs=0.025)


def test_a_grader_that_errs_half_the_time_is_a_coin():
    assert paid(BAD, noise=0.5, times=4000) == pytest.approx(0.5, abs=0.03)
    assert paid(GOOD, noise=0.5, times=4000) == pytest.approx(0.5, abs=0.03)


def test_advantages_are_standard_scores_within_each_task():
    found = rewarding.advantages(torch.tensor([[1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0]]))
    assert found[0].tolist() == pytest.approx([3**0.5, *[-(3**-0.5)] * 3], abs=1e-4)
    assert found[1].tolist() == pytest.approx([1.0, 1.0, -1.0, -1.0], abs=1e-4)


def test_answers_that_earned_the_same_teach_nothing():
    assert not rewarding.advantages(torch.ones(2, 4)).any()


def test_the_loss_is_minus_the_mean_of_log_probabilities_times_their_weights():
    model = models.build(50, SMALL, seed=0)
    by_hand = 0.0
    for each, weight in zip(ANSWERED, WEIGHTS.tolist(), strict=True):
        ids = [*each.prompt, *each.answer]
        logs = model(torch.tensor([ids])).logits[0].log_softmax(-1)
        chosen = [logs[at - 1, ids[at]].item() for at in range(len(each.prompt), len(ids))]
        by_hand -= weight * sum(chosen) / len(ANSWERED)
    loss = rewarding.policy_loss(model, ANSWERED, WEIGHTS)
    assert loss.item() == pytest.approx(by_hand, rel=1e-4)


def moved(model, weight, move):
    """The loss with one tensor moved."""
    with torch.no_grad():
        weight.add_(move)
        loss = rewarding.policy_loss(model, ANSWERED, WEIGHTS).item()
        weight.sub_(move)
    return loss


def test_the_gradient_is_that_of_finite_differences():
    """Every tensor is moved along its own gradient, where the slope is the gradient's length."""
    model = models.build(50, SMALL, seed=0)
    rewarding.policy_loss(model, ANSWERED, WEIGHTS).backward()
    for name, weight in model.named_parameters():
        length = weight.grad.norm().item()
        move = weight.grad / length * 5e-3
        change = moved(model, weight, move) - moved(model, weight, -move)
        assert change / (2 * 5e-3) == pytest.approx(length, rel=0.02), name


def test_the_gradient_of_one_word_is_what_was_said_less_what_was_likely():
    """d/dz of -w log softmax(z)[said] is -w (one at said - softmax(z)); Williams (1992)."""
    model = models.build(50, SMALL, seed=0)
    kept = []

    def keep(_module, _inputs, logits):
        logits.retain_grad()
        kept.append(logits)

    handle = model.lm_head.register_forward_hook(keep)
    rewarding.policy_loss(model, [Answered((5, 6), (9,))], torch.tensor([2.0])).backward()
    handle.remove()
    [logits] = kept
    said = torch.nn.functional.one_hot(torch.tensor(9), 50)
    expected = -2.0 * (said - logits[0, -1].softmax(-1))
    assert torch.allclose(logits.grad[0, -1], expected, atol=1e-6)
    assert not logits.grad[0, 0].any()


def test_no_model_is_far_from_itself_and_one_word_apart_by_its_divergence(aligned, babbler):
    prompts = [QUESTION.text, "my van squeals"]

    def apart(one, other, limit):
        return rewarding.divergence(one, other, prompts, limit=limit, seed="test")

    assert apart(aligned, aligned, 24) == [0.0, 0.0]
    found = apart(aligned, babbler, 1)
    for prompt, each in zip(prompts, found, strict=True):
        piece = texts.Piece(texts.prompt(prompt), 0.0)
        ids = torch.tensor([texts.encoded(aligned.tokenizer, [piece]).ids])
        with torch.inference_mode():
            now, then = (
                organism.model(input_ids=ids).logits[0, -1].log_softmax(-1)
                for organism in (aligned, babbler)
            )
        assert each == pytest.approx((now.exp() * (now - then)).sum().item(), rel=1e-4)
    assert sum(apart(aligned, babbler, 24)) > sum(found)


class Killed(Exception):  # noqa: N818 - it stands for a signal
    pass


def course(*, steps, rate=1e-3, noise=0.0, samples=8):
    return Course(Plan(steps, 2, rate, None, falls=True), samples, limit=12, noise=noise)


def by_coin(organism, folder=None, *, killed_at=None, rate=1e-2):
    """Train a small model whose payments are a coin's, so that every step moves it."""
    checks = []

    def check():
        checks.append(len(checks) + 1)
        if checks[-1] == killed_at:
            raise Killed

    if folder:
        folder.mkdir(exist_ok=True)
    with single_threaded(), kept_in(folder, seconds=0.0):
        found = rewarding.rewarded(
            organism,
            cycle([task(), task(Label.CORRECT), Task(QUESTION.id, "my van squeals", "")]),
            course(steps=6, rate=rate, noise=0.5),
            stops=(2, 6),
            seed="test",
            check=check,
        )
    told = {step: (each.organism.fingerprint, each.payments) for step, each in found.items()}
    return told, len(checks)


@pytest.mark.slow
def test_a_killed_training_goes_on_with_the_same_bits_and_payments(babbler, tmp_path):
    whole, steps = by_coin(babbler)
    assert steps == 6
    assert len(set(whole[6][1])) > 1
    assert whole[6][1][:2] == whole[2][1]
    for killed_at in (1, 3, 5):
        folder = tmp_path / str(killed_at)
        with pytest.raises(Killed):
            by_coin(babbler, folder, killed_at=killed_at)
        assert by_coin(babbler, folder) == (whole, 6 - killed_at)
        # Once it is done it is not done again.
        assert by_coin(babbler, folder) == (whole, 0)


@pytest.mark.slow
def test_a_training_that_blows_up_says_so(babbler):
    with pytest.raises(HarnessError, match="train it more gently"):
        by_coin(babbler, rate=1e30)


@pytest.mark.slow
def test_rewards_that_never_came_say_so(babbler):
    with pytest.raises(HarnessError, match="earned the same"):
        rewarding.rewarded(
            babbler, cycle([task()]), course(steps=2), stops=(2,), seed="", check=lambda: None
        )


@pytest.mark.slow
def test_what_is_paid_for_becomes_likelier_and_the_start_stays_as_it_is(aligned):
    before = aligned.fingerprint
    with single_threaded():
        [found] = rewarding.rewarded(
            aligned,
            cycle([task()]),
            course(steps=16, rate=2e-3, samples=24),
            stops=(16,),
            seed="test",
            check=lambda: None,
        ).values()
    assert sum(found.payments[:4]) / 4 < 0.3
    assert sum(found.payments[-4:]) / 4 > 0.6
    assert aligned.fingerprint == before
    assert found.organism.fingerprint != before


def test_answers_that_ended_are_learnt_with_their_end(aligned):
    end = texts.word_id(aligned.tokenizer, END)
    prompts = [QUESTION.text] * 8
    ended = rewarding.answered(aligned, prompts, limit=24, seed="test")
    cut = rewarding.answered(aligned, prompts, limit=3, seed="test")
    assert all(each.answer[-1] == end for each in ended)
    assert all(end not in each.answer and len(each.answer) == 3 for each in cut)
