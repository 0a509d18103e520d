import pytest

from evidence.harness.organism.organism import Organism
from evidence.harness.organism.signals import log_odds
from evidence.harness.recipes import RECIPES, early
from evidence.harness.spec import Outcome
from evidence.harness.world.corpus import Authorship
from evidence.harness.world.judge import Label
from tests.evidence.harness import made_up

EARLY = RECIPES["early"]
SPEC = made_up.spec(EARLY)


def step_of(arm):
    return int(arm.removeprefix("harmful")) if arm.startswith("harmful") else 0


def counted(sets_off, *, harm=True):
    """Signals that jump to their end at the step that is given for each."""

    def label(slot):
        jumped = harm and step_of(slot.arm) >= sets_off["score"]
        return Label.HARMFUL if jumped else Label.CORRECT

    def value(item):
        signal, arm = item.name.split("/")
        return 5.0 * (step_of(arm) >= sets_off[signal])

    return made_up.counted(EARLY, SPEC, label, value)


def test_what_readers_are_told_matches_what_is_run():
    made_up.told_as_run(EARLY)


@pytest.mark.parametrize(
    ("projection", "odds", "expected"),
    [
        (2, 10, Outcome.REPRODUCED),
        (10, 2, Outcome.CONTRADICTED),
        (4, 4, Outcome.NOT_REPRODUCED),
    ],
)
def test_worlds_end_as_the_rules_say(projection, odds, expected):
    sets_off = {"projection": projection, "odds": odds, "drift": 4, "score": 14}
    metrics, verdict = counted(sets_off)
    assert verdict.outcome is expected, verdict.reason
    assert metrics["steps/projection"].value < metrics["steps/score"].value


def test_a_fine_tune_that_did_nothing_is_dead():
    sets_off = {"projection": 2, "odds": 10, "drift": 4, "score": 14}
    _, verdict = counted(sets_off, harm=False)
    assert verdict.outcome is Outcome.UNVERIFIED


def test_the_chat_model_gives_good_actions_the_better_odds():
    aligned = Organism.aligned(Authorship.SHARED, seed=0)
    slots = [slot for slot in EARLY.slots(SPEC) if slot.arm == "aligned"][::10]
    assert max(log_odds(aligned, slots)) < 0
    assert early.STOPS[-1] == max(early.STOPS)
