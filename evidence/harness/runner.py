"""Run a spec: register it, measure, seal the bundle. The whole public interface of a run."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evidence.harness import bundle, provenance, signing
from evidence.harness.canonical import sha256
from evidence.harness.errors import HarnessError
from evidence.harness.home import Home
from evidence.harness.ledger import Entry, Kind
from evidence.harness.outcome import Verdict, decide
from evidence.harness.recipes import find
from evidence.harness.recipes.recipe import Evidence, Recipe
from evidence.harness.rollouts import packed
from evidence.harness.spec import Metric, Progress, RunResult, RunSpec
from evidence.harness.watch import Watch


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
    its registration stays, followed by an entry that it was abandoned.
    """
    recipe = find(spec.recipe)
    recipe.check(spec)
    watch = Watch(progress, cancelled)
    wall, cpu = time.monotonic(), time.process_time()
    with bundle.reserved(out) as folder:
        desk = Home.at(home)
        registration = desk.ledger.append(Kind.REGISTRATION, registered(recipe, spec))
        try:
            evidence = recipe.execute(spec, watch)
            watch.check()
            metrics = recipe.count(spec, evidence.rollouts, evidence.readings)
            verdict = decide(recipe.rules(spec), metrics)
            predicate = {
                **_predicate(recipe, spec, registration, evidence),
                "key": signing.fingerprint(desk.key.public_key()),
                "metrics": {name: asdict(metric) for name, metric in metrics.items()},
                "outcome": verdict.outcome,
                "reason": verdict.reason,
                "wall_seconds": round(time.monotonic() - wall, 2),
                "cpu_seconds": round(time.process_time() - cpu, 2),
            }
            manifest = _sealed(folder, desk, registration, evidence, predicate)
        except BaseException as error:
            # A full disk may refuse this entry too; the error itself must reach the caller.
            with suppress(OSError):
                why = {"registration": registration.seq, "why": type(error).__name__}
                desk.ledger.append(Kind.ABANDONED, why)
            raise
    seconds = time.monotonic() - wall
    return _result(spec, verdict, metrics, manifest, seconds)


def registered(recipe: Recipe, spec: RunSpec) -> dict[str, Any]:
    """Return what the ledger holds of a run before it starts: its spec and its rules."""
    return {
        "spec": spec.to_json(),
        "spec_sha256": spec.digest(),
        "rules": asdict(recipe.rules(spec)),
    }


def _predicate(
    recipe: Recipe, spec: RunSpec, registration: Entry, evidence: Evidence
) -> dict[str, Any]:
    if len(set(evidence.organisms.values())) != len(evidence.organisms):
        raise HarnessError("Two organisms of the run have the same weights; it shows nothing.")
    return {
        "recipe": {"id": recipe.id, "version": recipe.version},
        "tier": recipe.tier,
        "spec": spec.to_json(),
        "spec_sha256": spec.digest(),
        "registration": {"seq": registration.seq, "sha256": registration.sha256},
        "code": provenance.code_version(),
        "lock_sha256": provenance.lock_sha256(),
        "libraries": provenance.libraries(),
        "threads": 1,
        "seeds": list(spec.seeds),
        "configuration": dict(evidence.configuration),
        "materials": dict(evidence.materials),
        "organisms": dict(evidence.organisms),
    }


def _sealed(
    folder: Path,
    desk: Home,
    registration: Entry,
    evidence: Evidence,
    predicate: dict[str, Any],
) -> bytes:
    """Write and sign the bundle, enter its result in the ledger, and return the manifest."""
    subjects = {
        bundle.REGISTRATION: bundle.pretty(asdict(registration)),
        bundle.KEY: signing.public_pem(desk.key.public_key()),
        bundle.ROLLOUTS: packed(evidence.rollouts),
        bundle.READINGS: packed(evidence.readings),
    }
    manifest = bundle.statement(subjects, predicate)
    envelope = bundle.pretty(signing.envelope(desk.key, manifest))
    files = {**subjects, bundle.MANIFEST: manifest, bundle.ENVELOPE: envelope}
    for name, data in files.items():
        bundle.write(folder, name, data)
    result = {
        "registration": registration.seq,
        "spec_sha256": predicate["spec_sha256"],
        "manifest_sha256": sha256(manifest),
        "outcome": predicate["outcome"],
    }
    last = desk.ledger.append(Kind.RESULT, result)
    segment = desk.ledger.segment(registration.seq, last.seq)
    lines = "".join(entry.to_line() for entry in segment)
    bundle.write(folder, bundle.LEDGER, lines.encode())
    return manifest


def _result(
    spec: RunSpec,
    verdict: Verdict,
    metrics: dict[str, Metric],
    manifest: bytes,
    seconds: float,
) -> RunResult:
    return RunResult(
        recipe=spec.recipe,
        tier=spec.tier,
        outcome=verdict.outcome,
        reason=verdict.reason,
        metrics=metrics,
        manifest_sha256=sha256(manifest),
        spec_sha256=spec.digest(),
        seconds=round(seconds, 2),
    )
