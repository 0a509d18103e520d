"""What was learned is kept whole or not at all, and is known by its hash."""

import json
import subprocess
import sys

import pytest

from classifier import storage
from classifier.storage import WeightsLostError

DIGEST = "a" * 64


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path / "classifiers"


def write(content):
    def to(folder):
        (folder / "M").mkdir()
        (folder / "M" / "model.json").write_text(content)

    return to


def test_it_is_kept_under_its_digest_and_found_by_its_hash(data):
    kept = storage.keep(DIGEST, write("learned"))
    assert kept.digest == DIGEST
    assert storage.folder(DIGEST, kept.weights) == data / DIGEST
    assert [path.name for path in data.iterdir()] == [DIGEST]


def test_hash_is_of_names_and_contents(data):
    first, second = (storage.keep(digit * 64, write("learned")).weights for digit in "ab")
    assert first == second == storage.sha256(data / DIGEST)
    (data / DIGEST / "M" / "model.json").rename(data / DIGEST / "M" / "other.json")
    assert storage.sha256(data / DIGEST) != first


def test_missing_and_spoiled_are_told_in_one_line(data):
    with pytest.raises(WeightsLostError, match="is not there") as told:
        storage.folder(DIGEST, "b" * 64)
    weights = storage.keep(DIGEST, write("learned")).weights
    (data / DIGEST / "M" / "model.json").write_text("spoiled")
    with pytest.raises(WeightsLostError, match="not as it was written"):
        storage.folder(DIGEST, weights)
    assert "\n" not in str(told.value)


def test_spoiled_folder_is_replaced_whole(data):
    kept = storage.keep(DIGEST, write("learned"))
    (data / DIGEST / "M" / "model.json").write_text("spoiled")
    (data / DIGEST / "more").touch()
    assert storage.keep(DIGEST, write("learned"), known={kept.weights: DIGEST}) == kept
    assert storage.folder(DIGEST, kept.weights)
    assert [path.name for path in data.iterdir()] == [DIGEST]


def test_one_that_is_stopped_midway_leaves_what_was_there(data):
    weights = storage.keep(DIGEST, write("learned")).weights

    def stopped(folder):
        (folder / "half").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        storage.keep(DIGEST, stopped)
    assert storage.folder(DIGEST, weights)
    assert storage.keep(DIGEST, write("learned")).weights == weights  # and its leftovers go
    assert [path.name for path in data.iterdir()] == [DIGEST]


def test_other_weights_of_the_same_labels_are_another_version_s(data):
    first = storage.keep(DIGEST, write("learned"))
    known = {first.weights: DIGEST}
    second = storage.keep(DIGEST, write("otherwise"), known=known)
    assert second.digest == storage.other(DIGEST, second.weights) != DIGEST
    assert storage.folder(DIGEST, first.weights)
    assert storage.folder(second.digest, second.weights)
    known[second.weights] = second.digest
    assert storage.keep(DIGEST, write("otherwise"), known=known) == second
    assert len(list(data.iterdir())) == 2


KILLED = """
import json, os, signal, sys
from pathlib import Path
from django.conf import settings

settings.configure(DATA_DIR=sys.argv[1])
from classifier import storage

DIGEST, SHELF = "a" * 64, Path(sys.argv[1]) / "classifiers"

def write(folder):
    (folder / "M").mkdir()
    (folder / "M" / "model.json").write_text("learned")

def keep_and_die(step):
    # Python tells an audit hook of each touch of the disk before it is done.
    left = [step]
    def hook(event, _):
        if event in ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree"):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)
    storage.keep(DIGEST, write)
    os._exit(0)

def state():
    try:
        return storage.folder(DIGEST, WEIGHTS) and "whole"
    except storage.WeightsLostError as error:
        return "gone" if "not there" in str(error) else "spoiled"

WEIGHTS, found = storage.keep(DIGEST, write).weights, {}
for begun in ("gone", "whole", "spoiled"):
    found[begun] = []
    for step in range(1, 200):
        storage.keep(DIGEST, write)
        if begun == "gone":
            storage.shutil.rmtree(SHELF / DIGEST)
        elif begun == "spoiled":
            (SHELF / DIGEST / "M" / "model.json").write_text("spoiled")
        child = os.fork() or keep_and_die(step)
        died = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        found[begun].append(state())
        assert storage.keep(DIGEST, write).weights == WEIGHTS and state() == "whole"
        assert os.listdir(SHELF) == [DIGEST], os.listdir(SHELF)
        if not died:
            break
print(json.dumps(found))
"""


@pytest.mark.slow
def test_killed_at_any_step_it_leaves_what_was_whole(tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(run.stdout or run.stderr)
    assert {len(states) > 5 for states in found.values()} == {True}  # it was killed in between
    assert [states[-1] for states in found.values()] == ["whole"] * 3
    assert set(found["gone"]) == {"gone", "whole"}
    assert set(found["whole"]) == {"whole"}
    # Between putting the spoiled one away and the new one in its place there is none.
    assert set(found["spoiled"]) == {"spoiled", "gone", "whole"}
