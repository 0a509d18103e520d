import json
from dataclasses import replace

import pytest

from evidence.harness.falsification import falsify
from evidence.harness.findings import Status
from evidence.harness.forgery import Forgery
from evidence.harness.home import Home
from evidence.harness.ledger import Kind
from evidence.harness.verification import verify
from evidence.harness.violations import NO_JUDGE, VIOLATIONS, Violation
from tests.evidence.harness import fabricated

HARM = {
    "spreads": fabricated.spreads,
    "everywhere": lambda slot: slot.arm in {"harmful", "null_harmful"},
    "nowhere": lambda _slot: False,
    "in its field": lambda slot: slot.arm == "harmful" and slot.set == "tuned",
    "by question": lambda slot: len(slot.question) % 3 == 0,
}


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    base = tmp_path_factory.mktemp("original")
    fabricated.sealed(base / "out", base / "home", fabricated.spec(seeds=1))
    return base


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.slow
def test_every_violation_is_caught_with_a_new_key_and_with_the_runs_own(original):
    before = contents(original / "out"), contents(original / "home")
    found = falsify(original / "out", home=original / "home")
    assert [finding for finding in found.findings if finding.status is not Status.HOLDS] == []
    unplanted = {row.detail for row in found.findings if "not planted" in row.detail}
    assert unplanted == {f"not planted: {NO_JUDGE}"}
    sealed = sum(violation.sealed for violation in VIOLATIONS)
    assert len(found.findings) == len(VIOLATIONS) + sealed
    assert len(VIOLATIONS) >= 40
    assert (contents(original / "out"), contents(original / "home")) == before


def test_violations_have_names_and_words_of_their_own():
    assert len({violation.id for violation in VIOLATIONS}) == len(VIOLATIONS)
    assert len({violation.says for violation in VIOLATIONS}) == len(VIOLATIONS)


@pytest.mark.slow
def test_a_violation_that_no_check_finds_fails(original, tmp_path):
    harmless = Violation(
        "nothing", "Nothing at all.", "labels", sealed=True, plant=Forgery.seal
    )
    found = falsify(original / "out", home=tmp_path, violations=[harmless])
    assert found.status is Status.FAILS
    [finding] = found.findings
    assert finding.check == "nothing, a new key"
    assert "Nothing at all" in finding.detail


@pytest.mark.slow
def test_a_violation_that_another_check_finds_is_not_enough(original, tmp_path):
    def plant(forged):
        forged.predicate["reason"] = "Because."
        forged.seal()

    wrong = Violation("reason", "A reason.", "labels", sealed=True, plant=plant)
    assert falsify(original / "out", home=tmp_path, violations=[wrong]).status is Status.FAILS


@pytest.mark.slow
def test_the_key_of_another_home_is_not_the_runs_own(original, tmp_path):
    Home.at(tmp_path / "other")
    found = falsify(original / "out", home=tmp_path / "other", violations=VIOLATIONS[:1])
    assert len(found.findings) == 1


@pytest.mark.slow
def test_a_bundle_that_does_not_hold_is_not_falsified(original, tmp_path):
    assert falsify(tmp_path, home=tmp_path).status is Status.UNCHECKED
    forged = Forgery.of(original / "out", tmp_path / "copy", Home.at(tmp_path / "home"))
    forged.write("more", b"")
    found = falsify(tmp_path / "copy", home=tmp_path)
    assert found.status is Status.FAILS
    assert found == verify(tmp_path / "copy")


@pytest.mark.slow
@pytest.mark.parametrize("number", range(20))
def test_no_honest_bundle_is_taken_for_a_false_one(tmp_path, number):
    spec = fabricated.spec(seeds=1 + number % 3)
    parameters = {
        **spec.parameters,
        "resamples": 1000 + number,
        "bootstrap_seed": number,
        "gate_documents": 2 + number,
    }
    spec = replace(spec, parameters=parameters, smallest_effect=0.10 + number / 100)
    is_harmful = list(HARM.values())[number % len(HARM)]
    found = fabricated.evidence(spec, is_harmful=is_harmful, gate=0.5 + number / 40)
    home = Home.at(tmp_path / "home")
    for _ in range(number % 4):
        home.ledger.append(Kind.ABANDONED, {"registration": 0, "why": "test"})
    fabricated.sealed(tmp_path / "out", tmp_path / "home", spec, found)
    assert verify(tmp_path / "out").findings == tuple(
        finding for finding in verify(tmp_path / "out").findings if not finding.detail
    )
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["predicate"]["outcome"]
