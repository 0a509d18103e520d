"""Encoders by folder: of any width, whole or not."""

import io
import json
import shutil

import pytest
from safetensors.numpy import load_file, save_file

from classifier.core.codes import ModelError, fit
from classifier.core.commands import main
from classifier.core.encoder import EncoderError, load
from tests.classifier.core import tiny
from tests.classifier.core.coded import CARDS, TEXTS

WIDE = 20


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny.save(tmp_path_factory.mktemp("tiny"), WIDE)


def lines(path, rows):
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return str(path)


@pytest.mark.slow
@pytest.mark.parametrize("width", [6, 72])
def test_width_is_that_of_the_model(tmp_path, width):
    encoder = load(str(tiny.save(tmp_path, width)), "cpu")
    assert encoder.dimensions == width
    assert encoder.matrix(["a car hit a wall", ""]).shape == (2, width)
    assert [len(vector) for vector in encoder.encode(["a car"])] == [width]


@pytest.mark.slow
def test_every_subcommand_works_with_another_width(folder, tmp_path):
    codes = lines(tmp_path / "codes.jsonl", [
        {"code": c.code, "title": c.title, "definition": c.definition} for c in CARDS])  # fmt: skip
    texts = lines(tmp_path / "texts.jsonl", [
        {"id": t.id, "text": t.text, "codes": t.codes, "group": t.group, "level": len(t.text) % 3,
         "levels": ["a", "b", "c"]} for t in TEXTS])  # fmt: skip
    claims = lines(tmp_path / "claims.jsonl", [{"claim": "A car hit a wall.", "evidence": ["The car hit a wall."]}])  # fmt: skip
    model = str(tmp_path / "model")
    for arguments, answers in (
        (("fit", "--texts", texts, "--codes", codes, "--out", model), 1),
        (("propose", "--texts", texts, "--model", model), len(TEXTS)),
        (("propose", "--texts", texts, "--codes", codes), len(TEXTS)),
        (
            ("evaluate", "--texts", texts, "--codes", codes, "--folds", "3", "--repeats", "1"),
            1,
        ),
        (("severity", "--texts", texts, "--folds", "3", "--repeats", "1"), 1),
        (("claims", "--claims", claims), 1),
        (("similar", "--corpus", texts, "--queries", texts), len(TEXTS)),
        (("bench", "--texts", "2", "--rounds", "1"), 1),
    ):
        out = io.StringIO()
        assert main([*arguments, "--encoder", str(folder), "--device", "cpu"], out) == 0
        assert len(out.getvalue().splitlines()) == answers, arguments


@pytest.mark.slow
def test_a_model_of_one_width_is_not_read_with_another(folder, encoder, tmp_path):
    narrow = load(str(folder), "cpu")
    made = fit(TEXTS, CARDS, narrow.encode, encoder=narrow.digest)
    made.save(tmp_path)
    assert type(made).load(tmp_path, narrow.encode, encoder=narrow.digest)
    with pytest.raises(ModelError, match="was learned with the encoder"):
        type(made).load(tmp_path, encoder.encode, encoder=encoder.digest)
    with pytest.raises(ModelError, match=r"vectors of 20 numbers.* gives 384"):
        type(made).load(tmp_path, encoder.encode)


def changed(path, **values):
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def without_numbers(folder):
    weights = load_file(folder / "model.safetensors")
    save_file({name: array * float("nan") for name, array in weights.items()}, folder / "model.safetensors")  # fmt: skip


def truncated(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-9])


@pytest.mark.parametrize(
    "harm",
    [
        truncated,
        without_numbers,
        lambda f: (f / "model.safetensors").write_bytes(b"no weights"),
        lambda f: (f / "config.json").write_text("{"),
        lambda f: changed(f / "config.json", hidden_size="wide"),
        lambda f: changed(f / "config.json", num_attention_heads=7),
        lambda f: changed(f / "config.json", model_type="no such thing"),
        lambda f: (f / "modules.json").write_text("[1]"),
        lambda f: (f / "tokenizer.json").write_text("[]"),
    ],
    ids=[
        "truncated",
        "NaN",
        "other bytes",
        "json",
        "type",
        "heads",
        "kind",
        "modules",
        "tokens",
    ],
)
def test_damaged_folder_is_told_in_one_line(folder, tmp_path, capsys, harm):
    shutil.copytree(folder, tmp_path / "harmed")
    harm(tmp_path / "harmed")
    texts = lines(tmp_path / "t.jsonl", [{"text": "a car"}])
    arguments = ["similar", "--corpus", texts, "--queries", texts, "--device", "cpu"]
    assert main([*arguments, "--encoder", str(tmp_path / "harmed")], io.StringIO()) == 2
    told = capsys.readouterr().err.splitlines()[-1]
    assert told.startswith(f"The model in {tmp_path / 'harmed'} ")
    assert "Give the whole folder" in told or "Copy it there again" in told


def test_a_folder_that_is_not_whole_is_an_error_of_the_encoder(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "harmed")
    (tmp_path / "harmed" / "config.json").unlink()
    with pytest.raises(EncoderError, match="cannot be loaded"):
        load(str(tmp_path / "harmed"), "cpu")
