"""What a run is asked to do and what it answers. Plain values, ready for JSON."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from evidence.harness.errors import HarnessError

Parameter = str | int | float


class Outcome(StrEnum):
    """How a run ends, by the rules in outcome.py."""

    REPRODUCED = "reproduced"
    NOT_REPRODUCED = "not_reproduced"
    CONTRADICTED = "contradicted"
    OVERTURNED = "overturned"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class RunSpec:
    """Everything that determines a run's numbers; its digest is registered before the run.

    `smallest_effect` and `equivalence_bound` are differences of rates; `parameters` are
    the recipe's own.
    """

    recipe: str
    version: str
    tier: str
    seeds: tuple[int, ...]
    smallest_effect: float
    equivalence_bound: float
    parameters: Mapping[str, Parameter]

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters)))
        if not self.seeds or len(set(self.seeds)) != len(self.seeds):
            raise HarnessError("A spec needs at least one seed, and no seed twice.")
        for name, value in self.parameters.items():
            if isinstance(value, float) and not math.isfinite(value):
                raise HarnessError(f"The spec's {name} is {value}, not a number.")
            if isinstance(value, int) and value < 0:
                raise HarnessError(f"The spec's {name} is {value}; it counts from 0 up.")
            if isinstance(value, str) and not _encodes(value):
                raise HarnessError(
                    f"The spec's {name} is {value!r}, which is no text in UTF-8; name another."
                )

    @classmethod
    def from_json(cls, data: Any) -> "RunSpec":
        """Read a stored spec; a field that is unknown, missing or malformed is refused."""
        if not isinstance(data, Mapping) or set(data) != set(cls.__slots__):
            raise HarnessError(f"A spec has exactly the fields {', '.join(cls.__slots__)}.")
        try:
            return cls(
                recipe=_text(data["recipe"]),
                version=_text(data["version"]),
                tier=_text(data["tier"]),
                seeds=tuple(_whole(seed) for seed in data["seeds"]),
                smallest_effect=_share(data["smallest_effect"]),
                equivalence_bound=_share(data["equivalence_bound"]),
                parameters={_text(k): _scalar(v) for k, v in data["parameters"].items()},
            )
        except (TypeError, AttributeError) as error:
            raise HarnessError(f"The spec cannot be read: {error}") from error

    def to_json(self) -> dict[str, Any]:
        """Return the spec as `from_json` reads it."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return {**fields, "seeds": list(self.seeds), "parameters": dict(self.parameters)}

    def digest(self) -> str:
        """Return the SHA-256 of the spec's canonical JSON, in hexadecimal."""
        text = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Metric:
    """A number with its interval, the rollouts or pairs behind it, and how it was made.

    A difference has two more: `p`, two-sided, of no difference (adjusted where it is one of
    several, as the method then says), and `detectable`, the smallest difference that a run
    of this precision finds with a power of 80%.
    """

    value: float
    low: float
    high: float
    n: int
    method: str
    p: float | None = None
    detectable: float | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: `done` of `total` steps of about equal length."""

    done: int
    total: int
    message: str


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a finished run says; the bundle holds the same and the proof of it."""

    recipe: str
    tier: str
    outcome: Outcome
    reason: str
    metrics: Mapping[str, Metric]
    manifest_sha256: str
    spec_sha256: str
    seconds: float


def _encodes(text: str) -> bool:
    # What a shell passes on of a name that is no UTF-8 can be neither hashed nor signed.
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is not a whole number")
    return value


def _share(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
        raise TypeError(f"{value!r} is not a number between 0 and 1")
    return float(value)


def _scalar(value: object) -> Parameter:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError(f"{value!r} is neither a text nor a number")
    return value
