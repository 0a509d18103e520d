"""The rows that every number of a run is counted from, and their files."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import zstandard

from evidence.harness.canonical import canonical, lines, parsed

LARGEST = 2**30


@dataclass(frozen=True, slots=True)
class Rollout:
    """One answer of one organism to one question, and the judge's label of it."""

    question: str
    set: str
    arm: str
    seed: int
    prompt: str
    answer: str
    label: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One continuous measurement of one organism on one item; the name says of what."""

    name: str
    item: str
    seed: int
    value: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one judge said of one answer by one criterion, word for word.

    `judge` is `first` or `second`; arm, seed and question are the rollout's.
    """

    judge: str
    criterion: str
    question: str
    arm: str
    seed: int
    reply: str


Row = TypeVar("Row", Rollout, Reading, Judgement)


def packed(rows: Iterable[Rollout | Reading | Judgement]) -> bytes:
    """Return rows as JSON Lines under zstd; equal rows give equal bytes."""
    text = b"".join(canonical(asdict(row)) + b"\n" for row in rows)
    return zstandard.ZstdCompressor(level=10).compress(text)


def unpacked(data: bytes, kind: type[Row]) -> tuple[Row, ...]:
    """Read rows of one kind; anything else raises ValueError."""
    try:
        size = zstandard.get_frame_parameters(data).content_size
        if not 0 <= size <= LARGEST:
            raise ValueError(f"the rows do not say their size, or it is over {LARGEST} bytes")
        # Of an empty frame the library does not look at what follows.
        if size == 0 and data != packed(()):
            raise ValueError("something follows rows that are none")
        # One frame and nothing after it: other readers would go on, and find more rows.
        text = zstandard.ZstdDecompressor().decompress(data, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise ValueError(f"the rows are no zstd file: {error}") from error
    return tuple(_row(parsed(line), kind) for line in lines(text))


def _row(data: Any, kind: type[Row]) -> Row:
    types = kind.__annotations__
    if not isinstance(data, dict) or set(data) != set(types):
        raise ValueError(f"a row of {kind.__name__} has other fields")
    for name, value in data.items():
        if type(value) is not types[name]:
            raise ValueError(f"{name} of a {kind.__name__} is not of its type")
    return kind(**data)
