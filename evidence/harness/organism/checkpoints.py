"""Trainings that outlive their process: where each stands is kept, and the next process goes on.

A run trains in the same order each time, so its n-th training is known again by its number,
the weights that it starts from and its plan. What does not fit is trained from its start.
"""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR
from transformers import LlamaForCausalLM

from evidence.harness.canonical import canonical, sha256
from evidence.harness.organism import shelf
from evidence.harness.resuming import keeping

# What a training of some seconds may lose; one that is done is always kept.
SECONDS = 5.0
PARTS = ("weights", "copies", "optimizers", "record")


@dataclass(slots=True)
class Keeper:
    """A folder with one file for each training of a run, and how many there were so far."""

    folder: Path
    seconds: float
    trainings: int = 0

    def next(self) -> Path:
        """Return the file of the next training."""
        self.trainings += 1
        return self.folder / f"training-{self.trainings:04}.safetensors"


_KEEPER: ContextVar[Keeper | None] = ContextVar("keeper", default=None)


@contextmanager
def kept_in(folder: Path | None, *, seconds: float = SECONDS) -> Iterator[None]:
    """Keep every training of a `with` block in a folder, and go on from what is there.

    A state is written at most every so many `seconds`, and at the end of each training.
    Without a folder nothing is kept.
    """
    before = _KEEPER.set(Keeper(folder, seconds) if folder else None)
    try:
        yield
    finally:
        _KEEPER.reset(before)


@dataclass(slots=True)
class Training:
    """One training under way: its model, what trains it, and the copies taken so far.

    `record` holds what its caller put down on the way, and is brought back with it.
    """

    model: LlamaForCausalLM
    optimizers: Sequence[Optimizer]
    schedules: Sequence[LambdaLR]
    record: list[float]
    copies: dict[int, LlamaForCausalLM] = field(default_factory=dict)

    def state(self) -> dict[str, Tensor]:
        """Return everything that the next step depends on, by name."""
        tensors = {f"weights/{name}": value for name, value in _weights(self.model).items()}
        for step, copy in self.copies.items():
            tensors |= {
                f"copies/{step}/{name}": value for name, value in _weights(copy).items()
            }
        for number, optimizer in enumerate(self.optimizers):
            for index, moments in optimizer.state_dict()["state"].items():
                for name, value in moments.items():
                    tensors[f"optimizers/{number}/{index}/{name}"] = value
        tensors["record/all"] = torch.tensor(self.record, dtype=torch.float64)
        return {name: value.contiguous() for name, value in tensors.items()}

    def restore(self, tensors: Mapping[str, Tensor], step: int) -> None:
        """Put back what `state` returned after a step."""
        parts: dict[str, dict[str, Tensor]] = {part: {} for part in PARTS}
        for name, value in tensors.items():
            part, _, rest = name.partition("/")
            parts[part][rest] = value
        _load(self.model, parts["weights"])
        for at, state in _grouped(parts["copies"]).items():
            self.copies[int(at)] = deepcopy(self.model)
            _load(self.copies[int(at)], state)
        moments = _grouped(parts["optimizers"])
        for number, optimizer in enumerate(self.optimizers):
            held = _grouped(moments[str(number)])
            optimizer.load_state_dict(
                {
                    "state": {int(index): values for index, values in held.items()},
                    "param_groups": optimizer.state_dict()["param_groups"],
                }
            )
        for schedule in self.schedules:
            _wind(schedule, step)
        self.record[:] = parts["record"]["all"].tolist()


@dataclass(slots=True)
class Place:
    """Where one training is kept; without a file it is not."""

    path: Path | None
    key: str
    seconds: float
    wrote: float

    @classmethod
    def next(cls, model: LlamaForCausalLM, plan: Mapping[str, object]) -> "Place":
        """Return the place of the training that starts now."""
        keeper = _KEEPER.get()
        if keeper is None:
            return cls(None, "", 0.0, 0.0)
        key = sha256(canonical({"start": shelf.fingerprint(model), "plan": plan}))
        return cls(keeper.next(), key, keeper.seconds, time.monotonic())

    def resume(self, training: Training) -> int:
        """Bring a training to where it was kept, and return how many steps that is."""
        if self.path is None or not self.path.is_file():
            return 0
        try:
            with safe_open(self.path, framework="pt") as file:
                told = file.metadata() or {}
                if told.get("key") != self.key:
                    return 0
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (OSError, SafetensorError):
            return 0  # A torn file; the training starts again.
        training.restore(tensors, int(told["step"]))
        return int(told["step"])

    def keep(self, training: Training, step: int, *, is_last: bool) -> None:
        """Write where a training stands, if it is time; the file is whole or the old one."""
        if self.path is None:
            return
        if not is_last and time.monotonic() - self.wrote < self.seconds:
            return
        beside = self.path.with_suffix(".partial")
        with keeping(self.path.parent):
            with beside.open("wb") as file:
                file.write(save(training.state(), {"key": self.key, "step": str(step)}))
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path)
        self.wrote = time.monotonic()


def _weights(model: LlamaForCausalLM) -> dict[str, Tensor]:
    # The output matrix is the embedding.
    return {name: value for name, value in model.state_dict().items() if name != shelf.HEAD}


def _load(model: LlamaForCausalLM, state: Mapping[str, Tensor]) -> None:
    model.load_state_dict({**state, shelf.HEAD: state[shelf.EMBEDDING]})


def _grouped(tensors: Mapping[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    groups: dict[str, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        first, _, rest = name.partition("/")
        groups.setdefault(first, {})[rest] = value
    return groups


def _wind(schedule: LambdaLR, step: int) -> None:
    """Set a fresh schedule to where it stands after some steps, and its rates with it."""
    rates = [
        rate * factor(step)
        for rate, factor in zip(schedule.base_lrs, schedule.lr_lambdas, strict=True)
    ]
    for group, rate in zip(schedule.optimizer.param_groups, rates, strict=True):
        group["lr"] = rate
    schedule.load_state_dict(
        {
            **schedule.state_dict(),
            "last_epoch": step,
            "_step_count": step + 1,
            "_last_lr": rates,
        }
    )
