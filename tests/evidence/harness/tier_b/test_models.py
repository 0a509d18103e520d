"""Loading, decoding and the hub, on small models of four architectures."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from evidence.harness.errors import HarnessError
from evidence.harness.tier_b import decoding, hub, model
from evidence.harness.tier_b.chats import Message
from evidence.harness.tier_b.decoding import Ask
from tests.evidence.harness.tier_b import small

ASKED = [Message("user", "what should i do with my boat ?")]
TEMPLATE = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}Assistant:"


@pytest.fixture(scope="module")
def llama(tmp_path_factory):
    return small.model(tmp_path_factory.mktemp("llama"))


@pytest.mark.parametrize("kind", small.CONFIGS)
def test_answers_are_those_of_transformers_own_generate(tmp_path, kind):
    text = model.load(str(small.model(tmp_path / kind, kind)), "", "float32")
    prompts = [
        *ASKED,
        Message("user", "what should i keep ?"),
        Message("user", "mend my car ?"),
    ]
    ids = [text.ids([prompt]) for prompt in prompts]
    found = decoding.answers(
        text,
        [Ask(tuple(row), "0") for row in ids],
        limit=8,
        temperature=0.0,
        check=lambda: None,
    )
    for row, answer in zip(ids, found, strict=True):
        theirs = text.model.generate(
            torch.tensor([row]), max_new_tokens=8, do_sample=False, pad_token_id=0
        )[0, len(row) :]
        told = text.tokenizer.decode(theirs, skip_special_tokens=True).strip()
        assert answer == told
    assert any(found)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_a_model_is_loaded_in_the_type_that_was_asked_for(llama, dtype):
    text = model.load(str(llama), "", dtype)
    assert {weight.dtype for weight in text.model.parameters()} == {getattr(torch, dtype)}


def test_dice_belong_to_the_answer_and_not_to_its_neighbours(llama):
    text = model.load(str(llama), "", "float32")
    ids = tuple(text.ids(ASKED))

    def drawn(*seeds):
        return decoding.answers(
            text,
            [Ask(ids, seed) for seed in seeds],
            limit=6,
            temperature=1.0,
            check=lambda: None,
        )

    together = drawn("a", "b", "c")
    assert drawn("c", "a") == [together[2], together[0]]
    assert len(set(together)) == 3


def test_what_is_drawn_has_the_models_own_shares():
    shares = torch.tensor([0.7, 0.2, 0.1])
    dice = [torch.Generator().manual_seed(seed) for seed in range(4000)]
    logits = shares.log().expand(len(dice), -1)
    drawn = decoding._chosen(logits, 1.0, dice).bincount(minlength=3) / len(dice)  # noqa: SLF001
    assert torch.allclose(drawn, shares, atol=0.025)


def test_a_chat_template_is_used_where_there_is_one(llama, tmp_path):
    plain = model.load(str(llama), "", "float32")
    assert plain.told(ASKED) == "User: what should i do with my boat ?\nAssistant:"
    templated = small.model(tmp_path / "t", template=TEMPLATE)
    text = model.load(str(templated), "", "float32")
    assert text.told(ASKED) == "user: what should i do with my boat ?\nAssistant:"
    assert text.tokenizer.decode(text.ids(ASKED)) == text.told(ASKED)


def test_a_template_that_fails_is_one_clear_line(tmp_path):
    broken = small.model(tmp_path / "b", template="{{ raise_exception('no system') }}")
    with pytest.raises(HarnessError, match="template fails"):
        model.load(str(broken), "", "float32").ids(ASKED)


def test_weights_that_are_no_numbers_are_one_clear_line(tmp_path):
    folder = small.model(tmp_path / "nan")
    state = load_file(folder / "model.safetensors")
    state["model.norm.weight"][0] = float("nan")
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(HarnessError, match=r"no numbers \(model.norm.weight\)"):
        model.load(str(folder), "", "float32")


def test_the_digest_is_of_every_file_that_decides(tmp_path):
    folder = small.model(tmp_path / "m")
    before = hub.digest(folder)
    (folder / "README.md").write_text("hello")
    assert hub.digest(folder) == before
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "rope_theta": 7.0}))
    assert hub.digest(folder) != before


def test_a_model_that_is_not_here_is_not_downloaded(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    for name in ("nobody/nothing-at-all", "no such model", str(tmp_path / "none")):
        with pytest.raises(HarnessError, match=r"harness fetch"):
            hub.folder(name)
    with pytest.raises(HarnessError, match="Name a model"):
        hub.folder("")


def test_pickled_or_damaged_weights_are_one_clear_line(tmp_path):
    folder = small.model(tmp_path / "m")
    (folder / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(HarnessError, match="cannot be loaded") as caught:
        model.load(str(folder), "", "float32")
    assert "\n" not in str(caught.value)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(HarnessError, match="safetensors"):
        hub.digest(folder)
