"""A bundle as `verify` and `replay` read it: one part at a time, when it is first needed."""

import os
import stat
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from evidence.harness import bundle, signing
from evidence.harness.canonical import lines, parsed
from evidence.harness.findings import FailsError, UncheckedError
from evidence.harness.ledger import Entry
from evidence.harness.recipes import TIERS
from evidence.harness.recipes.recipe import Recipe, Slot
from evidence.harness.rollouts import Judgement, Reading, Rollout, unpacked
from evidence.harness.spec import Metric, RunSpec
from evidence.harness.world import world as worlds

# A run's rows are a few megabytes when packed; what is larger was not made by the harness.
LARGEST = 2**28


def require_files(folder: Path) -> None:
    """Raise FailsError where a folder holds anything but files of a size that can be read.

    Nothing is opened: a pipe never ends, a device may, and a link leads out of the bundle.
    """
    for path in sorted(folder.iterdir()):
        _require_file(path.name, path.lstat())


def read(folder: Path, name: str) -> bytes:
    """Return a file of a bundle; a link raises OSError, what else is no file FailsError."""
    # Without waiting for the other end of a pipe.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(folder / name, flags)
    try:
        _require_file(name, os.fstat(descriptor))
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(LARGEST)
    finally:
        os.close(descriptor)


def _require_file(name: str, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise FailsError(f"{name} is not a regular file")
    if found.st_size > LARGEST:
        raise FailsError(f"{name} is larger than {LARGEST} bytes, which no file of a run is")


class Opened:
    """A bundle's parts, read when they are first needed; a malformed one raises ValueError."""

    def __init__(self, folder: Path, trusted_key: str | None) -> None:
        self.folder = folder
        self.trusted_key = trusted_key

    def read(self, name: str) -> bytes:
        return read(self.folder, name)

    @cached_property
    def statement(self) -> dict[str, Any]:
        data = parsed(self.read(bundle.MANIFEST))
        if not isinstance(data, dict) or not isinstance(data.get("predicate"), dict):
            raise ValueError("the manifest is no statement")  # noqa: TRY004  # content
        return data

    @property
    def predicate(self) -> dict[str, Any]:
        found: dict[str, Any] = self.statement["predicate"]
        return found

    @cached_property
    def key(self) -> Ed25519PublicKey:
        return signing.read_public(self.read(bundle.KEY))

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(Entry.from_line(line) for line in lines(self.read(bundle.LEDGER)))

    @cached_property
    def spec(self) -> RunSpec:
        return RunSpec.from_json(self.predicate["spec"])

    @cached_property
    def recipe(self) -> Recipe:
        recipe = TIERS.get(self.spec.tier, {}).get(self.spec.recipe)
        if recipe is None or recipe.version != self.spec.version:
            raise UncheckedError(
                f"this code does not know {self.spec.recipe} version {self.spec.version} "
                f"of tier {self.spec.tier}"
            )
        recipe.check(self.spec)
        if recipe.judged is None:
            self.require_same_world()
        return recipe

    def require_same_world(self) -> None:
        if self.predicate["materials"]["world"] != worlds.digest():
            raise UncheckedError("the run was judged by another version of the world")

    @cached_property
    def slots(self) -> list[Slot]:
        return self.recipe.slots(self.spec)

    @cached_property
    def rollouts(self) -> tuple[Rollout, ...]:
        return unpacked(self.read(bundle.ROLLOUTS), Rollout)

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        return unpacked(self.read(bundle.READINGS), Reading)

    @cached_property
    def judgements(self) -> tuple[Judgement, ...]:
        """What judges said; none in tier A, where the world itself decides."""
        if self.spec.tier == "A":
            return ()
        return unpacked(self.read(bundle.JUDGEMENTS), Judgement)

    @cached_property
    def metrics(self) -> dict[str, Metric]:
        return self.recipe.count(self.spec, self.rollouts, self.readings)
