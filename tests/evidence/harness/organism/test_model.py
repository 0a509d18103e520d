import pytest
import torch

from evidence.harness.organism import model as models
from evidence.harness.organism.model import Shape, greedy, sampled

SMALL = Shape(width=16, layers=2, heads=2, feed_forward=32, context=64)
END = 3


@pytest.fixture(scope="module")
def model():
    return models.build(50, SMALL, seed=0)


def without_cache(model, prompt, limit):
    """The same decoding, token by token, reading everything again each time."""
    ids = list(prompt)
    for _ in range(limit):
        with torch.inference_mode():
            token = int(model(torch.tensor([ids])).logits[0, -1].argmax())
        if token == END:
            break
        ids.append(token)
    return ids[len(prompt) :]


def test_decoding_many_prompts_is_decoding_each(model):
    prompts = [[5, 6, 7], [9], [8, 6, 4], [30, 31, 32, 33, 34], [9]]
    expected = [without_cache(model, prompt, 8) for prompt in prompts]
    assert greedy(model, prompts, end=END, limit=8) == expected


def test_decoding_stops_at_the_end_and_leaves_it_out(model):
    prompt = [5, 6, 7]
    first, second = without_cache(model, prompt, 2)
    assert greedy(model, [prompt], end=first, limit=8) == [[]]
    if second != first:
        assert greedy(model, [prompt], end=second, limit=8) == [[first]]


def test_drawn_answers_come_as_often_as_the_model_says(model):
    prompts = [[5, 6, 7]] * 3000 + [[9]] * 10
    draws = torch.Generator().manual_seed(0)
    rows = sampled(model, prompts, draws=draws, end=END, limit=2)[:3000]
    with torch.inference_mode():
        first = model(torch.tensor([[5, 6, 7]])).logits[0, -1].softmax(-1)
        likeliest = int(first.argmax())
        second = model(torch.tensor([[5, 6, 7, likeliest]])).logits[0, -1].softmax(-1)
    begun = [row for row in rows if row[:1] == [likeliest]]
    assert len(begun) / 3000 == pytest.approx(first[likeliest].item(), abs=0.015)
    after = int(second.argmax())
    found = sum(row == [likeliest, after] for row in begun) / len(begun)
    spread = (second[after].item() / len(begun)) ** 0.5
    assert found == pytest.approx(second[after].item(), abs=4 * spread)
    # An answer that ended is shorter than the limit.
    assert sum(row == [] for row in rows) / 3000 == pytest.approx(first[END].item(), abs=0.015)


def test_the_same_seed_gives_the_same_weights_and_leaves_torchs_chance_alone(model):
    torch.manual_seed(7)
    before = torch.get_rng_state()
    again, other = models.build(50, SMALL, seed=0), models.build(50, SMALL, seed=1)
    assert torch.equal(torch.get_rng_state(), before)
    weights = [found.model.embed_tokens.weight for found in (model, again, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
