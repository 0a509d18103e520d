"""A steering vector in files that other tools read: GGUF (llama.cpp, repeng), safetensors.

Both name their tensors `direction.LAYER`, as repeng does; a layer is a decoder layer counted
from 0 whose output the vector is added to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from evidence.harness.errors import HarnessError
from evidence.harness.interop import gguf, places

Vector = NDArray[np.float32]

NAME = "direction."
ARCHITECTURE = "controlvector"
MODEL, COUNT = "controlvector.model_hint", "controlvector.layer_count"
GGUF, SAFETENSORS = ".gguf", ".safetensors"


@dataclass(frozen=True, slots=True)
class SteeringVector:
    """What is added to the outputs of some decoder layers, each (width), and of which model.

    `notes` are further words for a reader, kept in the file beside the vector.
    """

    model: str
    directions: Mapping[int, Vector]
    notes: Mapping[str, str]

    def __post_init__(self) -> None:
        widths = {vector.shape for vector in self.directions.values()}
        if len(widths) != 1 or len(next(iter(widths))) != 1:
            raise HarnessError("A steering vector has layers of one width, and one at least.")
        if not all(np.isfinite(vector).all() for vector in self.directions.values()):
            raise HarnessError("The steering vector holds numbers that are none.")


def write(vector: SteeringVector, path: Path) -> None:
    """Write a vector in the format that the path's ending names."""
    form = {GGUF: _to_gguf, SAFETENSORS: _to_safetensors}.get(path.suffix)
    if form is None:
        raise HarnessError(f"{path} ends neither in {GGUF} nor in {SAFETENSORS}; name one.")
    places.write(path, form(vector))


def read(path: Path) -> SteeringVector:
    """Read a vector in either format; a file that holds none raises HarnessError."""
    try:
        if path.suffix == GGUF:
            return _from_gguf(path.read_bytes())
        return _from_safetensors(path)
    except FileNotFoundError as error:
        # That of safetensors has no `strerror`.
        raise HarnessError(f"There is no file {path}; name one.") from error
    except OSError as error:
        raise HarnessError(
            f"{path} cannot be read ({error.strerror or error}); name a file."
        ) from error
    except (ValueError, KeyError, SafetensorError) as error:
        raise HarnessError(f"{path} holds no steering vector: {error}") from error


def _to_gguf(vector: SteeringVector) -> bytes:
    # llama.cpp has no place for a vector after the first layer.
    if 0 in vector.directions:
        raise HarnessError("GGUF has no steering vector for layer 0; write safetensors.")
    told: dict[str, str | int] = {
        "general.architecture": ARCHITECTURE,
        MODEL: vector.model,
        COUNT: len(vector.directions),
        **vector.notes,
    }
    return gguf.packed(told, _named(vector))


def _from_gguf(data: bytes) -> SteeringVector:
    told, tensors = gguf.unpacked(data)
    if told.get("general.architecture") != ARCHITECTURE:
        raise ValueError(f"it is a GGUF file of {told.get('general.architecture')}")
    notes = {
        name: value
        for name, value in told.items()
        if isinstance(value, str) and name not in {"general.architecture", MODEL}
    }
    return SteeringVector(str(told.get(MODEL, "")), _by_layer(tensors), notes)


def _to_safetensors(vector: SteeringVector) -> bytes:
    return save(_named(vector), metadata={MODEL: vector.model, **vector.notes})


def _from_safetensors(path: Path) -> SteeringVector:
    with safe_open(path, framework="numpy") as file:
        notes = dict(file.metadata() or {})
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    return SteeringVector(notes.pop(MODEL, ""), _by_layer(tensors), notes)


def _named(vector: SteeringVector) -> dict[str, Vector]:
    return {
        f"{NAME}{layer}": np.ascontiguousarray(direction, dtype=np.float32)
        for layer, direction in sorted(vector.directions.items())
    }


def _by_layer(tensors: Mapping[str, Vector]) -> dict[int, Vector]:
    return {
        int(name.removeprefix(NAME)): tensor.astype(np.float32)
        for name, tensor in tensors.items()
        if name.startswith(NAME)
    }
