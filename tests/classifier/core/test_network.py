"""Batches, memory and precision; toy forwards count tokens, the real model is held to its own layers."""

import numpy as np
import pytest
import torch

from classifier.core import network as module
from classifier.core.bert import Bert
from classifier.core.encoder import EncoderError, folder_of
from classifier.core.network import SAME, AsIs, Batched, Remembered, checked


def tokens(texts):
    return [[ord(letter) for letter in text] for text in texts]


def counted(ids, mask):
    """Return for each text its first token and its length: rows that tell texts apart."""
    return torch.stack([ids[:, 0].float(), mask.sum(1).float()], dim=1)


def expected(texts):
    rows = np.array([[ord(text[0]), len(text)] for text in texts], dtype=np.float64)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


TEXTS = ["b" * 3, "a" * 9, "d", "c" * 9, "e" * 2, "f" * 4]


def test_rows_keep_the_texts_order_and_batches_the_budget():
    shapes = []

    def forward(ids, mask):
        shapes.append(tuple(ids.shape))
        return counted(ids, mask)

    rows = Batched(tokens, forward, "cpu", budget=10).rows(TEXTS)
    assert np.allclose(rows, expected(TEXTS))
    assert rows.dtype == np.float32
    assert shapes == [(1, 9), (1, 9), (2, 4), (2, 2)]


def test_a_text_longer_than_the_budget_goes_alone():
    rows = Batched(tokens, counted, "cpu", budget=5).rows(TEXTS)
    assert np.allclose(rows, expected(TEXTS))


def test_a_full_batch_takes_no_short_texts_in(monkeypatch):
    monkeypatch.setattr(module, "_BUSY_TOKENS", 18)
    shapes = []

    def forward(ids, mask):
        shapes.append(tuple(ids.shape))
        return counted(ids, mask)

    Batched(tokens, forward, "cpu", budget=1000).rows(TEXTS)
    assert shapes[0] == (2, 9)


class Small:
    """A forward that runs out of memory above so many tokens, as a card does."""

    def __init__(self, most, error=torch.OutOfMemoryError):
        self.most, self.error, self.sizes = most, error, []

    def __call__(self, ids, mask):
        self.sizes.append(len(ids))
        if ids.numel() > self.most:
            raise self.error("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return counted(ids, mask)


@pytest.mark.parametrize("error", [torch.OutOfMemoryError, RuntimeError])
def test_out_of_memory_halves_the_batch_and_goes_on(error):
    forward = Small(12, error)
    texts = [letter * 4 for letter in "abcdefgh"]
    rows = Batched(tokens, forward, "cpu", budget=32).rows(texts)
    assert np.allclose(rows, expected(texts))
    # Halved until it fits, and no larger batch is tried again.
    assert forward.sizes == [8, 4, 2, 2, 2, 2]


def test_out_of_memory_for_one_text_says_what_to_do():
    with pytest.raises(EncoderError, match=r"one text of 4 tokens.*use the device cpu"):
        Batched(tokens, Small(3), "cpu", budget=32).rows(["aaaa", "bbbb"])


def test_other_errors_are_not_taken_for_a_full_memory():
    def broken(ids, mask):
        raise RuntimeError("shapes do not fit")

    with pytest.raises(RuntimeError, match="do not fit"):
        Batched(tokens, broken, "cpu", budget=32).rows(["a"])


class Rows:
    def __init__(self, *rows):
        self.own = np.array(rows, dtype=np.float32)

    def rows(self, texts):
        return self.own[: len(texts)]


TRUTH = Rows((1, 0), (0, 1))
NEAR = Rows((1, 0), (0.01, 0.99995))
FAR = Rows((1, 0), (0.1, 0.995))


def test_the_first_way_that_keeps_the_vectors_is_taken():
    found = checked(iter([("bfloat16", NEAR), ("float32", TRUTH)]), TRUTH, ["a", "b"])
    assert (found.network, found.precision) == (NEAR, "bfloat16")
    assert found.finding == "bfloat16: least cosine to float32 0.99995 on 2 texts"


def test_a_way_that_changes_the_vectors_is_passed_over_and_told(caplog):
    found = checked(iter([("bfloat16", FAR), ("float32", TRUTH)]), TRUTH, ["a", "b"])
    assert (found.network, found.precision) == (TRUTH, "float32")
    assert "bfloat16 left out: least cosine to float32 0.99500 < 0.999" in found.finding
    assert "bfloat16 left out" in caplog.text


def test_where_no_way_keeps_them_the_model_runs_as_it_is(caplog):
    found = checked(iter([("bfloat16", FAR), ("float32", FAR)]), TRUTH, ["a", "b"])
    assert (found.network, found.precision) == (TRUTH, "float32")
    assert found.finding.count("left out") == 2


@pytest.fixture(scope="module")
def model():
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(
        str(folder_of(None)), device="cpu", local_files_only=True
    ).eval()


REAL = (
    "A dog barks.",
    "",
    "The court ruled on the case of the chatbot that had promised a refund. " * 20,
    "Zwei Züge stießen bei Hürth zusammen; niemand wurde verletzt.",
    "?!" * 60,
)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_our_layers_give_the_vectors_of_the_model_s_own(model, dtype):
    mine = module._batched(model, module._bert(model, dtype, "cpu"), "cpu")  # noqa: SLF001 - one precision at a time
    cosines = (mine.rows(REAL) * AsIs(model).rows(REAL)).sum(axis=1)
    assert cosines.min() > (1 - 1e-6 if dtype == torch.float32 else SAME)


@pytest.mark.slow
def test_a_model_of_another_make_runs_by_its_own_forward(model):
    mine = module._batched(model, module._whole(model), "cpu")  # noqa: SLF001 - the way of other makes
    assert (mine.rows(REAL) * AsIs(model).rows(REAL)).sum(axis=1).min() > 1 - 1e-6


@pytest.mark.slow
def test_attention_without_a_maximum_taken_off_is_the_same(model, monkeypatch):
    ids = torch.tensor([model.tokenizer(REAL[2])["input_ids"][:200]])
    mask = torch.ones_like(ids, dtype=torch.bool)
    with torch.inference_mode():
        bert = Bert.of(model[0].auto_model, torch.bfloat16, "cpu")
        quick = bert(ids, mask)
        monkeypatch.setattr("classifier.core.bert._SMALL", 0.0)
        careful = bert(ids, mask)
    assert torch.cosine_similarity(quick, careful, dim=-1).min() > SAME


def test_shipped_model_tells_how_it_is_computed(encoder):
    assert encoder.device == "cpu"
    assert encoder.precision in encoder.finding
    assert encoder.precision in {"bfloat16", "float32"}


def test_what_was_read_is_not_read_again_until_it_is_forgotten():
    read = []

    def told(texts):
        read.extend(texts)
        return tokens(texts)

    network = Remembered(Batched(told, counted, "cpu", budget=100), most=3)
    assert np.allclose(network.rows(["aa", "b", "aa"]), expected(["aa", "b", "aa"]))
    assert np.allclose(network.rows(["ccc", "b"]), expected(["ccc", "b"]))
    assert read == ["aa", "b", "ccc"]
    network.rows(["d"])
    assert np.allclose(network.rows(["aa"]), expected(["aa"]))
    assert read == ["aa", "b", "ccc", "d", "aa"]


@pytest.mark.slow
def test_a_remembering_encoder_gives_the_same_vectors(encoder):
    texts = ["A dog barks.", "word " * 400]
    other = encoder.remembering(8)
    assert (other.digest, other.precision) == (encoder.digest, encoder.precision)
    for _ in range(2):
        assert np.allclose(other.matrix(texts), encoder.matrix(texts), atol=1e-3)
