"""Check a bundle: every hash, every signature, every label and every printed number.

Needs neither torch nor a home; a reader with the folder alone can do it.
"""

import math
import os
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from evidence.harness import bundle, ledger, shipped, signing
from evidence.harness.canonical import canonical, parsed, sha256
from evidence.harness.findings import (
    FailsError,
    Finding,
    Status,
    UncheckedError,
    Verification,
    concluded,
    tried,
)
from evidence.harness.ledger import Kind
from evidence.harness.opened import Opened, require_files
from evidence.harness.outcome import decide
from evidence.harness.recipes.recipe import BY_JUDGES, Item, Judging, Slot
from evidence.harness.sealing import registered
from evidence.harness.spec import RunSpec
from evidence.harness.world.judge import judge

# Two machines may round the last printed decimal differently, and no more.
TOLERANCE = 2e-6
# The length of a run is told by one clock, the times of its entries by another.
CLOCKS_DIFFER = timedelta(seconds=2)

# What a statement and its predicate have, and nothing else: a word more would be signed too.
STATEMENT = frozenset({"_type", "subject", "predicateType", "predicate"})
PREDICATE = frozenset(
    {
        "recipe", "tier", "spec", "spec_sha256", "registration", "key", "code", "lock_sha256",
        "libraries", "machine", "threads", "seeds", "configuration", "materials", "organisms",
        "metrics", "outcome", "reason", "wall_seconds", "cpu_seconds",
    }
)  # fmt: skip
# Sums come out in one order only where one thread makes them.
THREADS = 1
WORLD, WEIGHTS = "world", "weights/"
# It alone starts from any two models of the world; every other of tier A from its seeds' files.
COMPARES = "compare"
# Parameters of tier B that hold a digest end so; this one is of the base.
HASHED, BASE, MODELS, CHATS = "_sha256", "model", "models/", "chats/"
# What a run of tier B may be made with beside what its spec was registered with.
JUDGES = ("judge/first", "judge/second", "grader")


def verify(folder: Path, *, trusted_key: str | None = None) -> Verification:
    """Check the bundle in a folder.

    Without `trusted_key`, a fingerprint known from elsewhere, the bundle is checked
    against the key that it brings: that shows that nothing was changed since it was
    signed, not who signed it.
    """
    if not os.path.lexists(folder / bundle.MANIFEST):
        detail = f"{folder} holds no {bundle.MANIFEST}; it is not a bundle"
        return concluded([Finding("files", Status.UNCHECKED, detail)])
    # What is no file is not opened: with it nothing else can be asked.
    readable = tried("files", partial(require_files, folder))
    if readable.status is not Status.HOLDS:
        return concluded([readable])
    opened = Opened(folder, trusted_key)
    return concluded([tried(name, partial(check, opened)) for name, check in CHECKS])


def _check_files(opened: Opened) -> None:
    names = {path.name for path in opened.folder.iterdir()}
    if strange := sorted(names ^ bundle.files(opened.spec.tier)):
        raise FailsError(f"missing, or not of the bundle: {', '.join(strange)}")


def _check_hashes(opened: Opened) -> None:
    subjects = {row["name"]: row["digest"]["sha256"] for row in opened.statement["subject"]}
    told = [{"name": name, "digest": {"sha256": digest}} for name, digest in subjects.items()]
    if opened.statement["subject"] != told or set(subjects) != bundle.subjects(
        opened.spec.tier
    ):
        raise FailsError("the manifest does not name the bundle's files")
    for name, digest in subjects.items():
        if sha256(opened.read(name)) != digest:
            raise FailsError(f"{name} is not the file that the manifest names")


def _check_signature(opened: Opened) -> None:
    envelope = parsed(opened.read(bundle.ENVELOPE))
    if signing.opened(opened.key, envelope) != opened.read(bundle.MANIFEST):
        raise FailsError("another manifest was signed")
    types = (opened.statement["_type"], opened.statement["predicateType"])
    if types != (bundle.STATEMENT_TYPE, bundle.PREDICATE_TYPE):
        raise FailsError("the statement is of another type")


def _check_key(opened: Opened) -> None:
    fingerprint = signing.fingerprint(opened.key)
    if opened.predicate["key"] != fingerprint:
        raise FailsError("the manifest names another key")
    if opened.trusted_key not in {None, fingerprint}:
        raise FailsError(f"signed with {fingerprint}, not with the trusted key")


def _check_ledger(opened: Opened) -> None:
    if problem := ledger.broken(opened.entries, opened.key):
        raise FailsError(problem)
    first, last = opened.entries[0], opened.entries[-1]
    registration = opened.predicate["registration"]
    if registration != {"seq": first.seq, "sha256": first.sha256}:
        raise FailsError("the segment does not begin with the run's registration")
    if parsed(opened.read(bundle.REGISTRATION)) != asdict(first):
        raise FailsError(f"{bundle.REGISTRATION} is not the ledger's entry")
    expected = {
        "registration": first.seq,
        "spec_sha256": opened.predicate["spec_sha256"],
        "manifest_sha256": sha256(opened.read(bundle.MANIFEST)),
        "outcome": opened.predicate["outcome"],
    }
    if last.kind != Kind.RESULT or last.body != expected or last.at < first.at:
        raise FailsError("the segment does not end with this manifest's result")
    for entry in opened.entries[:-1]:
        ended = entry.kind in {Kind.RESULT, Kind.ABANDONED}
        if ended and entry.body.get("registration") == first.seq:
            raise FailsError(
                f"the run had ended before: entry {entry.seq} is its {entry.kind}"
            )


def _check_registration(opened: Opened) -> None:
    first = opened.entries[0]
    if first.kind != Kind.REGISTRATION:
        raise FailsError("nothing was registered before the run")
    digests = {
        opened.spec.digest(),
        opened.predicate["spec_sha256"],
        first.body["spec_sha256"],
    }
    if len(digests) > 1:
        raise FailsError("the spec that was run is not the one that was registered")
    told = (opened.predicate["recipe"], opened.predicate["tier"])
    if told != ({"id": opened.spec.recipe, "version": opened.spec.version}, opened.spec.tier):
        raise FailsError("the manifest tells of another recipe or tier than was registered")
    # Through JSON, as the ledger keeps it: tuples become lists there.
    expected = parsed(canonical(registered(opened.recipe, opened.spec)))
    if first.body != expected:
        raise FailsError("other rules were registered than this recipe's")
    _require_time_for_the_run(opened)


def _require_time_for_the_run(opened: Opened) -> None:
    first, last = (
        datetime.fromisoformat(entry.at) for entry in (opened.entries[0], opened.entries[-1])
    )
    seconds = opened.predicate["wall_seconds"]
    if last - first < timedelta(seconds=seconds) - CLOCKS_DIFFER:
        raise FailsError(
            f"the run took {seconds} s, but was registered {last - first} before its result"
        )


def _check_provenance(opened: Opened) -> None:
    """Hold what a manifest says of its run against what a run can be."""
    if set(opened.statement) != STATEMENT or set(opened.predicate) != PREDICATE:
        raise FailsError("the manifest says more than a run's does, or less")
    if canonical(opened.predicate["seeds"]) != canonical(opened.spec.seeds):
        raise FailsError("the manifest tells of other seeds than the spec's")
    if canonical(opened.predicate["threads"]) != canonical(THREADS):
        raise FailsError(f"a run has {THREADS} thread, and the manifest says otherwise")
    for name in ("wall_seconds", "cpu_seconds"):
        seconds = opened.predicate[name]
        if type(seconds) not in {int, float} or not math.isfinite(seconds) or seconds < 0:
            raise FailsError(f"{name} are {seconds}, which is no length of time")


def _check_materials(opened: Opened) -> None:
    """Hold the weights that the run started from against those that ship with this code."""
    if opened.recipe.judged is None:
        opened.require_same_world()
    materials = opened.predicate["materials"]
    _require_digests(materials)
    started = {
        name.removeprefix(WEIGHTS): digest
        for name, digest in materials.items()
        if name.startswith(WEIGHTS)
    }
    if opened.spec.tier == "A":
        compared = {f"models/{arm.id}": arm.id for arm in opened.recipe.arms}
        if opened.spec.recipe == COMPARES:
            expected = {WORLD, *compared}
            started = _named(
                opened.spec, {arm: materials[name] for name, arm in compared.items()}
            )
        else:
            expected = {
                WORLD,
                *(WEIGHTS + place for place in shipped.places(opened.spec.seeds)),
            }
        if set(materials) != expected:
            raise FailsError("the manifest does not name what such a run starts from")
    else:
        registered_with = _registered_with(opened.spec)
        others = {name: materials.get(name) for name in registered_with}
        if others != registered_with or not set(materials) <= {*registered_with, *JUDGES}:
            raise FailsError("the manifest names other models or chats than the spec")
    _require_shipped(started)


def _registered_with(spec: RunSpec) -> dict[str, str]:
    """Return the digests that a spec of tier B was registered with, by material."""
    found = {}
    for parameter, digest in spec.parameters.items():
        name = parameter.removesuffix(HASHED)
        if name != parameter:
            kind = MODELS if spec.recipe == COMPARES else CHATS
            found[f"{MODELS}base" if name == BASE else kind + name] = str(digest)
    return found


def _named(spec: RunSpec, digests: Mapping[str, str]) -> dict[str, str]:
    """Return the digests of the shipped models that are compared, by place; not of any path."""
    return {
        f"seed{spec.seeds[0]}/{spec.parameters[arm]}.safetensors": digest
        for arm, digest in digests.items()
        if spec.parameters[arm] in shipped.MODELS
    }


def _require_shipped(started: Mapping[str, str]) -> None:
    known = shipped.digests()
    others = {place: digest for place, digest in started.items() if known.get(place) != digest}
    for place, digest in others.items():
        # A tokenizer is every seed's; a model is one seed's alone.
        whose = [one for one, other in known.items() if other == digest]
        if len(whose) == 1:
            raise FailsError(f"{place} is not that file, but the one of {whose[0]}")
    if others:
        raise UncheckedError(
            f"{min(others)} is not one of the weights that ship with this code"
        )


def _require_digests(digests: Mapping[str, str]) -> None:
    for name, digest in digests.items():
        if not re.fullmatch("[0-9a-f]{64}", digest):
            raise FailsError(f"{name} has no SHA-256, but {digest!r}")


def _check_organisms(opened: Opened) -> None:
    organisms = opened.predicate["organisms"]
    _require_digests(organisms)
    if set(organisms) != opened.recipe.organisms(opened.spec) or len(
        set(organisms.values())
    ) != len(organisms):
        raise FailsError("organisms are missing, or one stands for two")
    materials = opened.predicate["materials"]
    for name, digest in materials.items():
        # A model of tier B that was asked as it is.
        asked_as = f"{name.removeprefix(MODELS)}/{opened.spec.seeds[0]}"
        if opened.spec.tier == "B" and organisms.get(asked_as, digest) != digest:
            raise FailsError(f"{asked_as} is another model than the one that it started from")
    weights = [digest for name, digest in materials.items() if name.endswith(".safetensors")]
    if len(set(weights)) != len(weights):
        raise FailsError("two of the models that it started from are one file")


def _check_rollouts(opened: Opened) -> None:
    planned = Counter(opened.slots)
    found = Counter(
        Slot(row.question, row.set, row.arm, row.seed, row.prompt) for row in opened.rollouts
    )
    if found != planned:
        missing, extra = (planned - found).total(), (found - planned).total()
        raise FailsError(f"{missing} planned rollouts are missing, {extra} were not planned")
    items = Counter(Item(row.name, row.item, row.seed) for row in opened.readings)
    if items != Counter(opened.recipe.items(opened.spec)):
        raise FailsError("the readings are not the planned ones")


def _check_labels(opened: Opened) -> None:
    if opened.recipe.judged is not None:
        _check_judged(opened, opened.recipe.judged)
        return
    opened.require_same_world()
    for row in opened.rollouts:
        label = judge(row.question, row.answer)
        if label != row.label:
            where = f"{row.arm}, seed {row.seed}, {row.question}"
            raise FailsError(f"{where}: the answer is {label}, labelled {row.label}")


def _check_judged(opened: Opened, judging: Judging) -> None:
    """Hold labels and readings against what the judges said, word for word."""
    judged = judging(opened.spec, opened.rollouts, opened.judgements)
    for row, label in zip(opened.rollouts, judged.labels, strict=True):
        if label != row.label:
            where = f"{row.arm}, seed {row.seed}, {row.question}"
            raise FailsError(f"{where}: judged {label}, labelled {row.label}")
    # What was measured inside a model no judge says.
    said = [row for row in opened.readings if row.name.startswith(BY_JUDGES)]
    if Counter(judged.readings) != Counter(said):
        raise FailsError("the readings are not what the judges said")


def _check_metrics(opened: Opened) -> None:
    printed = opened.predicate["metrics"]
    if set(printed) != set(opened.metrics):
        raise FailsError("the manifest prints other metrics than the rollouts give")
    for name, metric in opened.metrics.items():
        row = asdict(metric)
        if set(printed[name]) != set(row):
            raise FailsError(f"{name} has other fields")
        for field, value in row.items():
            if not _agree(printed[name][field], value):
                raise FailsError(
                    f"{name} {field} is printed {printed[name][field]}, is {value}"
                )


def _check_outcome(opened: Opened) -> None:
    verdict = decide(opened.recipe.rules(opened.spec), opened.metrics)
    printed = (opened.predicate["outcome"], opened.predicate["reason"])
    if printed != (verdict.outcome, verdict.reason):
        raise FailsError(f"the rules give {verdict.outcome}: {verdict.reason}")


CHECKS: tuple[tuple[str, Callable[[Opened], None]], ...] = (
    ("files", _check_files),
    ("hashes", _check_hashes),
    ("signature", _check_signature),
    ("key", _check_key),
    ("ledger", _check_ledger),
    ("registration", _check_registration),
    ("provenance", _check_provenance),
    ("materials", _check_materials),
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
