"""Run a spec: register it, measure, seal the bundle. The whole public interface of a run."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from evidence.harness import bundle, resuming
from evidence.harness.errors import HarnessError
from evidence.harness.home import Home
from evidence.harness.ledger import Kind
from evidence.harness.recipes import find
from evidence.harness.sealing import registered, seal
from evidence.harness.spec import Progress, RunResult, RunSpec
from evidence.harness.watch import Clock, Watch


def run(
    spec: RunSpec,
    *,
    out: Path,
    home: Path,
    progress: Callable[[Progress], None],
    cancelled: Callable[[], bool],
    checkpoints: Path | None = None,
) -> RunResult:
    """Run a spec and leave its bundle in `out`, which must be new or empty.

    A spec that cannot be run, or starts from weights that are not here, raises HarnessError
    and leaves nothing. The spec and the rules of its outcome enter the home's ledger before
    anything is measured. A run that is cancelled (RunCancelledError) or fails leaves no bundle, but
    its registration stays, followed by an entry that it was abandoned. One that is killed
    leaves in the folder `checkpoints`, where one is named, what it has trained, and the same
    run goes on from there. The folder is gone at the end.
    """
    recipe = find(spec.recipe, spec.tier)
    recipe.check(spec)
    body = registered(recipe, spec)
    # torch comes with these imports, as with the run itself.
    from evidence.harness.organism import shelf
    from evidence.harness.organism.checkpoints import kept_in

    if recipe.judged is None:
        for seed in spec.seeds:
            shelf.shipped(seed)
    with bundle.reserved(out) as folder, resuming.held(checkpoints) as kept:
        watch = Watch(progress, cancelled, checkpoints=kept)
        desk = Home.at(home)
        registration = resuming.begin(kept, desk.ledger, body)
        clock = Clock.started()
        try:
            with kept_in(kept):
                evidence = recipe.execute(spec, watch)
            watch.check()
            sealed = seal(folder, desk, registration, recipe, spec, evidence, clock)
        except BaseException as error:
            # A full disk may refuse this entry too; the error itself must reach the caller.
            with suppress(OSError, HarnessError):
                why = {"registration": registration.seq, "why": type(error).__name__}
                desk.ledger.append(Kind.ABANDONED, why)
            raise
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
