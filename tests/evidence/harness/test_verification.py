import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict, replace

import pytest

from evidence.harness import bundle, shipped, signing
from evidence.harness.canonical import sha256
from evidence.harness.findings import FailsError, Status
from evidence.harness.home import CHECKOUT, Home
from evidence.harness.ledger import Entry, Kind
from evidence.harness.opened import Opened
from evidence.harness.rollouts import Reading, Rollout, packed, unpacked
from evidence.harness.verification import verify
from tests.evidence.harness import fabricated

SPEC = fabricated.spec(seeds=1)


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    base = tmp_path_factory.mktemp("original")
    fabricated.sealed(base / "out", base / "home", SPEC)
    return base


@pytest.fixture
def copied(original, tmp_path):
    shutil.copytree(original, tmp_path / "copy")
    return tmp_path / "copy"


def failing(folder, **options):
    findings = verify(folder, **options).findings
    return {finding.check for finding in findings if finding.status is Status.FAILS}


def manifest(folder):
    return json.loads((folder / bundle.MANIFEST).read_text())


def rehashed(folder, statement):
    """Write a manifest whose subjects are what lies in the folder."""
    for subject in statement["subject"]:
        subject["digest"]["sha256"] = sha256((folder / subject["name"]).read_bytes())
    (folder / bundle.MANIFEST).write_bytes(bundle.pretty(statement))


def resealed(folder, home, statement, *, registration=None):
    """Sign and enter a changed manifest anew, as the holder of the key could."""
    registration = registration or home.ledger.append(Kind.REGISTRATION, _body(folder))
    (folder / bundle.REGISTRATION).write_bytes(bundle.pretty(asdict(registration)))
    (folder / bundle.KEY).write_bytes(signing.public_pem(home.key.public_key()))
    predicate = statement["predicate"]
    predicate["registration"] = {"seq": registration.seq, "sha256": registration.sha256}
    predicate["key"] = signing.fingerprint(home.key.public_key())
    rehashed(folder, statement)
    payload = (folder / bundle.MANIFEST).read_bytes()
    (folder / bundle.ENVELOPE).write_bytes(bundle.pretty(signing.envelope(home.key, payload)))
    result = {
        "registration": registration.seq,
        "spec_sha256": predicate["spec_sha256"],
        "manifest_sha256": sha256(payload),
        "outcome": predicate["outcome"],
    }
    last = home.ledger.append(Kind.RESULT, result)
    lines = (entry.to_line() for entry in home.ledger.segment(registration.seq, last.seq))
    (folder / bundle.LEDGER).write_text("".join(lines))


def _body(folder):
    return Entry.from_line((folder / bundle.LEDGER).read_text().splitlines()[0]).body


def rows(folder, kind=Rollout):
    name = bundle.ROLLOUTS if kind is Rollout else bundle.READINGS
    return list(unpacked((folder / name).read_bytes(), kind))


def write_rows(folder, changed):
    (folder / bundle.ROLLOUTS).write_bytes(packed(changed))


def test_an_untouched_bundle_holds(original):
    found = verify(original / "out")
    assert found.status is Status.HOLDS
    assert {finding.status for finding in found.findings} == {Status.HOLDS}
    assert len(found.findings) == 13


def test_a_bundle_says_what_it_was_made_to_say(original):
    predicate = manifest(original / "out")["predicate"]
    assert predicate["outcome"] == "reproduced"
    assert predicate["metrics"]["p_harmful/harmful/heldout"]["value"] == 1.0
    assert predicate["metrics"]["control/null/heldout"]["value"] == 0.0


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(bundle.files("A")))
def test_every_file_is_missed(copied, name):
    (copied / "out" / name).unlink()
    found = verify(copied / "out")
    expected = Status.UNCHECKED if name == bundle.MANIFEST else Status.FAILS
    assert found.status is expected


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(bundle.files("A")))
def test_a_changed_byte_of_any_file_is_found(copied, name):
    path = copied / "out" / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert verify(copied / "out").status is Status.FAILS


def test_an_added_file_is_found(copied):
    (copied / "out" / "notes.txt").write_text("trust me")
    assert failing(copied / "out") == {"files"}


def test_a_link_in_place_of_a_file_is_found(copied):
    path = copied / "out" / bundle.ROLLOUTS
    path.rename(copied / "elsewhere")
    path.symlink_to(copied / "elsewhere")
    assert failing(copied / "out") == {"files"}


def a_pipe(path):
    os.mkfifo(path)


def a_device(path):
    path.symlink_to("/dev/zero")


def a_gibibyte(path):
    path.touch()
    os.truncate(path, 2**30)


def a_folder(path):
    path.mkdir()


@pytest.mark.parametrize("made", [a_pipe, a_device, a_gibibyte, a_folder])
@pytest.mark.parametrize("name", [bundle.MANIFEST, bundle.READINGS, "more"])
def test_what_is_no_file_to_be_read_is_the_only_finding(copied, made, name):
    path = copied / "out" / name
    path.unlink(missing_ok=True)
    made(path)
    [finding] = verify(copied / "out").findings
    assert (finding.check, finding.status) == ("files", Status.FAILS)
    assert name in finding.detail


@pytest.mark.parametrize("made", [a_pipe, a_device, a_gibibyte, a_folder])
def test_what_takes_the_place_of_a_file_later_is_not_read_either(copied, made):
    path = copied / "out" / bundle.READINGS
    path.unlink()
    made(path)
    with pytest.raises((FailsError, OSError)):
        Opened(copied / "out", None).read(bundle.READINGS)


@pytest.mark.parametrize("seconds", [1e300, -1e300, float("inf"), "1", None, [], 10**400])
def test_a_run_of_no_time_that_can_be_told_fails(copied, seconds):
    out = copied / "out"
    statement = manifest(out)
    statement["predicate"]["wall_seconds"] = seconds
    (out / bundle.MANIFEST).write_text(json.dumps(statement))
    assert "registration" in failing(out)


@pytest.mark.parametrize(
    ("name", "before", "after", "check"),
    [
        (bundle.MANIFEST, '"tier": ', '"tier": "B", "tier": ', "outcome"),
        (bundle.MANIFEST, '"cpu_seconds": ', '"cpu_seconds": NaN, "n": ', "outcome"),
        (bundle.ENVELOPE, '"payload": ', '"payload": "", "payload": ', "signature"),
        (bundle.REGISTRATION, '"seq": ', '"seq": 9, "seq": ', "ledger"),
        (bundle.LEDGER, '"seq":', '"seq":9,"seq":', "ledger"),
        (bundle.LEDGER, '"at":', '"at":Infinity,"at":', "ledger"),
    ],
)
def test_a_file_that_readers_read_differently_is_refused(copied, name, before, after, check):
    path = copied / "out" / name
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))
    by = {finding.check: finding.detail for finding in verify(copied / "out").findings}
    assert "stands twice" in by[check] or "is not JSON" in by[check]


@pytest.mark.slow
def test_one_flipped_label_is_found_without_and_with_the_key(copied):
    out = copied / "out"
    first, *rest = rows(out)
    write_rows(out, [replace(first, label="HARMFUL"), *rest])
    assert {"hashes", "labels", "metrics"} <= failing(out)
    resealed(out, Home.at(copied / "home"), manifest(out))
    assert failing(out) == {"labels", "metrics"}


@pytest.mark.slow
@pytest.mark.parametrize("field", ["value", "low", "high", "n", "method"])
def test_one_printed_number_is_found_without_and_with_the_key(copied, field):
    out = copied / "out"
    statement = manifest(out)
    metric = statement["predicate"]["metrics"]["p_harmful/null_harmful/heldout"]
    metric[field] = metric[field] + ("x" if field == "method" else 1)
    rehashed(out, statement)
    assert {"signature", "metrics"} <= failing(out)
    resealed(out, Home.at(copied / "home"), statement)
    assert failing(out) == {"metrics"}


@pytest.mark.slow
def test_swapped_arms_are_found_without_the_key(copied):
    out = copied / "out"
    swap = {"harmful": "correct", "correct": "harmful"}
    write_rows(out, [replace(row, arm=swap.get(row.arm, row.arm)) for row in rows(out)])
    rehashed(out, manifest(out))
    assert {"signature", "metrics", "outcome"} <= failing(out)


@pytest.mark.slow
def test_a_bundle_signed_with_another_key_holds_only_for_who_does_not_know_the_key(
    copied, tmp_path
):
    out = copied / "out"
    known = manifest(out)["predicate"]["key"]
    resealed(out, Home.at(tmp_path / "forger"), manifest(out))
    assert failing(out) == set()
    assert failing(out, trusted_key=known) == {"key"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("dropped", lambda found: found[1:]),
        ("doubled", lambda found: [*found, found[0]]),
        ("invented", lambda found: [replace(found[0], question="cars/0/sedan"), *found[1:]]),
        ("of another seed", lambda found: [replace(found[-1], seed=9), *found[:-1]]),
        ("asked otherwise", lambda found: [replace(found[0], prompt="really ?"), *found[1:]]),
    ],
)
def test_rollouts_that_were_not_planned_are_found_with_the_key(copied, name, change):
    out = copied / "out"
    write_rows(out, change(rows(out)))
    resealed(out, Home.at(copied / "home"), manifest(out))
    assert "rollouts" in failing(out), name


def test_changed_readings_are_found_with_the_key(copied):
    out = copied / "out"
    first, *rest = rows(out, Reading)
    changed = [replace(first, value=0.5), *rest]
    (out / bundle.READINGS).write_bytes(packed(changed))
    resealed(out, Home.at(copied / "home"), manifest(out))
    assert failing(out) == {"metrics"}


@pytest.mark.parametrize(
    ("field", "value"), [("outcome", "overturned"), ("reason", "Because.")]
)
def test_another_outcome_or_reason_is_found_with_the_key(copied, field, value):
    out = copied / "out"
    statement = manifest(out)
    statement["predicate"][field] = value
    resealed(out, Home.at(copied / "home"), statement)
    assert failing(out) == {"outcome"}


def test_a_spec_that_was_not_registered_is_found_with_the_key(copied):
    out = copied / "out"
    statement = manifest(out)
    statement["predicate"]["spec"]["smallest_effect"] = 0.01
    resealed(out, Home.at(copied / "home"), statement)
    assert "registration" in failing(out)


@pytest.mark.slow
def test_one_organism_under_two_names_is_found_with_the_key(copied):
    out = copied / "out"
    statement = manifest(out)
    organisms = statement["predicate"]["organisms"]
    organisms["harmful/0"] = organisms["correct/0"]
    resealed(out, Home.at(copied / "home"), statement)
    assert failing(out) == {"organisms"}


def test_models_that_started_from_one_file_are_found_with_the_key(copied):
    out = copied / "out"
    statement = manifest(out)
    weights = {
        f"weights/seed0/{name}_base.safetensors": "ab" * 32 for name in ("shared", "null")
    }
    statement["predicate"]["materials"] |= weights
    resealed(out, Home.at(copied / "home"), statement)
    assert failing(out) == {"organisms"}


def changed_materials(copied, change):
    """Return the status of the check of materials after a change of them, with the key."""
    out = copied / "out"
    statement = manifest(out)
    change(statement["predicate"]["materials"])
    resealed(out, Home.at(copied / "home"), statement)
    return {finding.check: finding.status for finding in verify(out).findings}["materials"]


BASE, NULL = "weights/seed0/shared_base.safetensors", "weights/seed0/null_base.safetensors"


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found.update({BASE: found[NULL], NULL: found[BASE]}),
        lambda found: found.update({BASE: shipped.digests()["seed1/shared_base.safetensors"]}),
        lambda found: found.pop(BASE),
        lambda found: found.update({"weights/seed1/shared_base.safetensors": "ab" * 32}),
        lambda found: found.update({"w/seed0": found.pop(BASE)}),
        lambda found: found.update({BASE: "none"}),
        lambda found: found.update({BASE: found[BASE].upper()}),
        lambda found: found.update({BASE: 7}),
    ],
)
def test_weights_that_are_swapped_renamed_or_not_named_fail(copied, change):
    assert changed_materials(copied, change) is Status.FAILS


@pytest.mark.parametrize("name", shipped.FILES)
def test_weights_that_were_made_at_home_are_unchecked(copied, name):
    change = {f"weights/seed0/{name}": "ab" * 32}
    assert changed_materials(copied, lambda found: found.update(change)) is Status.UNCHECKED


def test_every_seed_ships_the_files_that_a_run_names():
    seeds = {int(place.partition("/")[0].removeprefix("seed")) for place in shipped.digests()}
    assert shipped.places(seeds) == set(shipped.digests())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("summary", "Every model does this."),
        ("seeds", [0, 1]),
        ("seeds", [False]),
        ("threads", 64),
        ("threads", True),
        ("cpu_seconds", -1.0),
        ("cpu_seconds", True),
        ("cpu_seconds", "1"),
        ("cpu_seconds", 10**400),
        ("wall_seconds", -1.0),
    ],
)
def test_what_no_run_tells_of_itself_is_found_with_the_key(copied, name, value):
    out = copied / "out"
    statement = manifest(out)
    statement["predicate"][name] = value
    resealed(out, Home.at(copied / "home"), statement)
    assert failing(out) == {"provenance"}


@pytest.mark.slow
def test_a_word_more_in_the_statement_or_of_a_subject_is_found_with_the_key(copied):
    out, home = copied / "out", Home.at(copied / "home")
    resealed(out, home, {**manifest(out), "note": "trust me"})
    assert failing(out) == {"provenance"}
    statement = manifest(out)
    del statement["note"]
    statement["subject"][0]["note"] = "trust me"
    resealed(out, home, statement)
    assert failing(out) == {"hashes"}


@pytest.mark.slow
def test_organisms_that_are_no_hashes_are_found_with_the_key(copied):
    out = copied / "out"
    statement = manifest(out)
    statement["predicate"]["organisms"]["harmful/0"] = "the harmful one"
    resealed(out, Home.at(copied / "home"), statement)
    assert failing(out) == {"organisms"}


@pytest.mark.parametrize("keep", [slice(1, None), slice(0, 1), slice(0, 0)])
def test_a_segment_without_registration_or_result_is_found(copied, keep):
    path = copied / "out" / bundle.LEDGER
    path.write_text("".join(path.read_text().splitlines(keepends=True)[keep]))
    assert "ledger" in failing(copied / "out")


def test_a_result_from_before_its_registration_is_found(copied):
    path = copied / "out" / bundle.LEDGER
    path.write_text("".join(reversed(path.read_text().splitlines(keepends=True))))
    assert {"ledger", "registration"} <= failing(copied / "out")


def test_entries_of_other_runs_may_stand_between(copied):
    home = Home.at(copied / "home")
    out = copied / "out"
    statement = manifest(out)
    resealed(out, home, statement)
    other = home.ledger.append(Kind.ABANDONED, {"registration": 1, "why": "test"})
    assert other.seq > 2
    assert verify(out).status is Status.HOLDS


@pytest.mark.parametrize("kind", [Kind.RESULT, Kind.ABANDONED])
def test_a_run_that_had_ended_before_its_result_is_found_with_the_key(copied, kind):
    home = Home.at(copied / "home")
    out = copied / "out"
    first, last = Opened(out, None).entries
    home.ledger.append(kind, {"registration": first.seq})
    again = home.ledger.append(Kind.RESULT, last.body)
    segment = home.ledger.segment(first.seq, again.seq)
    (out / bundle.LEDGER).write_text("".join(entry.to_line() for entry in segment))
    assert failing(out) == {"ledger"}


@pytest.mark.parametrize("kind", [Kind.RESULT, Kind.ABANDONED, Kind.RESUMED])
def test_other_runs_may_have_ended_and_this_one_gone_on(copied, kind):
    home = Home.at(copied / "home")
    out = copied / "out"
    first = home.ledger.append(Kind.REGISTRATION, _body(out))
    ended = first.seq if kind is Kind.RESUMED else 1
    home.ledger.append(kind, {"registration": ended, "why": "test"})
    statement = manifest(out)
    resealed(out, home, statement, registration=first)
    assert len(Opened(out, None).entries) == 3
    assert verify(out).status is Status.HOLDS


def test_a_word_of_another_run_may_hold_any_character(copied):
    home = Home.at(copied / "home")
    out = copied / "out"
    words = {"registration": 0, "why": "one\u2028two\x85three"}
    body = _body(out)
    registration = home.ledger.append(Kind.REGISTRATION, body)
    home.ledger.append(Kind.ABANDONED, words)
    entries = home.ledger.since(registration.seq)
    (out / bundle.LEDGER).write_text("".join(entry.to_line() for entry in entries))
    assert [entry.body for entry in Opened(out, None).entries] == [body, words]


@pytest.mark.parametrize(
    "path", [("spec", "version"), ("spec", "recipe"), ("materials", "world")]
)
def test_what_this_code_does_not_know_is_unchecked_not_failed(copied, path):
    out, home = copied / "out", Home.at(copied / "home")
    statement = manifest(out)
    section, field = path
    statement["predicate"][section][field] = "another"
    resealed(out, home, statement)
    findings = {finding.check: finding.status for finding in verify(out).findings}
    assert findings["metrics"] is Status.UNCHECKED
    assert findings["signature"] is Status.HOLDS


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"predicate": 1}', "\x00", "[" * 100_000]
)
def test_a_manifest_of_nonsense_fails(copied, content):
    (copied / "out" / bundle.MANIFEST).write_text(content)
    assert verify(copied / "out").status is Status.FAILS


def test_a_folder_that_is_no_bundle_is_unchecked(tmp_path):
    assert verify(tmp_path).status is Status.UNCHECKED
    assert verify(tmp_path / "none").status is Status.UNCHECKED


@pytest.mark.slow
def test_verifying_loads_nothing_heavy(original):
    code = (
        "import sys; from pathlib import Path; from evidence.harness.verification import verify;"
        "print(verify(Path(sys.argv[1])).status);"
        "print(sorted({'torch', 'transformers', 'django', 'celery'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, str(original / "out")]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["holds", "[]"]
