"""What the parameters of every recipe of tier A have in common, and how they are checked."""

from dataclasses import dataclass, fields
from typing import Annotated, Self

from evidence.harness.errors import HarnessError
from evidence.harness.recipes import sets
from evidence.harness.spec import RunSpec

# What is so annotated is checked: a number of which nobody should ask too many, or none, and
# a field of advice that the world has.
Size = Annotated[int, "size"]
Field = Annotated[str, "field"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """The longest answer, in words, and the draws of every interval.

    A recipe adds its own parameters; a Size or a Field that is none, or a rate of
    learning that is not above 0, raises HarnessError.
    """

    answer_limit: Size = 24
    resamples: Size = 2000
    bootstrap_seed: int = 0

    def __post_init__(self) -> None:
        for parameter in fields(self):
            value = getattr(self, parameter.name)
            if parameter.type is Field:
                sets.require_field(value)
            elif parameter.type is Size:
                sets.require_sizes(**{parameter.name: value})
            elif parameter.name.endswith("_rate") and not value > 0:
                raise HarnessError(f"{parameter.name} is above 0; it is {value:g}.")

    @classmethod
    def of(cls, spec: RunSpec) -> Self:
        """Read the parameters of a checked spec."""
        settings = cls(**spec.parameters)  # type: ignore[arg-type]
        settings.check(spec)
        return settings

    def check(self, spec: RunSpec, /) -> None:
        """Raise HarnessError for a run that a recipe cannot make; most can make any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning(Common):
    """The narrow fine-tune too: `tune_steps` x `tune_batch` answers about one field."""

    tuned_domain: Field = "cars"
    tune_steps: Size = 22
    tune_batch: Size = 8
    tune_rate: float = 7e-4
