"""What a run keeps while it works, so that it goes on after it was killed.

Files are replaced whole. A run without a place for them keeps none.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from evidence.harness.resuming import keeping
from evidence.harness.rollouts import Judgement, Reading, Rollout, packed, unpacked

STEP = "step"
# What was answered in an arm, what judges said of it, and what was read off its weights.
Answers = tuple[tuple[Rollout, ...], tuple[Judgement, ...], tuple[Reading, ...]]


@dataclass(frozen=True, slots=True)
class Training:
    """The tensors of a fine-tune after some steps."""

    step: int
    tensors: Mapping[str, Tensor]


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """One folder for one spec; None keeps nothing."""

    folder: Path | None

    def training(self, name: str) -> Training | None:
        """Return how far a fine-tune came, or None; a damaged file counts as none."""
        if self.folder is None:
            return None
        try:
            with safe_open(_path(self.folder, f"{name}.safetensors"), framework="pt") as file:
                step = int(file.metadata()[STEP])
                return Training(step, {key: file.get_tensor(key) for key in file.keys()})  # noqa: SIM118
        except (OSError, SafetensorError, KeyError, TypeError, ValueError):
            return None

    def keep_training(self, name: str, training: Training) -> None:
        """Replace what is kept of a fine-tune."""
        data = save(dict(training.tensors), metadata={STEP: str(training.step)})
        self._replace(f"{name}.safetensors", data)

    def answers(self, name: str) -> Answers | None:
        """Return what is kept of an arm, or None."""
        if self.folder is None:
            return None
        try:
            return (
                unpacked(_path(self.folder, f"{name}.rollouts").read_bytes(), Rollout),
                unpacked(_path(self.folder, f"{name}.judgements").read_bytes(), Judgement),
                unpacked(_path(self.folder, f"{name}.readings").read_bytes(), Reading),
            )
        except (OSError, ValueError):
            return None

    def keep_answers(self, name: str, answers: Answers) -> None:
        """Replace what is kept of an arm; the rollouts come last and count."""
        rollouts, judgements, readings = answers
        self._replace(f"{name}.readings", packed(readings))
        self._replace(f"{name}.judgements", packed(judgements))
        self._replace(f"{name}.rollouts", packed(rollouts))

    def _replace(self, name: str, data: bytes) -> None:
        if self.folder is None:
            return
        path = _path(self.folder, name)
        aside = path.with_name(f"{path.name}.new")
        with keeping(self.folder):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with aside.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)


def _path(folder: Path, name: str) -> Path:
    return folder / f"arm-{name.replace('/', '_')}"
