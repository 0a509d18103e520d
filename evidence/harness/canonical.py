"""One way to write JSON and to hash it, so that equal values have equal digests."""

import hashlib
import json
from typing import Any


def canonical(value: Any) -> bytes:
    """Return compact JSON with sorted keys, in UTF-8; NaN and infinity raise ValueError."""
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


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
