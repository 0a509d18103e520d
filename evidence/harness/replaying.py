"""Make a run again from its bundle and compare: what it says must come out a second time."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from evidence.harness import provenance
from evidence.harness.errors import HarnessError, RunCancelledError
from evidence.harness.findings import (
    FailsError,
    Finding,
    Status,
    UncheckedError,
    Verification,
    concluded,
    tried,
)
from evidence.harness.opened import Opened
from evidence.harness.outcome import decide
from evidence.harness.recipes.recipe import Evidence
from evidence.harness.rollouts import Reading, Rollout
from evidence.harness.spec import Metric, Progress
from evidence.harness.verification import verify
from evidence.harness.watch import Watch

# A run's numbers are computed by these; other versions may round or sum otherwise.
COMPUTING = ("numpy", "torch", "transformers")


@dataclass(frozen=True, slots=True)
class _Replayed:
    opened: Opened
    evidence: Evidence
    metrics: Mapping[str, Metric]


def replay(
    folder: Path,
    *,
    progress: Callable[[Progress], None],
    cancelled: Callable[[], bool],
    trusted_key: str | None = None,
) -> Verification:
    """Verify a bundle, run its spec again and compare everything that was measured.

    On the same build (libraries that compute, system and processor) every organism,
    rollout and reading must be equal. Elsewhere every number must agree within the
    tolerance that was registered with the spec. Nothing is written.
    """
    found = verify(folder, trusted_key=trusted_key)
    if found.status is not Status.HOLDS:
        return found
    opened = Opened(folder, trusted_key)
    try:
        evidence = opened.recipe.execute(opened.spec, Watch(progress, cancelled))
    except RunCancelledError:
        raise
    except HarnessError as error:
        return concluded([Finding("run", Status.UNCHECKED, str(error))])
    return compared(opened, evidence)


def compared(opened: Opened, evidence: Evidence) -> Verification:
    """Hold what was measured a second time against a bundle that was verified."""
    metrics = opened.recipe.count(opened.spec, evidence.rollouts, evidence.readings)
    replayed = _Replayed(opened, evidence, metrics)
    names = EQUAL if same_build(opened.predicate) else CLOSE
    return concluded([tried(name, partial(CHECKS[name], replayed)) for name in names])


def same_build(predicate: Mapping[str, Any]) -> bool:
    """Return whether this process computes as the run's did, to the last bit."""
    here, there = provenance.libraries(), predicate["libraries"]
    return provenance.machine() == predicate["machine"] and all(
        here[name] == there.get(name) for name in COMPUTING
    )


def _same_materials(replayed: _Replayed) -> None:
    if dict(replayed.evidence.materials) != replayed.opened.predicate["materials"]:
        raise UncheckedError("the run was made from other materials than those at hand")


def _same_organisms(replayed: _Replayed) -> None:
    there = replayed.opened.predicate["organisms"]
    for name, digest in replayed.evidence.organisms.items():
        if there.get(name) != digest:
            raise FailsError(f"{name} has other weights when it is made again")


def _same_rollouts(replayed: _Replayed) -> None:
    _require_equal(replayed.opened.rollouts, replayed.evidence.rollouts)


def _same_readings(replayed: _Replayed) -> None:
    _require_equal(replayed.opened.readings, replayed.evidence.readings)


def _close_metrics(replayed: _Replayed) -> None:
    tolerance = replayed.opened.recipe.tolerance
    for name, here in replayed.metrics.items():
        there = replayed.opened.metrics[name]
        pairs = ((there.value, here.value), (there.low, here.low), (there.high, here.high))
        if any(abs(one - other) > tolerance * max(1.0, abs(one)) for one, other in pairs):
            raise FailsError(
                f"{name} was {there.value} [{there.low}, {there.high}], comes out as "
                f"{here.value} [{here.low}, {here.high}]; the tolerance is {tolerance}"
            )


def _same_outcome(replayed: _Replayed) -> None:
    opened = replayed.opened
    verdict = decide(opened.recipe.rules(opened.spec), replayed.metrics)
    if verdict.outcome != opened.predicate["outcome"]:
        raise FailsError(f"it comes out as {verdict.outcome}: {verdict.reason}")


CHECKS: Mapping[str, Callable[[_Replayed], None]] = {
    "materials": _same_materials,
    "organisms": _same_organisms,
    "rollouts": _same_rollouts,
    "readings": _same_readings,
    "numbers": _close_metrics,
    "outcome": _same_outcome,
}
EQUAL = ("materials", "organisms", "rollouts", "readings", "outcome")
CLOSE = ("materials", "numbers", "outcome")


def _require_equal(
    there: tuple[Rollout, ...] | tuple[Reading, ...],
    here: tuple[Rollout, ...] | tuple[Reading, ...],
) -> None:
    if there == here:
        return
    missing = Counter(there) - Counter(here)
    example = next(iter(missing), None)
    raise FailsError(
        f"{missing.total()} of {len(there)} come out otherwise, such as {example}"
        if example
        else "the same rows come in another order"
    )
