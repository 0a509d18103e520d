"""A training that is killed goes on from where it was kept, with the same bits."""

import json
import subprocess
import sys
import time
from itertools import cycle

import pytest

from config.paths import CHECKOUT
from evidence.harness.errors import HarnessError
from evidence.harness.organism import model as models
from evidence.harness.organism import shelf
from evidence.harness.organism.checkpoints import kept_in
from evidence.harness.organism.model import Shape
from evidence.harness.organism.threads import single_threaded
from evidence.harness.organism.training import Example, Plan, fit
from tests.evidence.harness.filling import files_of_at_most
from tests.evidence.harness.killing import attempted, killed

SMALL = Shape(width=16, layers=2, heads=2, feed_forward=32, context=128)
EXAMPLES = [
    Example(tuple(range(start, start + 7)), (0.0, 1.0, 1.0, 0.5, 1.0, 1.0, 1.0))
    for start in range(5, 40, 3)
]
PLAN = Plan(24, 2, 1e-2, 0.02, falls=True)
LONG = Plan(50, 2, 1e-2, 0.02, falls=True)
KILLS = 20


class Killed(Exception):  # noqa: N818 - it stands for a signal
    pass


def trained(folder=None, *, killed_at=None, plan=PLAN, stops=(), start=0):
    """Train a small model; each step is kept where there is a folder."""

    def tick(step, _loss):
        ticks.append(step)
        if step == killed_at:
            raise Killed

    if folder:
        folder.mkdir(exist_ok=True)
    ticks = []
    model = models.build(50, SMALL, seed=start)
    with single_threaded(), kept_in(folder, seconds=0.0):
        copies = fit(model, cycle(EXAMPLES), plan, tick=tick, stops=stops)
    hashes = {step: shelf.fingerprint(copy) for step, copy in copies.items()}
    return shelf.fingerprint(model), hashes, ticks


@pytest.mark.slow
@pytest.mark.parametrize("matrix_rate", [None, 0.02])
def test_resumed_training_ends_in_the_same_weights_and_copies(tmp_path, matrix_rate):
    plan = Plan(24, 2, 1e-2, matrix_rate, falls=True)
    whole = trained(plan=plan, stops=(3, 11, 24))
    with pytest.raises(Killed):
        trained(tmp_path, killed_at=9, plan=plan, stops=(3, 11, 24))
    again = trained(tmp_path, plan=plan, stops=(3, 11, 24))
    assert again[:2] == whole[:2]
    assert again[2] == list(range(10, 25))


@pytest.mark.slow
def test_finished_training_is_not_done_again(tmp_path):
    first = trained(tmp_path, stops=(4,))
    second = trained(tmp_path, stops=(4,))
    assert second == (*first[:2], [])


@pytest.mark.slow
def test_checkpoint_of_another_training_is_left_aside(tmp_path):
    other = Plan(24, 2, 2e-2, 0.02, falls=True)
    trained(tmp_path, plan=other)
    assert trained(tmp_path) == trained()
    trained(tmp_path, start=1)
    assert trained(tmp_path) == trained()


@pytest.mark.slow
def test_torn_checkpoint_is_left_aside(tmp_path):
    with pytest.raises(Killed):
        trained(tmp_path, killed_at=9)
    [path] = tmp_path.glob("*.safetensors")
    path.write_bytes(path.read_bytes()[:-100])
    assert trained(tmp_path) == trained()


def test_nothing_is_kept_unasked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    trained()
    assert list(tmp_path.iterdir()) == []


def ends_up(base):
    """Kill trainings in `base` and write what is asserted below; for a process of its own."""

    def work(folder):
        found, _, _ = trained(folder / "kept", plan=LONG)
        (folder / "hash").write_text(found)

    def alone():
        (base / "whole").write_text(trained(plan=LONG)[0])

    began = time.monotonic()
    attempted(alone, seconds=None)
    longest = time.monotonic() - began
    rounds = killed(work, base, kills=KILLS, longest=longest, seed="checkpoints")
    sys.stdout.write(json.dumps(rounds))


@pytest.mark.slow
def test_training_killed_at_twenty_random_moments_ends_in_the_same_weights(tmp_path):
    """Each attempt gets the folder as the one before left it, killed amid a write or not."""
    code = (
        "import sys; from pathlib import Path;"
        "from tests.evidence.harness.organism.test_checkpoints import ends_up;"
        "ends_up(Path(sys.argv[1]))"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    rounds = json.loads(done.stdout)
    assert sum(rounds) == KILLS
    hashes = [path.read_text() for path in sorted(tmp_path.glob("*/hash"))]
    assert len(hashes) == len(rounds)
    assert set(hashes) == {(tmp_path / "whole").read_text()}


def test_a_full_disk_is_one_clear_line_and_the_last_state_stays(tmp_path):
    with pytest.raises(Killed):
        trained(tmp_path, killed_at=2)
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.safetensors")}
    refused = pytest.raises(HarnessError, match=r"Checkpoints cannot be kept in .*too large")
    with refused as caught, files_of_at_most(1_000):
        trained(tmp_path)
    assert "\n" not in str(caught.value)
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.safetensors")} == before
