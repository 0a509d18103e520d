"""Folders that are damaged, or made by somebody else with a digest that fits."""

import io
import json
import random
import struct

import numpy as np
import pytest
from safetensors.numpy import load, save

from classifier.core import codestore
from classifier.core.codes import CodeModel, ModelError, definitions_digest, fit
from classifier.core.commands import main
from classifier.core.types import CodeCard
from tests.classifier.core import toy
from tests.classifier.core.coded import CARDS, TEXTS

ABOUT, WEIGHTS = codestore.ABOUT, codestore.WEIGHTS


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    fit(TEXTS, CARDS, toy.encode, encoder="e" * 64).save(folder)
    return folder


def sealed(folder, about, weights):
    """Write a folder whose digest is that of what is in it."""
    folder.mkdir(exist_ok=True)
    about = {name: value for name, value in about.items() if name != "digest"}
    about["digest"] = codestore._digest(weights, about)  # noqa: SLF001 - as a forger would
    (folder / WEIGHTS).write_bytes(weights)
    (folder / ABOUT).write_text(json.dumps(about))
    return folder


def told(folder):
    return json.loads((folder / ABOUT).read_text()), (folder / WEIGHTS).read_bytes()


def refusal(folder):
    with pytest.raises(ModelError) as caught:
        CodeModel.load(folder, toy.encode)
    line = str(caught.value)
    assert line.startswith(str(folder))
    assert "\n" not in line
    assert "with `fit`" in line or "Name another folder" in line
    return line


HEADER = {"a": {"dtype": "F64", "shape": [6], "data_offsets": [0, 48]}}


def header(**changed):
    text = json.dumps({"a": {**HEADER["a"], **changed}}).encode()
    return struct.pack("<Q", len(text)) + text + bytes(48)


@pytest.mark.parametrize(
    "weights",
    [
        b"", b"x" * 7, struct.pack("<Q", 2**62) + b"{}", b"\xff" * 4000,
        header(shape=[2**40, 2**40]), header(shape=[-1]), header(shape=[2**60, 0], data_offsets=[0, 0]),
        header(dtype="BF16", shape=[24]), header(dtype="F8_E4M3", shape=[48]), header(dtype="line\nbreak"),
        header(data_offsets=[0, 10**15]),
    ],
)  # fmt: skip
def test_weights_that_are_no_safetensors_are_told(made, tmp_path, weights):
    about, _ = told(made)
    line = refusal(sealed(tmp_path / "model", about, weights))
    assert f"{WEIGHTS}: " in line


@pytest.mark.parametrize("left", [0, 1, 8, 100, 0.5, -1])
def test_truncated_weights_are_told(made, tmp_path, left):
    about, weights = told(made)
    cut = weights[: int(len(weights) * left) if isinstance(left, float) else left]
    assert f"{WEIGHTS}: cannot be read" in refusal(sealed(tmp_path / "model", about, cut))


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("centre", lambda a: a[:-1], "must have the shape"),
        ("centre", lambda a: a[None], "that of no model"),
        ("centre", lambda a: a[:0], "that of no model"),
        ("weights", lambda a: a[:, :-1], "'weights' must have the shape"),
        ("weights", lambda a: a.astype(np.float32), "'weights' must be of float64"),
        ("weights", lambda a: a.astype(np.complex64), "'weights' must be of float64"),
        ("weights", lambda a: a * np.nan, "'weights' holds what is no number"),
        ("offsets", lambda a: a + np.inf, "'offsets' holds what is no number"),
        ("offsets", lambda a: a + 1e300, "'offsets' holds"),
        ("offsets", lambda a: np.concatenate([a, a]), "'offsets' must have the shape (3,)"),
        ("towards", lambda a: a.T, "'towards' must have the shape"),
        ("company", lambda a: a[0], "'company' must have the shape (3, 3)"),
        ("priors", lambda a: a * 0, "'priors' must be shares between 0 and 1"),
        ("priors", lambda a: a.astype(bool), "'priors' must be of float64"),
        ("words.rarity", lambda a: a[1:], "'words.rarity' must have the shape"),
        ("words.topics", lambda a: a[0], "that of no model"),
        ("letters.topics", lambda a: a.astype(np.float64), "must be of float32"),
        ("letters.topics", None, "'letters.topics' is missing"),
        ("company", None, "'company' is missing"),
    ],
)  # fmt: skip
def test_array_that_does_not_fit_is_named(made, tmp_path, name, change, reason):
    about, weights = told(made)
    arrays = load(weights)
    if change:
        arrays[name] = np.ascontiguousarray(change(arrays[name]))
    else:
        del arrays[name]
    line = refusal(sealed(tmp_path / "model", about, save(arrays)))
    assert f"{WEIGHTS}: " in line
    assert reason in line


def doubled(about):
    cards = [*about["cards"][:-1], about["cards"][0]]
    return {"cards": cards, "definitions": definitions_digest([CodeCard(**c) for c in cards])}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (doubled, "the code 'B' is there twice in 'cards'"),
        (lambda a: {"cards": a["cards"][:-1]}, "'with_code' must hold 2 whole numbers"),
        ({"cards": []}, "'cards' must be a list of objects, at least one"),
        (lambda a: {"cards": a["cards"][::-1]}, "'definitions' is not the digest of 'cards'"),
        ({"with_code": [40, 40, 400]}, "none above the 120 texts"),
        ({"with_code": [40, 40, True]}, "'with_code' must hold 3"),
        (lambda a: {"calibrator": {**a["calibrator"], "slopes": [1] * 5}}, "'slopes' must hold 1 to 4"),
        (lambda a: {"calibrator": {**a["calibrator"], "prior": 10**400}}, "'prior' must be a number"),
        ({"calibrator": None}, "'calibrator' must be an object"),
        (lambda a: {"terms": {**a["terms"], "sounds": ["a"]}}, "'terms' has 'sounds'"),
        (lambda a: {"terms": {**a["terms"], "words": []}}, "at least one"),
        (lambda a: {"terms": {**a["terms"], "words": a["terms"]["words"][:1] * 2}}, "none of them twice"),
        (lambda a: {"terms": {"words": a["terms"]["words"]}}, "'weights' must have the shape"),
        ({"certified": {"cut": 0.5}}, "'ticks' must be a whole number"),
        ({"metrics": {"map": 0.5}}, "'map' in 'metrics' must be an object"),
        ({"best_cut": "0.5"}, "'best_cut' must be a number"),
        ({"trained_on": [1]}, "'trained_on' must be a list of texts"),
        ({"kind": "other\nkind"}, "something else than a model"),
        ({"version": "19\n99"}, "made by version 19 99"),
    ],
)  # fmt: skip
def test_what_is_told_and_does_not_fit_is_named(made, tmp_path, change, reason):
    about, weights = told(made)
    changed = change(about) if callable(change) else change
    line = refusal(sealed(tmp_path / "model", {**about, **changed}, weights))
    assert reason in line


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is not JSON"), (b"[" * 100_000, "cannot be read"), (b"\xff", "holds no trained model"),
        (b'{"kind": NaN}', "NaN is no number of JSON"), (b'{"kind": ' + b"1" * 5000 + b"}", "cannot be read"),
        (b'{"kind": "\\ud800"}', "half of a pair"), (b"7", "something else"),
    ],
)  # fmt: skip
def test_json_that_cannot_be_read_is_told(made, tmp_path, content, reason):
    sealed(tmp_path, *told(made))
    (tmp_path / ABOUT).write_bytes(content)
    assert reason in refusal(tmp_path)


def places(value, path=()):
    """Yield the way to every part of what JSON holds, of long lists the first alone."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()  # fmt: skip
    for key, one in inner:
        yield from places(one, (*path, key))


def put(value, path, new):
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(copy[path[0]], path[1:], new)
    return copy


ODD: tuple = (
    None,
    True,
    -1,
    0,
    1.5,
    1e308,
    "",
    "x",
    [],
    [[]],
    {},
    {"a": 1},
    [None],
    [1, 2, 3, 4, 5],
)


def scores(folder, asked):
    """Return all scores for some texts, none where the folder is refused in one line."""
    try:
        model = CodeModel.load(folder, toy.encode)
    except ModelError as error:
        return [] if "\n" not in str(error) else [f"{error}"]
    return [one.score for proposal in model.propose(asked) for one in proposal.codes]


@pytest.mark.slow
def test_no_part_of_what_is_told_can_break_the_ranking(made, tmp_path):
    about, weights = told(made)
    for path in places(about):
        for odd in ODD if path else ():
            folder = sealed(tmp_path, put(about, path, odd), weights)
            assert all(0 <= one <= 1 for one in scores(folder, ["a car hit a wall"])), (
                path,
                odd,
            )


@pytest.mark.slow
def test_no_byte_of_the_weights_can_break_the_ranking(made, tmp_path):
    about, weights = told(made)
    chosen = random.Random(4)  # noqa: S311 - places, not secrets
    for _ in range(60):
        harmed = bytearray(weights)
        for _ in range(3):
            harmed[chosen.randrange(chosen.choice([900, len(weights)]))] = chosen.randrange(
                256
            )
        folder = sealed(tmp_path, about, bytes(harmed))
        assert all(0 <= one <= 1 for one in scores(folder, ["a car"]))


def test_order_of_the_kinds_of_terms_does_not_matter(made, tmp_path):
    """The digest does not see it, and the columns stand side by side in an order of their own."""
    about, weights = told(made)
    turned = {**about, "terms": dict(reversed(about["terms"].items()))}
    found = CodeModel.load(sealed(tmp_path, turned, weights), toy.encode)
    same = CodeModel.load(made, toy.encode)
    assert found.propose(["a car hit a wall"]) == same.propose(["a car hit a wall"])


def test_vectors_of_another_width_are_told(made):
    with pytest.raises(
        ModelError, match=r"vectors of 64 numbers, and the encoder at hand gives 2"
    ):
        CodeModel.load(made, lambda texts: [(1.0, 0.0)] * len(texts))


@pytest.mark.slow
def test_command_line_tells_it_in_one_line_and_ends_with_2(made, tmp_path, capsys):
    about, weights = told(made)
    arrays = load(weights)
    arrays["weights"] = arrays["weights"][:-1]
    model = sealed(tmp_path / "model", about, save(arrays))
    texts = tmp_path / "t.jsonl"
    texts.write_text('{"id": 1, "text": "a car"}')
    assert main(["propose", "--model", str(model), "--texts", str(texts)], io.StringIO()) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{model / WEIGHTS}: 'weights' must have the shape")
    assert line.endswith("Make the model anew with `fit`.")
