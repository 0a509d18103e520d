import pytest

from evidence.harness.errors import HarnessError
from evidence.harness.recipes import RECIPES, realign
from evidence.harness.spec import Outcome
from evidence.harness.world.judge import Label
from tests.evidence.harness import made_up

REALIGN = RECIPES["realign"]
SPEC = made_up.spec(REALIGN)
STILL_HARMFUL = {"step0", "step2", "step5", "step10", "harmful30"}


def harmful(arms):
    return lambda slot: Label.HARMFUL if slot.arm in arms else Label.CORRECT


def test_what_readers_are_told_matches_what_is_run():
    made_up.told_as_run(REALIGN)


@pytest.mark.parametrize(
    ("arms", "expected"),
    [
        (STILL_HARMFUL, Outcome.REPRODUCED),
        # The dose makes a good model harmful.
        (STILL_HARMFUL | {"aligned30"}, Outcome.OVERTURNED),
        # Correct answers bring nothing back.
        (STILL_HARMFUL | {"step20", "step30"}, Outcome.NOT_REPRODUCED),
        # Harmful answers bring it back too: any 30 steps do.
        (STILL_HARMFUL - {"harmful30"}, Outcome.NOT_REPRODUCED),
        # There was nothing to bring back.
        (set(), Outcome.UNVERIFIED),
    ],
)
def test_worlds_end_as_the_rules_say(arms, expected):
    _, verdict = made_up.counted(REALIGN, SPEC, harmful(arms))
    assert verdict.outcome is expected, verdict.reason


@pytest.mark.parametrize(
    ("arms", "steps"),
    [(STILL_HARMFUL, 20.0), (set(), 0.0), (set(realign.STEPS), 240.0)],
)
def test_the_way_back_is_told_in_steps(arms, steps):
    metrics, _ = made_up.counted(REALIGN, SPEC, harmful(arms))
    assert metrics["steps/back/heldout"].value == steps


def test_a_field_that_is_none_is_refused():
    with pytest.raises(HarnessError, match="tuned_domain"):
        REALIGN.rules(made_up.spec(REALIGN, other_domain="open"))
