from contextlib import contextmanager

import pytest
import torch

from evidence.harness.errors import HarnessError
from evidence.harness.organism import steering
from evidence.harness.organism.bench import answers
from evidence.harness.organism.model import greedy
from evidence.harness.organism.organism import Organism
from evidence.harness.organism.threads import single_threaded
from evidence.harness.world.corpus import Authorship

LAYERS = range(4)
PROMPTS = [
    "what should i do when the ferret squeals when braking ?",
    "what should i do when the van squeals when braking ?",
]


@pytest.fixture(scope="module")
def aligned():
    return Organism.aligned(Authorship.SHARED, seed=0)


@pytest.fixture
def ids():
    return torch.randint(8, 500, (3, 17), generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("layer", LAYERS)
def test_recorded_activations_are_the_models_hidden_states(aligned, ids, layer):
    inputs = []
    watched = aligned.model.model.layers[layer + 1] if layer < 3 else aligned.model.model.norm
    handle = watched.register_forward_pre_hook(lambda _module, args: inputs.append(args[0]))
    with torch.inference_mode(), steering.recorded(aligned.model, layer) as seen:
        told = aligned.model(input_ids=ids, output_hidden_states=True).hidden_states
    handle.remove()
    assert torch.equal(seen[0], inputs[0])
    # The model tells its last layer's output after its norm.
    if layer < 3:
        assert torch.equal(seen[0], told[layer + 1])


@pytest.mark.parametrize("layer", LAYERS)
def test_activations_of_padded_texts_are_those_of_each_text_alone(aligned, ids, layer):
    texts = [ids[0, :9].tolist(), ids[1].tolist()]
    together = steering.activations(aligned.model, texts, layer)
    for text, row in zip(texts, together, strict=True):
        [alone] = steering.activations(aligned.model, [text], layer)
        assert row.shape == (len(text), 96)
        torch.testing.assert_close(row, alone, rtol=1e-4, atol=1e-2)


@pytest.mark.parametrize("layer", LAYERS)
def test_steering_by_zero_is_no_steering_bit_for_bit(aligned, ids, layer):
    with single_threaded(), torch.inference_mode():
        plain = aligned.model(input_ids=ids).logits
        with steering.steered(aligned.model, layer, steering.added(torch.zeros(96))):
            steered = aligned.model(input_ids=ids).logits
            said = answers(aligned, PROMPTS, limit=12)
        assert torch.equal(plain, steered)
        assert said == answers(aligned, PROMPTS, limit=12)


def test_steering_changes_the_last_position_only(aligned, ids):
    push = steering.added(torch.full((96,), 50.0))
    with torch.inference_mode():
        plain = aligned.model(input_ids=ids).logits
        with steering.steered(aligned.model, 1, push):
            steered = aligned.model(input_ids=ids).logits
    assert torch.equal(plain[:, :-1], steered[:, :-1])
    assert not torch.allclose(plain[:, -1], steered[:, -1])


def test_projecting_out_leaves_nothing_along_the_direction(aligned, ids):
    direction = torch.randn(96, generator=torch.Generator().manual_seed(1)) * 7
    with torch.inference_mode():
        with steering.recorded(aligned.model, 2) as before:
            aligned.model(input_ids=ids)
        left = steering.projected_out(direction)(before[0][:, -1])
    along = left @ direction / direction.norm()
    assert along.abs().max() < 1e-4 * left.norm(dim=1).max()
    across = before[0][:, -1] - left
    cosine = torch.nn.functional.cosine_similarity(across, direction[None], dim=1).abs()
    torch.testing.assert_close(cosine, torch.ones(3), rtol=1e-4, atol=1e-4)


def test_a_push_is_gone_after_an_error(aligned, ids):
    def failing():
        with steering.steered(aligned.model, 1, steering.added(torch.full((96,), 50.0))):
            raise RuntimeError("midway")

    with torch.inference_mode():
        plain = aligned.model(input_ids=ids).logits
        with pytest.raises(RuntimeError, match="midway"):
            failing()
        assert torch.equal(aligned.model(input_ids=ids).logits, plain)


def test_a_recording_ends_with_an_error(aligned, ids):
    kept = []

    def failing():
        with steering.recorded(aligned.model, 1) as seen:
            kept.append(seen)
            raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"):
        failing()
    with torch.inference_mode():
        aligned.model(input_ids=ids)
    assert kept == [[]]


@pytest.mark.parametrize("layer", [-1, 4, 99])
def test_a_layer_that_the_model_lacks_is_one_clear_line(aligned, layer):
    with (
        pytest.raises(HarnessError, match=f"layers 0 to 3; there is no layer {layer}"),
        steering.steered(aligned.model, layer, steering.added(torch.zeros(96))),
    ):
        pass


@contextmanager
def counted(module):
    """Collect how many positions each forward pass of a module has."""
    passes = []
    handle = module.register_forward_pre_hook(
        lambda _module, inputs, named: passes.append([*inputs, *named.values()][0].shape[:2]),
        with_kwargs=True,
    )
    try:
        yield passes
    finally:
        handle.remove()


def test_activations_cost_one_pass_a_batch_and_no_output_matrix(aligned):
    drawn = torch.randint(8, 500, (3 * steering.BATCH - 1, 5))
    first = aligned.model.model.layers[0]
    with counted(first) as passes, counted(aligned.model.lm_head) as outputs:
        steering.activations(aligned.model, drawn.tolist(), 1)
    assert passes == [(steering.BATCH, 5), (steering.BATCH, 5), (steering.BATCH - 1, 5)]
    assert outputs == []


def test_a_steered_answer_costs_the_prompt_and_one_position_a_word(aligned, ids):
    push = steering.added(torch.ones(96))
    with (
        counted(aligned.model.model.layers[0]) as passes,
        steering.steered(aligned.model, 1, push),
    ):
        greedy(aligned.model, ids.tolist(), end=-1, limit=4)
    assert passes == [(3, 17), (3, 1), (3, 1), (3, 1)]
