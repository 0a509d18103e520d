"""Arithmetic on unit vectors, in plain Python: a check compares a few hundred of them."""

import math
from collections.abc import Sequence
from operator import mul

from classifier.core.types import Vector


def cosine(left: Vector, right: Vector) -> float:
    """Return the cosine of two unit vectors."""
    return float(sum(map(mul, left, right)))


def mean(vectors: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """Return the mean, not scaled to unit length."""
    return tuple(sum(column) / len(vectors) for column in zip(*vectors, strict=True))


def unit(values: Sequence[float]) -> Vector:
    """Scale to unit length; a vector of zeros stays one."""
    length = math.hypot(*values) or 1.0
    return tuple(value / length for value in values)


def pooled(vectors: Sequence[Vector]) -> Vector:
    """Return the unit vector in the direction of the mean."""
    return vectors[0] if len(vectors) == 1 else unit(mean(vectors))


def centred(vector: Vector, centre: Sequence[float]) -> Vector:
    """Return the unit vector of the difference: what sets a text apart from the centre."""
    return unit([value - middle for value, middle in zip(vector, centre, strict=True)])
