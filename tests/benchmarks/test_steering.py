"""The task that other tools get, done here: the tokens must be those of transformers' `generate`."""

import pytest
import torch

from benchmarks.peers import by_butfor
from benchmarks.peers.task import PLAIN, STEERED, Task
from benchmarks.steering import TASKS, beside


@pytest.fixture(scope="module", params=TASKS)
def task(request, tmp_path_factory):
    base = tmp_path_factory.mktemp(request.param)
    made = TASKS[request.param](base / "model", 1)
    return Task.read(made.write(base / "task.json"))


@pytest.mark.slow
def test_tokens_are_those_of_plain_generate_with_and_without_a_push(task):
    before = torch.get_num_threads()
    said = {name: way() for name, way in by_butfor.ways(task).items()}
    torch.set_num_threads(before)
    assert said[by_butfor.GREEDY] == said[PLAIN]
    assert said[STEERED] == said[by_butfor.HOOKED]
    # A push that moved nothing would be the same everywhere.
    assert all(a != b for a, b in zip(said[STEERED], said[PLAIN], strict=True))


def test_tools_are_held_against_ours_by_prompt_and_by_their_own_plain_seconds():
    ours = {"said": {PLAIN: [[1], [2]], STEERED: [[3], [4]]}}
    theirs = {
        "versions": {},
        "said": {PLAIN: [[1], [2]], STEERED: [[3], [5]]},
        "seconds": {PLAIN: [1.0, 2.0], STEERED: [1.5, 3.0]},
    }
    found = beside(ours, theirs)
    assert found["same_tokens"] == {PLAIN: "2 of 2", STEERED: "1 of 2"}
    assert found["seconds_to_plain_generate"][STEERED]["value"] == 1.5
