"""GGUF, version 3 (the file format of llama.cpp): plain values by name, then tensors.

Only what a control vector needs: values that are texts or numbers, tensors of one dimension
in 32 or 16 bits. Written little-endian, aligned to 32 bytes.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC, VERSION, ALIGNMENT = b"GGUF", 3, 32
# Number types by their code in the file, as `struct` names them.
NUMBERS = {
    0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d",
}  # fmt: skip
UINT32, TEXT, ARRAY = 4, 8, 9
FLOATS: dict[int, np.dtype[np.floating[Any]]] = {0: np.dtype("<f4"), 1: np.dtype("<f2")}
# No file may say that it holds more values or tensors than anybody writes.
LARGEST = 1_000_000

Value = str | int | float | bool
Vector = NDArray[np.float32]


def packed(values: Mapping[str, str | int], tensors: Mapping[str, Vector]) -> bytes:
    """Return a file of these values and of these tensors, each (n)."""
    parts = [MAGIC, struct.pack("<IQQ", VERSION, len(tensors), len(values))]
    for name, value in values.items():
        kind = TEXT if isinstance(value, str) else UINT32
        number = _text(value) if isinstance(value, str) else struct.pack("<I", value)
        parts += [_text(name), struct.pack("<I", kind), number]
    data: list[bytes] = []
    for name, tensor in tensors.items():
        told = struct.pack("<IQIQ", 1, len(tensor), 0, sum(map(len, data)))
        parts += [_text(name), told]
        data.append(_padded(tensor.astype("<f4").tobytes()))
    return _padded(b"".join(parts)) + b"".join(data)


def unpacked(data: bytes) -> tuple[dict[str, Value], dict[str, Vector]]:
    """Return the values and tensors of a file; anything else raises ValueError.

    Values that are arrays are passed over.
    """
    reader = _Reader(data)
    try:
        return reader.contents()
    except (struct.error, UnicodeDecodeError, OverflowError) as error:
        raise ValueError(f"the GGUF file is damaged: {error}") from error


@dataclass(slots=True)
class _Reader:
    data: bytes
    at: int = 0

    def contents(self) -> tuple[dict[str, Value], dict[str, Vector]]:
        if self.data[:4] != MAGIC:
            raise ValueError("it is no GGUF file")
        self.at = 4
        version, tensors, values = self.take("<IQQ")
        if version not in {2, VERSION} or max(tensors, values) > LARGEST:
            raise ValueError(f"it is GGUF of version {version}, which is not read here")
        told: dict[str, Value] = {}
        for _ in range(values):
            name = self.text()
            value = self.value(*self.take("<I"))
            if value is not None:
                told[name] = value
        places = [self.place() for _ in range(tensors)]
        alignment = int(told.get("general.alignment", ALIGNMENT))
        if alignment < 1:
            raise ValueError("the tensors are aligned to nothing")
        start = -(-self.at // alignment) * alignment
        return told, {place.name: place.read(self.data, start) for place in places}

    def take(self, form: str) -> tuple[int, ...]:
        found = struct.unpack_from(form, self.data, self.at)
        self.at += struct.calcsize(form)
        return found

    def text(self) -> str:
        [size] = self.take("<Q")
        found = self.data[self.at : self.at + size]
        if len(found) != size:
            raise ValueError("the GGUF file ends within a text")
        self.at += size
        return found.decode()

    def value(self, kind: int) -> Value | None:
        if kind == TEXT:
            return self.text()
        if kind == ARRAY:
            inner, count = self.take("<IQ")
            if count > LARGEST or inner == ARRAY:
                raise ValueError("the GGUF file holds an array that is not read here")
            for _ in range(count):
                self.value(inner)
            return None
        if kind not in NUMBERS:
            raise ValueError(f"the GGUF file holds a value of unknown type {kind}")
        [number] = self.take(f"<{NUMBERS[kind]}")
        return number

    def place(self) -> "_Place":
        name = self.text()
        [dimensions] = self.take("<I")
        if not 1 <= dimensions <= 4:
            raise ValueError(f"{name} has {dimensions} dimensions")
        shape = self.take(f"<{dimensions}Q")
        kind, offset = self.take("<IQ")
        return _Place(name, shape, kind, offset)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a tensor lies in the file's data."""

    name: str
    shape: tuple[int, ...]
    kind: int
    offset: int

    def read(self, data: bytes, start: int) -> Vector:
        if len(self.shape) != 1 or self.kind not in FLOATS:
            raise ValueError(f"{self.name} is no vector of 32 or 16 bit numbers")
        first, form = start + self.offset, FLOATS[self.kind]
        if first + self.shape[0] * form.itemsize > len(data):
            raise ValueError(f"the GGUF file ends within {self.name}")
        return np.frombuffer(data, form, self.shape[0], first).astype(np.float32)


def _text(words: str) -> bytes:
    encoded = words.encode()
    return struct.pack("<Q", len(encoded)) + encoded


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % ALIGNMENT)
