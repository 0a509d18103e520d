"""Read a log of Inspect (inspect_ai, `.eval`, log version 2) as rows that can be counted."""

import json
import struct
import zipfile
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import zstandard

from evidence.harness.errors import HarnessError
from evidence.harness.interop.inspect_writing import HEADER, VERSION
from evidence.harness.rollouts import Rollout

# How a zip names what zstd packed, and the length of the fixed part of an entry's header.
ZSTD, HEAD = 93, 30
# No sample of a log is larger than this, whatever the log says of itself.
LARGEST = 2**28


def read(path: Path, *, seed: int = 0) -> tuple[Rollout, ...]:
    """Return the answers of a log, the first scorer's values as labels.

    The arm is the model's name; question and set are those of a sample's metadata, or else its
    id and the dataset's name. Samples of several epochs have their number in the question's id, as `ID/EPOCH`. A
    file that is no finished log raises HarnessError.
    """
    try:
        files = _unpacked(path.read_bytes())
        header = _header(files)
        samples = [json.loads(files[name]) for name in files if name.startswith("samples/")]
        return tuple(_rollout(header["eval"], sample, seed) for sample in _ordered(samples))
    except OSError as error:
        raise HarnessError(
            f"{path} cannot be read ({error.strerror}); name a log of Inspect."
        ) from error
    except (
        zipfile.BadZipFile,
        zstandard.ZstdError,
        struct.error,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
    ) as error:
        raise HarnessError(f"{path} cannot be read as a log of Inspect: {error}") from error


def _header(files: Mapping[str, bytes]) -> Any:
    header = json.loads(files[HEADER])
    if header["version"] != VERSION or header["status"] != "success":
        raise ValueError(
            f"it is a log of version {header['version']} that ended with "
            f"{header['status']!r}; finished ones of version {VERSION} are read"
        )
    return header


def _rollout(told: Mapping[str, Any], sample: Mapping[str, Any], seed: int) -> Rollout:
    scores = sample.get("scores") or {}
    if not scores:
        raise ValueError(f"sample {sample['id']} has no score")
    kept = sample.get("attachments") or {}
    answer = sample["output"]["choices"][0]["message"]["content"]
    several = (told.get("config") or {}).get("epochs") or 1
    metadata = sample.get("metadata") or {}
    question = str(metadata.get("question") or sample["id"])
    return Rollout(
        question=f"{question}/{sample['epoch']}" if several > 1 else question,
        set=str(metadata.get("set") or told["dataset"].get("name") or ""),
        arm=str(told["model"]),
        seed=seed,
        prompt=_text(sample["input"], kept),
        answer=_text(answer, kept),
        label=str(next(iter(scores.values()))["value"]),
    )


def _text(content: Any, kept: Mapping[str, str]) -> str:
    """Return the words of a text, of a message's parts or of several messages."""
    if isinstance(content, str):
        return kept.get(content.removeprefix("attachment://"), content)
    return "\n".join(
        _text(part.get("text") or part.get("content") or "", kept)
        for part in content
        if part.get("type", "text") == "text"
    )


def _ordered(samples: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(samples, key=lambda sample: (str(sample["id"]), sample["epoch"]))


def _unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        found = {}
        for entry in archive.infolist():
            if entry.file_size > LARGEST:
                raise ValueError(f"{entry.filename} is larger than {LARGEST} bytes")
            if entry.compress_type == ZSTD:
                found[entry.filename] = _unzstd(data, entry)
            else:
                found[entry.filename] = archive.read(entry)
        return found


def _unzstd(data: bytes, entry: zipfile.ZipInfo) -> bytes:
    """Return an entry that is packed with zstd, perhaps in several frames."""
    name, extra = struct.unpack_from("<HH", data, entry.header_offset + HEAD - 4)
    start = entry.header_offset + HEAD + name + extra
    packed = BytesIO(data[start : start + entry.compress_size])
    with zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True) as file:
        return file.read(entry.file_size + 1)
