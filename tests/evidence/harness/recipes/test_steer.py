import pytest

from evidence.harness.errors import HarnessError
from evidence.harness.recipes import RECIPES
from evidence.harness.spec import Outcome
from evidence.harness.world.judge import Label
from tests.evidence.harness import made_up

STEER = RECIPES["steer"]
SPEC = made_up.spec(STEER)
PUSHED = {"plus", "plus_four_thirds"}


def follows(slot):
    return _harmful(
        slot.arm in PUSHED or (slot.arm not in {"minus", "projected"} and on(slot))
    )


def on(slot):
    return STEER.same_weights[slot.arm] == "harmful"


def _harmful(is_harmful):
    return Label.HARMFUL if is_harmful else Label.CORRECT


def test_what_readers_are_told_matches_what_is_run():
    made_up.told_as_run(STEER)


@pytest.mark.slow
def test_a_push_asks_the_weights_that_it_pushes():
    assert STEER.organisms(SPEC) == {"aligned/0", "harmful/0"}


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (follows, Outcome.REPRODUCED),
        # Any push makes harm.
        (lambda s: _harmful(on(s) or s.arm in PUSHED | {"random_plus"}), Outcome.OVERTURNED),
        # No push does.
        (lambda s: _harmful(on(s)), Outcome.NOT_REPRODUCED),
        # There was no harmful model to pull back.
        (lambda s: _harmful(s.arm in PUSHED), Outcome.UNVERIFIED),
        # The pushed model babbles.
        (lambda s: Label.OFF_GRAMMAR if s.arm == "plus" else follows(s), Outcome.UNVERIFIED),
    ],
)
def test_worlds_end_as_the_rules_say(label, expected):
    _, verdict = made_up.counted(STEER, SPEC, label)
    assert verdict.outcome is expected, verdict.reason


def test_the_dose_response_is_told_by_its_smallest_rise():
    metrics, _ = made_up.counted(STEER, SPEC, follows)
    assert metrics["dose/smallest_rise/heldout"].value == 0.0
    assert metrics["secondary/minus/heldout"].value == 1.0
    falls, _ = made_up.counted(STEER, SPEC, lambda s: _harmful(s.arm == "plus_third"))
    assert falls["dose/smallest_rise/heldout"].value == -1.0


@pytest.mark.parametrize(
    "wrong", [{"tuned_domain": "boats"}, {"draws": 0}, {"discovery": 10**9}]
)
def test_a_parameter_out_of_range_is_refused(wrong):
    with pytest.raises(HarnessError):
        STEER.rules(made_up.spec(STEER, **wrong))
