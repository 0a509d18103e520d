"""One way to write JSON and to hash it, so that equal values have equal digests."""

import hashlib
import json
import math
from typing import Any, NoReturn


def canonical(value: Any) -> bytes:
    """Return compact JSON with sorted keys, in UTF-8; NaN and infinity raise ValueError."""
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def parsed(text: bytes | str) -> Any:
    """Return what JSON in UTF-8 says, where every reader finds the same in it.

    A name twice in one object, NaN, infinity, and a number that is too large for a float
    raise ValueError.
    """
    if isinstance(text, bytes):
        text = text.decode()
    return _STRICT.decode(text)


def sha256(data: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def lines(data: bytes) -> list[bytes]:
    """Return lines without their ends; text after the last end raises ValueError.

    A line feed alone ends a line: JSON may hold every other character that ends one in a text.
    """
    *whole, rest = data.split(b"\n")
    if rest:
        raise ValueError("the last line has no end")
    return whole


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _finite(text: str) -> float:
    if not math.isfinite(value := float(text)):
        raise ValueError(f"{text} is no number that can be told")
    return value


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_STRICT = json.JSONDecoder(
    object_pairs_hook=_once, parse_float=_finite, parse_constant=_refused
)
