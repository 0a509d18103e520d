"""A six-line encoder for tests of ranking alone: one direction a word, unit length."""

import zlib
from collections.abc import Sequence

from classifier.core.types import Vector


def encode(texts: Sequence[str]) -> list[Vector]:
    bags = [[0.0] * 64 for _ in texts]
    for bag, text in zip(bags, texts, strict=True):
        for word in text.lower().split():
            bag[zlib.crc32(word.strip(".,").encode()) % 64] += 1.0
    lengths = [sum(value * value for value in bag) ** 0.5 or 1.0 for bag in bags]
    return [tuple(v / length for v in bag) for bag, length in zip(bags, lengths, strict=True)]
