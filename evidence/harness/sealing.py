"""Turn what a recipe measured into a signed bundle and a line of the ledger."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evidence.harness import bundle, provenance, signing
from evidence.harness.canonical import sha256
from evidence.harness.errors import HarnessError
from evidence.harness.home import Home
from evidence.harness.ledger import Entry, Kind
from evidence.harness.outcome import Verdict, decide
from evidence.harness.recipes.recipe import Evidence, Recipe
from evidence.harness.rollouts import packed
from evidence.harness.spec import Metric, RunSpec
from evidence.harness.watch import Clock


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a bundle says, and the SHA-256 of its manifest."""

    verdict: Verdict
    metrics: Mapping[str, Metric]
    manifest_sha256: str


def registered(recipe: Recipe, spec: RunSpec) -> dict[str, Any]:
    """Return what the ledger holds of a run before it starts: spec, rules, replay's tolerance."""
    return {
        "spec": spec.to_json(),
        "spec_sha256": spec.digest(),
        "rules": asdict(recipe.rules(spec)),
        "tolerance": recipe.tolerance,
    }


def seal(
    folder: Path,
    home: Home,
    registration: Entry,
    recipe: Recipe,
    spec: RunSpec,
    evidence: Evidence,
    clock: Clock,
) -> Sealed:
    """Count, decide, write and sign everything in an empty folder, then enter the result."""
    if len(set(evidence.organisms.values())) != len(evidence.organisms):
        raise HarnessError("Two organisms of the run have the same weights; it shows nothing.")
    metrics = recipe.count(spec, evidence.rollouts, evidence.readings)
    verdict = decide(recipe.rules(spec), metrics)
    subjects = {
        bundle.REGISTRATION: bundle.pretty(asdict(registration)),
        bundle.KEY: signing.public_pem(home.key.public_key()),
        bundle.ROLLOUTS: packed(evidence.rollouts),
        bundle.READINGS: packed(evidence.readings),
        bundle.JUDGEMENTS: packed(evidence.judgements),
    }
    subjects = {name: subjects[name] for name in bundle.subjects(recipe.tier)}
    predicate = {
        "recipe": {"id": recipe.id, "version": recipe.version},
        "tier": recipe.tier,
        "spec": spec.to_json(),
        "spec_sha256": spec.digest(),
        "registration": {"seq": registration.seq, "sha256": registration.sha256},
        "key": signing.fingerprint(home.key.public_key()),
        **_provenance(spec, evidence),
        "metrics": {name: asdict(metric) for name, metric in metrics.items()},
        "outcome": verdict.outcome,
        "reason": verdict.reason,
        "wall_seconds": clock.wall_seconds,
        "cpu_seconds": clock.cpu_seconds,
    }
    manifest = bundle.statement(subjects, predicate)
    envelope = bundle.pretty(signing.envelope(home.key, manifest))
    files = {**subjects, bundle.MANIFEST: manifest, bundle.ENVELOPE: envelope}
    for name, data in files.items():
        bundle.write(folder, name, data)
    _enter(folder, home, registration, manifest, predicate)
    return Sealed(verdict, metrics, sha256(manifest))


def _provenance(spec: RunSpec, evidence: Evidence) -> dict[str, Any]:
    return {
        "code": provenance.code_version(),
        "lock_sha256": provenance.lock_sha256(),
        "libraries": provenance.libraries(),
        "machine": provenance.machine(),
        "threads": 1,
        "seeds": list(spec.seeds),
        "configuration": dict(evidence.configuration),
        "materials": dict(evidence.materials),
        "organisms": dict(evidence.organisms),
    }


def _enter(
    folder: Path,
    home: Home,
    registration: Entry,
    manifest: bytes,
    predicate: Mapping[str, Any],
) -> None:
    """Add the result to the ledger and the run's stretch of the ledger to the bundle."""
    result = {
        "registration": registration.seq,
        "spec_sha256": predicate["spec_sha256"],
        "manifest_sha256": sha256(manifest),
        "outcome": predicate["outcome"],
    }
    last = home.ledger.append(Kind.RESULT, result)
    segment = home.ledger.segment(registration.seq, last.seq)
    lines = "".join(entry.to_line() for entry in segment)
    bundle.write(folder, bundle.LEDGER, lines.encode())
