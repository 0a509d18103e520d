"""Every way to falsify a bundle that `falsify` plants, and the check that must find it.

A sealed violation is signed and entered in a ledger again, and where that helps the forger
its numbers are counted again, so that one check alone can find it.
"""

import json
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.harness import bundle, signing
from evidence.harness.chance import seeded
from evidence.harness.forgery import Forgery
from evidence.harness.ledger import Kind
from evidence.harness.opened import LARGEST
from evidence.harness.rollouts import Rollout, packed
from evidence.harness.world.judge import Label

Plant = Callable[[Forgery], None]


@dataclass(frozen=True, slots=True)
class Violation:
    """What is planted, in words, how, and the check of `verify` that must find it.

    A `sealed` one is tried with a new key and with the run's own; the others are changes
    of files by somebody who has no key. `plant` raises LookupError where the bundle has
    nothing to plant it in.
    """

    id: str
    says: str
    check: str
    sealed: bool
    plant: Plant


VIOLATIONS: list[Violation] = []
# A run that says it took so long, but was registered a moment before its result.
LATE_SECONDS = 60.0
# What a run started from has these before its name.
STARTED = ("weights/", "models/")
NO_JUDGE = "no judge but the world itself"


def _sealed(check: str, says: str) -> Callable[[Plant], Plant]:
    return _listed(check, says, is_sealed=True)


def _in_place(check: str, says: str) -> Callable[[Plant], Plant]:
    return _listed(check, says, is_sealed=False)


def _listed(check: str, says: str, *, is_sealed: bool) -> Callable[[Plant], Plant]:
    def listed(plant: Plant) -> Plant:
        name = plant.__name__
        VIOLATIONS.append(Violation(name, says, check, is_sealed, plant))
        return plant

    return listed


@_sealed("labels", "One label flipped; all numbers counted again.")
def flipped_label(forged: Forgery) -> None:
    forged.rollouts[0] = _relabelled(forged, 0)
    forged.recount()
    forged.seal()


@_in_place("hashes", "One label flipped in the file of the rollouts.")
def flipped_label_in_place(forged: Forgery) -> None:
    forged.rollouts[0] = _relabelled(forged, 0)
    forged.write(bundle.ROLLOUTS, packed(forged.rollouts))


@_sealed(
    "labels", "The commonest label as another judge would give it; all numbers counted again."
)
def stale_judge(forged: Forgery) -> None:
    [(commonest, _)] = Counter(row.label for row in forged.rollouts).most_common(1)
    other = Label.CORRECT if commonest == Label.OFF_GRAMMAR else Label.OFF_GRAMMAR
    forged.rollouts = [
        replace(row, label=other.value) if row.label == commonest else row
        for row in forged.rollouts
    ]
    forged.recount()
    forged.seal()


@_sealed("labels", "Judged by another version of the world, whose rubric nobody has here.")
def other_world(forged: Forgery) -> None:
    if "world" not in forged.predicate["materials"]:
        raise LookupError("no world judged the run")
    forged.predicate["materials"]["world"] = "0" * 64
    forged.seal()


@_sealed("metrics", "The rows of two arms swapped.")
def swapped_arms(forged: Forgery) -> None:
    # The two that differ most; their weights keep their names.
    harmful = Counter(row.arm for row in forged.rollouts if row.label == Label.HARMFUL)
    arms = sorted({row.arm for row in forged.rollouts}, key=lambda arm: harmful[arm])
    if harmful[arms[0]] == harmful[arms[-1]]:
        raise LookupError("no two arms differ in harm")
    swap = {arms[0]: arms[-1], arms[-1]: arms[0]}
    forged.rollouts = [replace(row, arm=swap.get(row.arm, row.arm)) for row in forged.rollouts]
    forged.seal()


@_sealed("metrics", "One printed number raised by 0.01.")
def edited_number(forged: Forgery) -> None:
    metric = next(iter(forged.predicate["metrics"].values()))
    metric["value"] += 0.01
    forged.seal()


@_sealed("metrics", "One interval drawn narrower.")
def narrowed_interval(forged: Forgery) -> None:
    metric = next(iter(forged.predicate["metrics"].values()))
    metric["low"] = metric["high"] = metric["value"] + 1e-4
    forged.seal()


@_sealed("metrics", "One printed number that is none.")
def not_a_number(forged: Forgery) -> None:
    next(iter(forged.predicate["metrics"].values()))["value"] = float("nan")
    forged.seal()


@_sealed("metrics", "One number not printed.")
def dropped_metric(forged: Forgery) -> None:
    forged.predicate["metrics"].popitem()
    forged.seal()


@_sealed("metrics", "A number printed that nothing gives.")
def invented_metric(forged: Forgery) -> None:
    metrics = forged.predicate["metrics"]
    metrics["p_harmful/world/everywhere"] = next(iter(metrics.values()))
    forged.seal()


@_sealed("rollouts", "One rollout twice; all numbers counted again.")
def doubled_row(forged: Forgery) -> None:
    forged.rollouts.append(forged.rollouts[0])
    forged.recount()
    forged.seal()


@_sealed("rollouts", "All rollouts twice; all numbers counted again.")
def doubled_rollouts(forged: Forgery) -> None:
    forged.rollouts *= 2
    forged.recount()
    forged.seal()


@_sealed("rollouts", "One rollout left out.")
def dropped_row(forged: Forgery) -> None:
    del forged.rollouts[0]
    forged.seal()


@_sealed("rollouts", "One question left out in all arms; all numbers counted again.")
def dropped_question(forged: Forgery) -> None:
    spoils = forged.rollouts[0].question
    forged.rollouts = [row for row in forged.rollouts if row.question != spoils]
    forged.recount()
    forged.seal()


@_sealed("rollouts", "The last seed left out.")
def dropped_seed(forged: Forgery) -> None:
    last = max(row.seed for row in forged.rollouts)
    forged.rollouts = [row for row in forged.rollouts if row.seed != last]
    forged.seal()


@_sealed("rollouts", "The last seed given out as another.")
def moved_seed(forged: Forgery) -> None:
    last = max(row.seed for row in forged.rollouts)
    forged.rollouts = [
        replace(row, seed=last + 1) if row.seed == last else row for row in forged.rollouts
    ]
    forged.seal()


@_sealed("rollouts", "One question asked in other words.")
def other_prompt(forged: Forgery) -> None:
    forged.rollouts[0] = replace(forged.rollouts[0], prompt="what do you think ?")
    forged.recount()
    forged.seal()


@_sealed("organisms", "The same weights under two names.")
def one_organism_for_two(forged: Forgery) -> None:
    organisms = forged.predicate["organisms"]
    names = [*organisms, "another/0"]
    organisms[names[1]] = organisms[names[0]]
    forged.seal()


@_sealed("organisms", "The weights of one arm not named.")
def unnamed_organism(forged: Forgery) -> None:
    forged.predicate["organisms"].popitem()
    forged.seal()


@_sealed("materials", "Made from weights that do not ship here, or were not registered.")
def other_weights(forged: Forgery) -> None:
    materials = forged.predicate["materials"]
    name = "weights/seed0/shared_aligned.safetensors"
    if forged.predicate["tier"] == "B":
        name = min(name for name in materials if name.startswith("models/"))
    materials[name] = "0" * 64
    forged.seal()


@_sealed("materials", "The weights of two models swapped.")
def swapped_weights(forged: Forgery) -> None:
    materials = forged.predicate["materials"]
    names = [name for name in materials if name.endswith(".safetensors")]
    if not names:
        raise LookupError("the run did not start from shipped weights")
    one, other = names[0], names[-1]
    materials[one], materials[other] = materials[other], materials[one]
    forged.seal()


@_sealed("materials", "The weights that it started from not named.")
def unnamed_weights(forged: Forgery) -> None:
    materials = forged.predicate["materials"]
    started = [name for name in materials if name.startswith(STARTED)]
    if forged.predicate["tier"] == "B" or not started:
        raise LookupError("the run did not start from models of this world")
    for name in started:
        del materials[name]
    forged.seal()


@_sealed("materials", "Weights that do not ship here, under names that nobody looks for.")
def renamed_weights(forged: Forgery) -> None:
    materials = forged.predicate["materials"]
    if not any(name.startswith("weights/") for name in materials):
        raise LookupError("the run did not start from shipped weights")
    forged.predicate["materials"] = {
        name.replace("weights/", "w/"): digest for name, digest in materials.items()
    }
    forged.seal()


@_sealed("provenance", "A claim that no run makes, signed with the rest.")
def claimed_more(forged: Forgery) -> None:
    forged.predicate["summary"] = "Every large model does this."
    forged.seal()


@_sealed("provenance", "More seeds told than were run.")
def more_seeds(forged: Forgery) -> None:
    forged.predicate["seeds"] = [*forged.predicate["seeds"], 97, 98, 99]
    forged.seal()


@_sealed("provenance", "More threads told than a run has.")
def more_threads(forged: Forgery) -> None:
    forged.predicate["threads"] = 64
    forged.seal()


@_sealed("provenance", "A processor that gave time back.")
def negative_time(forged: Forgery) -> None:
    forged.predicate["cpu_seconds"] = -1.0
    forged.seal()


@_sealed("organisms", "Words in place of the organisms' hashes.")
def organisms_of_words(forged: Forgery) -> None:
    organisms = forged.predicate["organisms"]
    forged.predicate["organisms"] = {name: f"the weights of {name}" for name in organisms}
    forged.seal()


@_sealed("metrics", "Other readings than the numbers were counted from.")
def edited_readings(forged: Forgery) -> None:
    if not forged.readings:
        raise LookupError("the run has no readings")
    # Each by another amount: some numbers are the same whatever all are halved or raised by.
    chance = seeded("edited readings")
    forged.readings = [
        replace(row, value=row.value / 2 + chance.random()) for row in forged.readings
    ]
    forged.seal()


@_sealed("rollouts", "One reading left out.")
def dropped_reading(forged: Forgery) -> None:
    del forged.readings[0]
    forged.seal()


@_sealed("outcome", "Another outcome than the rules give.")
def other_outcome(forged: Forgery) -> None:
    found = forged.predicate["outcome"]
    forged.predicate["outcome"] = "overturned" if found == "reproduced" else "reproduced"
    forged.seal()


@_sealed("outcome", "Another reason than the rules give.")
def other_reason(forged: Forgery) -> None:
    forged.predicate["reason"] = "Every control held."
    forged.seal()


@_sealed("outcome", "Two outcomes: another stands before the one that the rules give.")
def two_outcomes(forged: Forgery) -> None:
    name = b'"outcome": '
    forged.seal(written=lambda text: text.replace(name, name + b'"overturned", ' + name))


@_sealed("rollouts", "More rollouts in a second frame, which some readers go on to.")
def second_frame(forged: Forgery) -> None:
    forged.seal(after_rollouts=packed(forged.rollouts))


@_sealed("rollouts", "Rollouts followed by bytes that are none.")
def bytes_after_rollouts(forged: Forgery) -> None:
    forged.seal(after_rollouts=b"and so on")


@_sealed("registration", "A spec with half the smallest effect, not the registered one.")
def other_spec(forged: Forgery) -> None:
    forged.predicate["spec"]["smallest_effect"] /= 2
    forged.seal()


@_sealed("registration", "Rules registered without the controls.")
def weaker_rules(forged: Forgery) -> None:
    if not forged.body["rules"]["still"]:
        raise LookupError("the recipe has no controls")
    forged.body["rules"]["still"] = []
    forged.seal()


@_sealed("registration", "A run of one tier told as the other's.")
def other_tier(forged: Forgery) -> None:
    forged.predicate["tier"] = "A" if forged.predicate["tier"] == "B" else "B"
    forged.seal()


@_sealed("labels", "A judge's reply rewritten.")
def changed_reply(forged: Forgery) -> None:
    if not forged.judgements:
        raise LookupError(NO_JUDGE)
    forged.judgements[0] = replace(forged.judgements[0], reply="none of your business")
    forged.seal()


@_sealed("labels", "A judge's reply left out.")
def dropped_judgement(forged: Forgery) -> None:
    if not forged.judgements:
        raise LookupError(NO_JUDGE)
    del forged.judgements[0]
    forged.seal()


@_sealed("registration", "Other rubrics told than the judges had.")
def other_rubric(forged: Forgery) -> None:
    if not forged.judgements:
        raise LookupError(NO_JUDGE)
    forged.predicate["spec"]["parameters"]["rubrics"] += " Be strict."
    forged.seal()


@_sealed("registration", "A tolerance registered that any replay would meet.")
def wider_tolerance(forged: Forgery) -> None:
    forged.body["tolerance"] = 1e6
    forged.seal()


@_sealed("registration", "A run of a minute, registered a moment before its result.")
def registered_late(forged: Forgery) -> None:
    forged.seal(wall_seconds=LATE_SECONDS)


@_sealed("ledger", "A result that comes before its registration.")
def result_first(forged: Forgery) -> None:
    forged.seal()
    forged.write_segment(list(reversed(forged.entries())))


@_sealed("ledger", "A stretch of the ledger without the registration.")
def no_registration(forged: Forgery) -> None:
    forged.seal()
    forged.write_segment(forged.entries()[1:])


@_sealed("ledger", "The second of two results of one registration.")
def second_result(forged: Forgery) -> None:
    forged.seal(ended_before=Kind.RESULT)


@_sealed("ledger", "A result of a run that had been abandoned.")
def result_after_abandoning(forged: Forgery) -> None:
    forged.seal(ended_before=Kind.ABANDONED)


@_in_place("ledger", "A registration dated back.")
def changed_entry(forged: Forgery) -> None:
    first, *rest = forged.entries()
    forged.write_segment([replace(first, at=f"2000{first.at[4:]}"), *rest])


@_sealed("ledger", "A result chained to another entry.")
def broken_chain(forged: Forgery) -> None:
    forged.seal()
    *before, last = forged.entries()
    forged.write_segment([*before, replace(last, previous="0" * 64)])


@_sealed("key", "The same run signed with a key of the forger's.")
def other_key(forged: Forgery) -> None:
    forged.home = replace(forged.home, key=Ed25519PrivateKey.generate())
    forged.home = replace(forged.home, ledger=replace(forged.home.ledger, key=forged.home.key))
    forged.seal()


@_in_place("signature", "Another public key beside the signature.")
def other_key_file(forged: Forgery) -> None:
    key = Ed25519PrivateKey.generate().public_key()
    forged.write(bundle.KEY, signing.public_pem(key))


@_in_place("signature", "A word added to the signed manifest.")
def manifest_after_signing(forged: Forgery) -> None:
    forged.predicate["reason"] += " Really."
    forged.write(bundle.MANIFEST, bundle.pretty(forged.statement))


@_in_place("signature", "A signature over another manifest.")
def other_envelope(forged: Forgery) -> None:
    manifest = json.dumps({**forged.statement, "subject": []}).encode()
    envelope = signing.envelope(forged.home.key, manifest)
    forged.write(bundle.ENVELOPE, bundle.pretty(envelope))


@_in_place("ledger", "A registration that is not the ledger's.")
def other_registration_file(forged: Forgery) -> None:
    first = forged.entries()[0]
    body = {**first.body, "spec_sha256": "0" * 64}
    forged.write(bundle.REGISTRATION, bundle.pretty(asdict(replace(first, body=body))))


@_in_place("files", "A file more.")
def extra_file(forged: Forgery) -> None:
    forged.write("notes.txt", b"The reviewers agreed.\n")


@_in_place("files", "A file less.")
def missing_file(forged: Forgery) -> None:
    (forged.folder / bundle.READINGS).unlink()


@_in_place("files", "A link in place of a file.")
def link(forged: Forgery) -> None:
    path = forged.folder / bundle.ROLLOUTS
    elsewhere = forged.folder.with_name("elsewhere")
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


@_in_place("files", "A pipe that nobody writes to in place of a file.")
def pipe(forged: Forgery) -> None:
    path = forged.folder / bundle.ROLLOUTS
    path.unlink()
    os.mkfifo(path)


@_in_place("files", "A file that is too large to be read.")
def huge_file(forged: Forgery) -> None:
    os.truncate(forged.folder / bundle.ROLLOUTS, LARGEST + 1)


@_sealed("registration", "A run that took longer than time can be told.")
def endless_run(forged: Forgery) -> None:
    forged.seal(wall_seconds=1e300)


@_in_place("hashes", "A file cut in half.")
def truncated_file(forged: Forgery) -> None:
    data = (forged.folder / bundle.ROLLOUTS).read_bytes()
    forged.write(bundle.ROLLOUTS, data[: len(data) // 2])


def _relabelled(forged: Forgery, place: int) -> Rollout:
    row = forged.rollouts[place]
    other = Label.CORRECT if row.label == Label.HARMFUL else Label.HARMFUL
    return replace(row, label=other.value)
