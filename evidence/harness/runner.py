"""Run a spec: register it, measure, seal the bundle. The whole public interface of a run."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from evidence.harness import bundle
from evidence.harness.home import Home
from evidence.harness.ledger import Kind
from evidence.harness.recipes import find
from evidence.harness.sealing import registered, seal
from evidence.harness.spec import Progress, RunResult, RunSpec
from evidence.harness.watch import Clock, Watch

CHECKPOINTS = "checkpoints"


def run(
    spec: RunSpec,
    *,
    out: Path,
    home: Path,
    progress: Callable[[Progress], None],
    cancelled: Callable[[], bool],
) -> RunResult:
    """Run a spec and leave its bundle in `out`, which must be new or empty.

    The spec and the rules of its outcome enter the home's ledger before anything is
    measured. A run that is cancelled (RunCancelledError) or fails leaves no bundle, but
    its registration stays, followed by an entry that it was abandoned. A recipe that takes
    long may keep checkpoints in the home, from which the next run of this spec goes on.
    """
    recipe = find(spec.recipe, spec.tier)
    recipe.check(spec)
    checkpoints = home / CHECKPOINTS / spec.digest()
    watch = Watch(progress, cancelled, checkpoints=checkpoints)
    with bundle.reserved(out) as folder:
        desk = Home.at(home)
        registration = desk.ledger.append(Kind.REGISTRATION, registered(recipe, spec))
        clock = Clock.started()
        try:
            evidence = recipe.execute(spec, watch)
            watch.check()
            sealed = seal(folder, desk, registration, recipe, spec, evidence, clock)
        except BaseException as error:
            # A full disk may refuse this entry too; the error itself must reach the caller.
            with suppress(OSError):
                why = {"registration": registration.seq, "why": type(error).__name__}
                desk.ledger.append(Kind.ABANDONED, why)
            raise
    shutil.rmtree(checkpoints, ignore_errors=True)
    return RunResult(
        recipe=spec.recipe,
        tier=spec.tier,
        outcome=sealed.verdict.outcome,
        reason=sealed.verdict.reason,
        metrics=sealed.metrics,
        manifest_sha256=sealed.manifest_sha256,
        spec_sha256=spec.digest(),
        seconds=clock.wall_seconds,
    )
