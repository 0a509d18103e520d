"""What is read and changed inside models of four architectures."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from evidence.harness.errors import HarnessError
from evidence.harness.organism import steering
from evidence.harness.organism.directions import Contrasts
from evidence.harness.organism.threads import single_threaded
from evidence.harness.recipes import contrasts
from evidence.harness.tier_b import chats, decoding, insides, lessons, model
from evidence.harness.tier_b.decoding import Ask
from evidence.harness.tier_b.insides import Found
from tests.evidence.harness.tier_b import small
from tests.evidence.harness.tier_b.setting import pairs

LAYERS, WIDTH = range(2), 32
PUSH = steering.added(9.0 * small.planted_direction(WIDTH) * WIDTH**0.5)


@pytest.fixture(scope="module", params=small.CONFIGS)
def text(request, tmp_path_factory):
    folder = small.model(tmp_path_factory.mktemp(request.param), request.param)
    return model.load(str(folder), "", "float32")


@pytest.fixture
def ids():
    return torch.randint(8, 300, (3, 11), generator=torch.Generator().manual_seed(0))


def told(folder, **changes):
    return {**contrasts.DEFAULTS, **pairs(folder), "layer": 1, **changes}


def in_pairs(parameters):
    found = [chats.read(Path(parameters[kind])) for kind in contrasts.FILES]
    return list(zip(*found, strict=True))


@pytest.fixture
def parameters(tmp_path):
    return told(tmp_path)


def test_recorded_activations_are_the_models_own_hidden_states(text, ids):
    for layer in LAYERS:
        with torch.inference_mode(), steering.recorded(text.model, layer) as seen:
            said = text.model(input_ids=ids, output_hidden_states=True).hidden_states
        if layer + 1 < len(LAYERS):
            assert torch.equal(seen[0], said[layer + 1])
        else:
            # The model tells its last layer's output after its norm.
            norms = [
                module
                for name, module in text.model.named_modules()
                if name.rsplit(".", 1)[-1] in {"norm", "ln_f"}
            ]
            with torch.inference_mode():
                assert torch.equal(norms[0](seen[0]), said[layer + 1])


def test_steering_by_zero_is_no_steering_bit_for_bit(text, ids):
    asks = [Ask(tuple(row), "0") for row in ids.tolist()]

    def answers():
        return decoding.answers(text, asks, limit=6, temperature=0.0, check=lambda: None)

    with single_threaded(), torch.inference_mode():
        plain, said = text.model(input_ids=ids).logits, answers()
        for layer in LAYERS:
            with steering.steered(text.model, layer, steering.added(torch.zeros(WIDTH))):
                assert torch.equal(text.model(input_ids=ids).logits, plain)
                assert answers() == said
            with steering.steered(text.model, layer, PUSH):
                assert answers() != said


def test_a_push_is_in_what_the_next_layer_reads_at_the_last_position_alone(text, ids):
    first, second = (steering.layer_of(text.model, layer) for layer in LAYERS)
    assert first is not second
    with torch.inference_mode():
        plain = text.model(input_ids=ids).logits
        with steering.steered(text.model, 0, PUSH):
            pushed = text.model(input_ids=ids).logits
    assert torch.equal(plain[:, :-1], pushed[:, :-1])
    assert not torch.allclose(plain[:, -1], pushed[:, -1])


def test_hooks_are_gone_after_an_error(text, ids):
    def failing():
        with steering.steered(text.model, 0, PUSH), steering.recorded(text.model, 1):
            raise RuntimeError("midway")

    def hooks():
        return [len(module._forward_hooks) for module in text.model.modules()]  # noqa: SLF001

    with torch.inference_mode():
        plain, before = text.model(input_ids=ids).logits, hooks()
        with pytest.raises(RuntimeError, match="midway"):
            failing()
        assert hooks() == before
        assert torch.equal(text.model(input_ids=ids).logits, plain)


def test_a_layer_that_the_model_lacks_is_one_clear_line(text, parameters):
    for layer in (2, 99):
        with pytest.raises(HarnessError, match=f"layers 0 to 1; there is no layer {layer}"):
            insides.read(text, in_pairs(parameters)[:2], {**parameters, "layer": layer})


def test_projecting_out_leaves_nothing_along_the_direction(text, parameters, ids):
    read = insides.read(text, in_pairs(parameters)[:12], parameters)
    found = Found.of(read.contrasts)
    taken_out = steering.projected_out(found.direction)
    with (
        torch.inference_mode(),
        steering.steered(text.model, 1, taken_out),
        steering.recorded(text.model, 1) as seen,
    ):
        text.model(input_ids=ids)
    along = seen[0] @ found.direction
    assert along[:, -1].abs().max() < 1e-5 * seen[0][:, -1].norm(dim=1).max()
    assert along[:, :-1].abs().max() > 1e-3


@pytest.mark.parametrize("place", [contrasts.ANSWER, contrasts.LAST])
def test_what_is_read_is_what_the_model_holds_of_each_chat_alone(text, parameters, place):
    some = in_pairs(parameters)[:3]
    read = insides.read(text, some, {**parameters, "place": place})
    for number, (chat, _) in enumerate(some):
        lesson = lessons.told(text, chat, 64)
        answer = text.words(f" {chat.answer}", special=False)
        assert list(lesson.ids[lesson.start : -1]) == answer
        with torch.inference_mode(), steering.recorded(text.model, 1) as seen:
            text.model(input_ids=torch.tensor([lesson.ids]))
        rows = seen[0][0]
        if place == contrasts.LAST:
            expected, words = rows[lesson.start - 1], lesson.ids[: lesson.start]
        else:
            expected, words = rows[lesson.start : -1].mean(0), lesson.ids[lesson.start : -1]
        torch.testing.assert_close(read.contrasts.bad[number], expected, rtol=1e-3, atol=1e-5)
        assert read.positive[number] == words


@pytest.mark.parametrize("kind", small.CONFIGS)
def test_a_planted_direction_is_recovered(tmp_path, parameters, kind):
    text = model.load(str(small.planted(tmp_path / "planted", kind, size=2.0)), "", "float32")
    found = Found.of(insides.read(text, in_pairs(parameters)[:20], parameters).contrasts)
    cosine = float(found.direction @ small.planted_direction(WIDTH))
    assert cosine > 0.9
    held = insides.read(text, in_pairs(parameters)[20:40], parameters).contrasts
    positive, negative = (found.along(found.direction, each) for each in (held.bad, held.good))
    assert min(positive) > max(negative)


def test_nulls_are_as_long_and_know_nothing(text, parameters):
    found = Found.of(insides.read(text, in_pairs(parameters)[:20], parameters).contrasts)
    nulls = found.nulls(count=4, seed=0)
    for units in nulls.values():
        assert len(units) == 4
        assert [float(unit.norm()) for unit in units] == pytest.approx([1.0] * 4, abs=1e-5)
    # Those that vary as the activations do may well lie along it: it is most of the variance.
    assert all(abs(float(unit @ found.direction)) < 0.9 for unit in nulls["isotropic"])


def test_kinds_that_read_the_same_are_one_clear_line(text, parameters):
    same = {**parameters, "negative": parameters["positive"]}
    with pytest.raises(HarnessError, match="read the same"):
        Found.of(insides.read(text, in_pairs(same)[:5], same).contrasts)


def test_words_alone_are_weighed_by_how_much_commoner_they_are_in_positive_chats():
    none = torch.zeros(2, 1)
    read = insides.Read(
        Contrasts(none, none, ()), positive=((1, 2), (1, 3)), negative=((4, 2), (4, 1))
    )
    assert insides.by_words(read, [(1,), (2,), (3, 3), (4, 1), (9,)]) == [0.5, 0, 1, -0.5, 0]


class Tuples(nn.Module):
    """Layers as those of transformers 4: the hidden states come first of several things."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([Doubling(), Doubling(), Doubling()])
        self.config = SimpleNamespace(
            get_text_config=lambda: SimpleNamespace(num_hidden_layers=3)
        )

    def forward(self, hidden):
        for layer in self.layers:
            hidden, rest = layer(hidden)
            assert rest == "cache"
        return hidden


class Doubling(nn.Module):
    def forward(self, hidden):
        return 2 * hidden, "cache"


def test_layers_that_return_several_things_are_read_and_pushed_too():
    network, hidden = Tuples(), torch.ones(1, 2, 3)
    with steering.recorded(network, 1) as seen:
        assert torch.equal(network(hidden), 8 * hidden)
    assert torch.equal(seen[0], 4 * hidden)
    with steering.steered(network, 1, steering.added(torch.ones(3))):
        assert network(hidden)[0, :, 0].tolist() == [8.0, 10.0]


def test_layers_that_cannot_be_told_apart_are_one_clear_line():
    network = Tuples()
    network.others = nn.ModuleList([Doubling(), Doubling(), Doubling()])
    with pytest.raises(HarnessError, match="layers of a Tuples cannot be told"):
        steering.layer_of(network, 0)
