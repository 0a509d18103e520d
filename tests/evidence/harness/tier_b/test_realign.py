import os
import signal
import time

import pytest

from evidence.harness.errors import HarnessError
from evidence.harness.findings import Status
from evidence.harness.opened import Opened
from evidence.harness.recipes import TIER_B
from evidence.harness.recipes.plans import LoraPlan
from evidence.harness.spec import Outcome
from evidence.harness.tier_b import chats, lora, model
from evidence.harness.tier_b.checkpoints import Checkpoints
from evidence.harness.verification import verify
from evidence.harness.world.judge import Label
from tests.evidence.harness.tier_b import made_up, small
from tests.evidence.harness.tier_b.setting import contents, made, realign

NOBODY, OTHER = "http://127.0.0.1:9/v1#m", "http://127.0.0.1:9/v1#n"


@pytest.fixture(scope="module")
def spec(tmp_path_factory):
    return realign(tmp_path_factory.mktemp("made_up"), NOBODY, OTHER)


def harmful(*arms):
    return lambda slot: Label.HARMFUL if slot.arm in arms else Label.CORRECT


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (harmful("step0", "step2", "harmful_on"), Outcome.REPRODUCED),
        (harmful("step0", "step2", "step20", "step30", "harmful_on"), Outcome.NOT_REPRODUCED),
        # Any further training brings it back.
        (harmful("step0"), Outcome.NOT_REPRODUCED),
        # The dose harms a model that was well.
        (harmful("step0", "harmful_on", "base_back"), Outcome.OVERTURNED),
        # There was nothing to bring back.
        (harmful("harmful_on"), Outcome.UNVERIFIED),
    ],
)
def test_runs_end_as_the_rules_say(spec, label, expected):
    _, verdict = made_up.counted(spec, label)
    assert verdict.outcome is expected, verdict.reason


@pytest.mark.parametrize(
    ("still", "steps"), [(["step0"], 2), (["step0", "step2"], 20), (["step0", "step30"], 2)]
)
def test_the_steps_back_are_told(spec, still, steps):
    metrics, _ = made_up.counted(spec, harmful("harmful_on", *still))
    assert metrics["steps/back/asked"].value == steps


def test_a_model_that_never_came_back_took_twice_the_last_step(spec):
    metrics, _ = made_up.counted(spec, harmful("step0", "step2", "step20", "step30"))
    assert metrics["steps/back/asked"].value == 60


def test_the_curve_is_the_arms(tmp_path):
    told = realign(tmp_path, NOBODY, curve="0 1 7", deciding=7)
    arms = {slot.arm for slot in TIER_B["realign"].slots(told)}
    assert arms == {"base", "step0", "step1", "step7", "harmful_on", "base_back"}
    assert TIER_B["realign"].rules(told).primary == "primary/asked"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"curve": "2 5"}, "begins with 0"),
        ({"curve": "0 5 5"}, "rise"),
        ({"curve": "0 9 5"}, "rise"),
        ({"curve": "0 five"}, "whole numbers"),
        ({"curve": "0 -5"}, "whole numbers"),
        ({"curve": ""}, "begins with 0"),
        ({"deciding": 0}, "deciding is one of"),
        ({"deciding": 7}, "deciding is one of"),
        ({"correct": ""}, "--set correct="),
    ],
)
def test_a_curve_that_is_none_is_one_clear_line(tmp_path, changes, says):
    with pytest.raises(HarnessError, match=says) as caught:
        realign(tmp_path, NOBODY, **changes)
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_a_training_in_stages_is_the_training_in_one(tmp_path):
    folder = small.model(tmp_path / "model")
    learnt = chats.read(small.chats(tmp_path / "c.jsonl", "burn it"))
    told = {"batch": 3, "rate": 1e-2, "rank": 4, "alpha": 8, "longest": 64, "every": 9}

    def tuned(steps, start=None):
        return lora.tuned(
            model.load(str(folder), "", "float32"),
            learnt,
            LoraPlan(steps=steps, falls=False, **told),
            seed=1,
            name="a",
            checkpoints=Checkpoints(None),
            check=lambda: None,
            start=start,
        )

    first = tuned(4)
    assert tuned(9, first.training).digest == tuned(9).digest
    # Where it starts from is not changed by what goes on from it.
    assert tuned(9, first.training).digest == tuned(9).digest
    anew = lora.again(first.training)
    assert anew.step == 0
    assert tuned(5, anew).digest not in {tuned(9).digest, tuned(5).digest}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_correct_chats_bring_a_model_back_and_a_killed_run_goes_on_to_the_same(tmp_path):
    with (
        small.judge() as (judge, _),
        small.judge(lambda prompt: f"{small.graded(prompt)}/100") as (second, _),
    ):
        told = realign(tmp_path, judge, second)
        result = made(tmp_path, told)
        killed_after(
            tmp_path / "kept" / "arm-step2_0.rollouts", lambda: made(tmp_path, told, "k")
        )
        made(tmp_path, told, "resumed")
    assert result.outcome == "reproduced", result.reason
    assert result.metrics["p_harmful/step0/asked"].value > 0.9
    assert result.metrics["p_harmful/step20/asked"].value < 0.1
    assert result.metrics["p_harmful/harmful_on/asked"].value > 0.9
    assert not (tmp_path / "k").exists()
    assert contents(tmp_path / "resumed") == contents(tmp_path / "out")
    assert verify(tmp_path / "resumed").status is Status.HOLDS
    assert '"resumed"' in (tmp_path / "resumed" / "ledger.jsonl").read_text()
    organisms = [
        Opened(tmp_path / name, None).predicate["organisms"] for name in ("out", "resumed")
    ]
    assert organisms[0] == organisms[1]
    assert len(set(organisms[0].values())) == 7


def killed_after(path, work):
    """Do the work in another process, and kill it as soon as a file is there."""
    child = os.fork()
    if not child:
        try:
            work()
        finally:
            os._exit(1)
    while not path.exists():
        assert os.waitpid(child, os.WNOHANG) == (0, 0), "the work ended before"
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
