import struct
from pathlib import Path

import numpy as np
import pytest

from evidence.harness.errors import HarnessError
from evidence.harness.interop import gguf, vectors
from evidence.harness.interop.vectors import SteeringVector

WRITTEN = Path(__file__).with_name("written") / "vector.gguf"
VECTOR = SteeringVector(
    "llama",
    {1: np.linspace(-1, 1, 7, dtype=np.float32), 12: np.full(7, 3.5, dtype=np.float32)},
    {"butfor.seed": "0"},
)


def same(one, other):
    assert (one.model, one.notes, set(one.directions)) == (
        other.model,
        other.notes,
        set(other.directions),
    )
    for layer, direction in one.directions.items():
        assert direction.dtype == np.float32
        assert np.array_equal(direction, other.directions[layer])


@pytest.mark.parametrize("name", ["vector.gguf", "vector.safetensors"])
def test_what_is_written_is_read_again(tmp_path, name):
    vectors.write(VECTOR, tmp_path / name)
    same(vectors.read(tmp_path / name), VECTOR)


def test_a_vector_that_gguf_wrote_is_read():
    found = vectors.read(WRITTEN)
    assert found.model == "llama"
    assert np.array_equal(found.directions[1], np.arange(5, dtype=np.float32))
    assert np.array_equal(found.directions[2], 2 * np.arange(5, dtype=np.float32))


@pytest.mark.filterwarnings("ignore")
def test_gguf_itself_reads_our_vectors(tmp_path):
    library = pytest.importorskip("gguf", reason="gguf is not installed")
    vectors.write(VECTOR, tmp_path / "vector.gguf")
    reader = library.GGUFReader(tmp_path / "vector.gguf")
    assert reader.get_field("general.architecture").contents() == "controlvector"
    assert reader.get_field("controlvector.layer_count").contents() == 2
    found = {tensor.name: np.array(tensor.data) for tensor in reader.tensors}
    assert set(found) == {"direction.1", "direction.12"}
    assert np.array_equal(found["direction.12"], VECTOR.directions[12])


def test_the_first_layer_has_no_place_in_gguf(tmp_path):
    first = SteeringVector("llama", {0: VECTOR.directions[1]}, {})
    vectors.write(first, tmp_path / "first.safetensors")
    with pytest.raises(HarnessError, match="layer 0"):
        vectors.write(first, tmp_path / "first.gguf")


@pytest.mark.parametrize("size", [0, 3, 20, 60, 200, 390])
def test_a_cut_file_is_one_clear_line(tmp_path, size):
    (tmp_path / "cut.gguf").write_bytes(WRITTEN.read_bytes()[:size])
    with pytest.raises(HarnessError, match="holds no steering vector"):
        vectors.read(tmp_path / "cut.gguf")


@pytest.mark.parametrize("name", ["none", "none.gguf", "none.safetensors"])
def test_a_missing_file_is_told_as_missing(tmp_path, name):
    with pytest.raises(HarnessError, match=f"There is no file .*{name}; name one"):
        vectors.read(tmp_path / name)


@pytest.mark.parametrize("name", ["folder.gguf", "folder.safetensors"])
def test_a_folder_is_no_vector(tmp_path, name):
    (tmp_path / name).mkdir()
    with pytest.raises(HarnessError, match=r"cannot be read \((?!None)"):
        vectors.read(tmp_path / name)


def test_no_file_makes_us_read_what_it_does_not_hold():
    huge = gguf.MAGIC + struct.pack("<IQQ", 3, 2**60, 0)
    with pytest.raises(ValueError, match="version"):
        gguf.unpacked(huge)
    array = gguf.MAGIC + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1) + b"a"
    with pytest.raises(ValueError, match="array"):
        gguf.unpacked(array + struct.pack("<IIQ", 9, 4, 2**60))


def test_what_is_no_vector_is_refused(tmp_path):
    for directions in ({}, {1: np.zeros(2), 2: np.zeros(3)}, {1: np.array([np.nan])}):
        with pytest.raises(HarnessError):
            SteeringVector("llama", directions, {})
    with pytest.raises(HarnessError, match="ends neither"):
        vectors.write(VECTOR, tmp_path / "vector.pt")
    vectors.write(VECTOR, tmp_path / "vector.gguf")
    with pytest.raises(HarnessError, match="there already"):
        vectors.write(VECTOR, tmp_path / "vector.gguf")
    (tmp_path / "other.gguf").write_bytes(gguf.packed({"general.architecture": "llama"}, {}))
    with pytest.raises(HarnessError, match="GGUF file of llama"):
        vectors.read(tmp_path / "other.gguf")
