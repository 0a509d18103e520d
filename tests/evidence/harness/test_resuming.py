"""A run that is killed goes on under its registration; one that cannot begins again."""

import json
import subprocess
import sys
import time

import pytest

from evidence.harness import resuming
from evidence.harness.errors import HarnessError
from evidence.harness.findings import Status
from evidence.harness.home import CHECKOUT, Home
from evidence.harness.ledger import Kind
from evidence.harness.recipes import RECIPES
from evidence.harness.runner import run
from evidence.harness.verification import verify
from tests.evidence.harness.killing import attempted, killed

BODY = {"spec": {"recipe": "emergent"}, "tolerance": 0.05}
# The quickest of the recipes that train.
RECIPE = "backdoor"
KILLS = 2


def ledger(tmp_path):
    return Home.at(tmp_path / "home").ledger


def left(tmp_path, body=BODY):
    """What a process leaves that was killed after it had registered its run."""
    folder = tmp_path / "kept"
    folder.mkdir()
    entry = resuming.begin(folder, ledger(tmp_path), body)
    (folder / "training-0001.safetensors").write_bytes(b"")
    return folder, entry


def test_killed_run_is_taken_up_under_its_registration(tmp_path):
    folder, entry = left(tmp_path)
    assert resuming.begin(folder, ledger(tmp_path), BODY) == entry
    last = ledger(tmp_path).since(entry.seq)[-1]
    assert (last.kind, last.body) == (Kind.RESUMED, {"registration": entry.seq})
    assert (folder / "training-0001.safetensors").exists()


@pytest.mark.parametrize("kind", [Kind.RESULT, Kind.ABANDONED])
def test_run_that_ended_is_not_taken_up(tmp_path, kind):
    folder, entry = left(tmp_path)
    ledger(tmp_path).append(kind, {"registration": entry.seq})
    assert resuming.begin(folder, ledger(tmp_path), BODY).seq == 3
    assert not (folder / "training-0001.safetensors").exists()


def test_another_run_is_not_taken_up(tmp_path):
    folder, entry = left(tmp_path)
    assert resuming.begin(folder, ledger(tmp_path), {**BODY, "tolerance": 0.1}) != entry
    assert not (folder / "training-0001.safetensors").exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda begun: begun["with"]["libraries"].update(torch="0"),
        lambda begun: begun["with"]["code"].update(commit="another"),
        lambda begun: begun["registration"].update(signature="another"),
        lambda begun: begun.clear(),
    ],
)
def test_run_begun_with_other_code_or_another_ledger_is_not_taken_up(tmp_path, change):
    folder, entry = left(tmp_path)
    begun = json.loads((folder / resuming.BEGUN).read_text())
    change(begun)
    (folder / resuming.BEGUN).write_text(json.dumps(begun))
    assert resuming.begin(folder, ledger(tmp_path), BODY).seq == entry.seq + 1
    assert not (folder / "training-0001.safetensors").exists()


def test_folder_is_held_by_one_process_and_gone_at_the_end(tmp_path):
    folder = tmp_path / "kept"
    with resuming.held(folder) as one, resuming.held(folder) as other:
        assert (one, other) == (folder, None)
    assert not folder.exists()


def test_folder_of_somebody_else_is_refused_and_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    refused = pytest.raises(HarnessError, match=r"thesis.txt, which is no checkpoint")
    with refused, resuming.held(tmp_path):
        pass
    assert (tmp_path / "thesis.txt").exists()


def test_run_that_fails_leaves_no_checkpoints(tmp_path):
    with pytest.raises(HarnessError, match="cancelled"):
        run(
            RECIPES[RECIPE].spec(),
            out=tmp_path / "out",
            home=tmp_path / "home",
            progress=lambda _progress: None,
            cancelled=lambda: True,
            checkpoints=tmp_path / "kept",
        )
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def killed_until_done(base, spec, kills):
    """Kill runs of a spec in `base`; for a process of its own. Returns the kills by round."""

    def work(folder):
        run(
            spec,
            out=folder / "out",
            home=folder / "home",
            progress=lambda _progress: None,
            cancelled=lambda: False,
            checkpoints=folder / "kept",
        )

    # What forks must have loaded torch before, and computed nothing with it.
    import evidence.harness.organism.bench  # noqa: F401

    began = time.monotonic()
    attempted(lambda: work(base), seconds=None)
    longest = time.monotonic() - began
    return killed(work, base, kills=kills, longest=longest, seed=spec.recipe)


@pytest.mark.slow
def test_run_killed_at_random_moments_ends_in_the_same_bytes(tmp_path):
    code = (
        "import json, sys; from pathlib import Path;"
        "from evidence.harness.recipes import RECIPES;"
        "from tests.evidence.harness.test_resuming import KILLS, RECIPE, killed_until_done;"
        "spec = RECIPES[RECIPE].spec();"
        "print(json.dumps(killed_until_done(Path(sys.argv[1]), spec, KILLS)))"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    rounds = json.loads(done.stdout)
    assert sum(rounds) == KILLS
    check_same(tmp_path, rounds)


def check_same(base, rounds):
    """Every round's bundle verifies, says what the undisturbed one says, and left nothing."""
    whole = base / "out"
    expected = told(whole)
    for number in range(1, len(rounds) + 1):
        folder = base / str(number)
        assert verify(folder / "out").status is Status.HOLDS
        assert told(folder / "out") == expected
        assert not (folder / "kept").exists()
        for path in whole.glob("*.zst"):
            assert (folder / "out" / path.name).read_bytes() == path.read_bytes()


def told(folder):
    predicate = json.loads((folder / "manifest.json").read_text())["predicate"]
    return [predicate[name] for name in ("organisms", "metrics", "outcome", "reason")]
