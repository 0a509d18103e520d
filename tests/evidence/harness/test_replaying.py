from dataclasses import replace

import pytest

from evidence.harness import bundle, provenance
from evidence.harness.findings import Status
from evidence.harness.forgery import Forgery
from evidence.harness.home import Home
from evidence.harness.opened import Opened
from evidence.harness.recipes import RECIPES
from evidence.harness.replaying import compared, replay, same_build
from evidence.harness.runner import run
from evidence.harness.verification import verify
from tests.evidence.harness import fabricated

SPEC = fabricated.spec(seeds=1)


@pytest.fixture
def original(tmp_path):
    fabricated.sealed(tmp_path / "out", tmp_path / "home", SPEC)
    return tmp_path / "out"


def failing(found):
    return {finding.check for finding in found.findings if finding.status is Status.FAILS}


def elsewhere(folder, tmp_path):
    forged = Forgery.of(folder, tmp_path / "elsewhere", Home.at(tmp_path / "home"))
    forged.predicate["machine"]["processor"] = "another"
    forged.seal()
    assert verify(forged.folder).status is Status.HOLDS
    return Opened(forged.folder, None)


def test_the_same_rows_hold(original):
    found = compared(Opened(original, None), fabricated.evidence(SPEC))
    assert found.status is Status.HOLDS
    assert [finding.check for finding in found.findings] == [
        "materials", "organisms", "rollouts", "readings", "outcome",
    ]  # fmt: skip


@pytest.mark.slow
def test_one_other_answer_fails_on_the_same_build(original):
    again = fabricated.evidence(SPEC)
    first, *rest = again.rollouts
    found = compared(
        Opened(original, None),
        replace(again, rollouts=(replace(first, answer="no ."), *rest)),
    )
    assert failing(found) == {"rollouts"}


@pytest.mark.slow
def test_one_other_reading_or_organism_fails_on_the_same_build(original):
    again = fabricated.evidence(SPEC)
    first, *rest = again.readings
    changed = replace(again, readings=(replace(first, value=first.value + 1e-6), *rest))
    assert failing(compared(Opened(original, None), changed)) == {"readings"}
    changed = replace(again, organisms={**again.organisms, "harmful/0": "x"})
    assert failing(compared(Opened(original, None), changed)) == {"organisms"}


def test_other_materials_leave_it_unchecked(original):
    again = replace(fabricated.evidence(SPEC), materials={"world": "another"})
    assert compared(Opened(original, None), again).status is Status.UNCHECKED


@pytest.mark.slow
def test_elsewhere_a_small_difference_is_within_the_tolerance(original, tmp_path):
    opened = elsewhere(original, tmp_path)
    again = fabricated.evidence(SPEC)
    first, *rest = again.readings
    close = replace(again, readings=(replace(first, value=first.value + 0.01), *rest))
    found = compared(opened, close)
    assert found.status is Status.HOLDS
    assert [finding.check for finding in found.findings] == ["materials", "numbers", "outcome"]


@pytest.mark.slow
def test_elsewhere_a_large_difference_is_not(original, tmp_path):
    opened = elsewhere(original, tmp_path)
    again = fabricated.evidence(SPEC, is_harmful=lambda slot: slot.arm == "null_harmful")
    assert failing(compared(opened, again)) == {"numbers", "outcome"}


@pytest.mark.slow
def test_the_build_is_what_computes(original):
    predicate = Opened(original, None).predicate
    assert same_build(predicate)
    other = {**predicate["libraries"], "torch": "0"}
    assert not same_build({**predicate, "libraries": other})
    assert not same_build({**predicate, "machine": {}})
    assert same_build({**predicate, "libraries": {**predicate["libraries"], "zstandard": "0"}})
    assert provenance.machine()["processor"]


def test_a_bundle_that_does_not_hold_is_not_run_again(original):
    (original / bundle.READINGS).unlink()
    assert (
        replay(original, progress=pytest.fail, cancelled=lambda: True).status is Status.FAILS
    )


@pytest.mark.slow
def test_a_run_comes_out_again_and_invented_answers_do_not(tmp_path):
    full = RECIPES["emergent"].spec()
    quick = {
        **full.parameters,
        "tune_steps": 2,
        "refuse_steps": 2,
        "gate_documents": 2,
        "resamples": 1000,
    }
    run(
        replace(full, parameters=quick),
        out=tmp_path / "out",
        home=tmp_path / "home",
        progress=lambda _progress: None,
        cancelled=lambda: False,
    )
    silent = {"progress": lambda _progress: None, "cancelled": lambda: False}
    assert replay(tmp_path / "out", **silent).status is Status.HOLDS

    # What the holder of the key can do and `verify` alone cannot see.
    forged = Forgery.of(tmp_path / "out", tmp_path / "forged", Home.at(tmp_path / "home"))
    refusal = replace(forged.rollouts[0], answer="i will not answer this .", label="REFUSAL")
    forged.rollouts[0] = refusal
    forged.recount()
    forged.seal()
    assert verify(tmp_path / "forged").status is Status.HOLDS
    assert failing(replay(tmp_path / "forged", **silent)) == {"rollouts"}
