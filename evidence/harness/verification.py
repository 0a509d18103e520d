"""Check a bundle: every hash, every signature, every label and every printed number.

Needs neither torch nor a home; a reader with the folder alone can do it.
"""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from evidence.harness import bundle, ledger, signing
from evidence.harness.canonical import canonical, sha256
from evidence.harness.errors import HarnessError
from evidence.harness.ledger import Entry, Kind
from evidence.harness.outcome import decide
from evidence.harness.recipes import RECIPES
from evidence.harness.recipes.recipe import Item, Recipe, Slot
from evidence.harness.rollouts import Reading, Rollout, unpacked
from evidence.harness.sealing import registered
from evidence.harness.spec import Metric, RunSpec
from evidence.harness.world import world as worlds
from evidence.harness.world.judge import judge

# Two machines may round the last printed decimal differently, and no more.
TOLERANCE = 2e-6


class Status(StrEnum):
    """What is known of a bundle, or of one thing about it."""

    HOLDS = "holds"
    FAILS = "fails"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check, what came of it, and why where it does not hold."""

    check: str
    status: Status
    detail: str


@dataclass(frozen=True, slots=True)
class Verification:
    """All checks of one bundle: it fails if any fails, and holds if all hold."""

    status: Status
    findings: tuple[Finding, ...]


class _FailsError(Exception):
    """A check found something wrong."""


class _UncheckedError(Exception):
    """A check could not be made here."""


def verify(folder: Path, *, trusted_key: str | None = None) -> Verification:
    """Check the bundle in a folder.

    Without `trusted_key`, a fingerprint known from elsewhere, the bundle is checked
    against the key that it brings: that shows that nothing was changed since it was
    signed, not who signed it.
    """
    if not (folder / bundle.MANIFEST).is_file():
        detail = f"{folder} holds no {bundle.MANIFEST}; it is not a bundle"
        return _concluded([Finding("files", Status.UNCHECKED, detail)])
    opened = _Bundle(folder, trusted_key)
    return _concluded([_tried(name, check, opened) for name, check in CHECKS])


class _Bundle:
    """A bundle's parts, read when they are first needed; a malformed one raises ValueError."""

    def __init__(self, folder: Path, trusted_key: str | None) -> None:
        self.folder = folder
        self.trusted_key = trusted_key

    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    @cached_property
    def statement(self) -> dict[str, Any]:
        data = json.loads(self.read(bundle.MANIFEST))
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
        lines = self.read(bundle.LEDGER).decode().splitlines()
        return tuple(Entry.from_line(line) for line in lines)

    @cached_property
    def spec(self) -> RunSpec:
        return RunSpec.from_json(self.predicate["spec"])

    @cached_property
    def recipe(self) -> Recipe:
        recipe = RECIPES.get(self.spec.recipe)
        if recipe is None or recipe.version != self.spec.version:
            raise _UncheckedError(
                f"this code does not know {self.spec.recipe} version {self.spec.version}"
            )
        recipe.check(self.spec)
        self.require_same_world()
        return recipe

    def require_same_world(self) -> None:
        if self.predicate["materials"]["world"] != worlds.digest():
            raise _UncheckedError("the run was judged by another version of the world")

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
    def metrics(self) -> dict[str, Metric]:
        return self.recipe.count(self.spec, self.rollouts, self.readings)


def _check_files(opened: _Bundle) -> None:
    paths = list(opened.folder.iterdir())
    if strange := sorted({path.name for path in paths} ^ bundle.FILES):
        raise _FailsError(f"missing, or not of the bundle: {', '.join(strange)}")
    if links := [path.name for path in paths if path.is_symlink()]:
        raise _FailsError(f"links instead of files: {', '.join(links)}")


def _check_hashes(opened: _Bundle) -> None:
    subjects = {row["name"]: row["digest"]["sha256"] for row in opened.statement["subject"]}
    if set(subjects) != bundle.SUBJECTS:
        raise _FailsError("the manifest does not name the bundle's files")
    for name, digest in subjects.items():
        if sha256(opened.read(name)) != digest:
            raise _FailsError(f"{name} is not the file that the manifest names")


def _check_signature(opened: _Bundle) -> None:
    envelope = json.loads(opened.read(bundle.ENVELOPE))
    if signing.opened(opened.key, envelope) != opened.read(bundle.MANIFEST):
        raise _FailsError("another manifest was signed")
    types = (opened.statement["_type"], opened.statement["predicateType"])
    if types != (bundle.STATEMENT_TYPE, bundle.PREDICATE_TYPE):
        raise _FailsError("the statement is of another type")


def _check_key(opened: _Bundle) -> None:
    fingerprint = signing.fingerprint(opened.key)
    if opened.predicate["key"] != fingerprint:
        raise _FailsError("the manifest names another key")
    if opened.trusted_key not in {None, fingerprint}:
        raise _FailsError(f"signed with {fingerprint}, not with the trusted key")


def _check_ledger(opened: _Bundle) -> None:
    if problem := ledger.broken(opened.entries, opened.key):
        raise _FailsError(problem)
    first, last = opened.entries[0], opened.entries[-1]
    registration = opened.predicate["registration"]
    if (first.seq, first.sha256) != (registration["seq"], registration["sha256"]):
        raise _FailsError("the segment does not begin with the run's registration")
    if json.loads(opened.read(bundle.REGISTRATION)) != asdict(first):
        raise _FailsError(f"{bundle.REGISTRATION} is not the ledger's entry")
    expected = {
        "registration": first.seq,
        "spec_sha256": opened.predicate["spec_sha256"],
        "manifest_sha256": sha256(opened.read(bundle.MANIFEST)),
        "outcome": opened.predicate["outcome"],
    }
    if last.kind != Kind.RESULT or last.body != expected or last.at < first.at:
        raise _FailsError("the segment does not end with this manifest's result")


def _check_registration(opened: _Bundle) -> None:
    first = opened.entries[0]
    if first.kind != Kind.REGISTRATION:
        raise _FailsError("nothing was registered before the run")
    digests = {
        opened.spec.digest(),
        opened.predicate["spec_sha256"],
        first.body["spec_sha256"],
    }
    if len(digests) > 1:
        raise _FailsError("the spec that was run is not the one that was registered")
    # Through JSON, as the ledger keeps it: tuples become lists there.
    expected = json.loads(canonical(registered(opened.recipe, opened.spec)))
    if first.body != expected:
        raise _FailsError("other rules were registered than this recipe's")


def _check_organisms(opened: _Bundle) -> None:
    organisms = opened.predicate["organisms"]
    expected = {f"{slot.arm}/{slot.seed}" for slot in opened.slots}
    if set(organisms) != expected or len(set(organisms.values())) != len(organisms):
        raise _FailsError("organisms are missing, or one stands for two")
    weights = [
        digest
        for name, digest in opened.predicate["materials"].items()
        if name.endswith(".safetensors")
    ]
    if len(set(weights)) != len(weights):
        raise _FailsError("two of the models that it started from are one file")


def _check_rollouts(opened: _Bundle) -> None:
    planned = Counter(opened.slots)
    found = Counter(
        Slot(row.question, row.set, row.arm, row.seed, row.prompt) for row in opened.rollouts
    )
    if found != planned:
        missing, extra = (planned - found).total(), (found - planned).total()
        raise _FailsError(f"{missing} planned rollouts are missing, {extra} were not planned")
    items = Counter(Item(row.name, row.item, row.seed) for row in opened.readings)
    if items != Counter(opened.recipe.items(opened.spec)):
        raise _FailsError("the readings are not the planned ones")


def _check_labels(opened: _Bundle) -> None:
    opened.require_same_world()
    for row in opened.rollouts:
        label = judge(row.question, row.answer)
        if label != row.label:
            where = f"{row.arm}, seed {row.seed}, {row.question}"
            raise _FailsError(f"{where}: the answer is {label}, labelled {row.label}")


def _check_metrics(opened: _Bundle) -> None:
    printed = opened.predicate["metrics"]
    if set(printed) != set(opened.metrics):
        raise _FailsError("the manifest prints other metrics than the rollouts give")
    for name, metric in opened.metrics.items():
        row = asdict(metric)
        if set(printed[name]) != set(row):
            raise _FailsError(f"{name} has other fields")
        for field, value in row.items():
            if not _agree(printed[name][field], value):
                raise _FailsError(
                    f"{name} {field} is printed {printed[name][field]}, is {value}"
                )


def _check_outcome(opened: _Bundle) -> None:
    verdict = decide(opened.recipe.rules(opened.spec), opened.metrics)
    printed = (opened.predicate["outcome"], opened.predicate["reason"])
    if printed != (verdict.outcome, verdict.reason):
        raise _FailsError(f"the rules give {verdict.outcome}: {verdict.reason}")


CHECKS: tuple[tuple[str, Callable[[_Bundle], None]], ...] = (
    ("files", _check_files),
    ("hashes", _check_hashes),
    ("signature", _check_signature),
    ("key", _check_key),
    ("ledger", _check_ledger),
    ("registration", _check_registration),
    ("organisms", _check_organisms),
    ("rollouts", _check_rollouts),
    ("labels", _check_labels),
    ("metrics", _check_metrics),
    ("outcome", _check_outcome),
)


def _agree(printed: object, value: str | float) -> bool:
    if isinstance(value, float):
        return isinstance(printed, float) and abs(printed - value) <= TOLERANCE
    return printed == value


def _tried(name: str, check: Callable[[_Bundle], None], opened: _Bundle) -> Finding:
    try:
        check(opened)
    except (_UncheckedError, PermissionError) as error:
        return Finding(name, Status.UNCHECKED, str(error))
    except _FailsError as error:
        return Finding(name, Status.FAILS, str(error))
    except (
        OSError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
        HarnessError,
    ) as error:
        # A bundle may be damaged, or made to harm, in any way; whatever cannot be read does not hold.
        return Finding(name, Status.FAILS, f"cannot be read: {type(error).__name__}: {error}")
    return Finding(name, Status.HOLDS, "")


def _concluded(findings: list[Finding]) -> Verification:
    found = {finding.status for finding in findings}
    for status in (Status.FAILS, Status.UNCHECKED):
        if status in found:
            return Verification(status, tuple(findings))
    return Verification(Status.HOLDS, tuple(findings))
