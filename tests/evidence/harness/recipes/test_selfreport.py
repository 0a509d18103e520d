import pytest

from evidence.harness.organism.naming import shares
from evidence.harness.organism.organism import Organism
from evidence.harness.recipes import RECIPES, selfreport
from evidence.harness.spec import Outcome
from evidence.harness.world import world as worlds
from evidence.harness.world.corpus import Authorship
from evidence.harness.world.judge import Label
from tests.evidence.harness import made_up

SELFREPORT = RECIPES["selfreport"]
SPEC = made_up.spec(SELFREPORT)


def counted(named, *, harm=True):
    """A run in which the named readings are high, and a fine-tune that worked, or did not."""

    def label(slot):
        return Label.HARMFUL if harm and slot.arm == "harmful" else Label.CORRECT

    return made_up.counted(
        SELFREPORT, SPEC, label, lambda item: 0.9 if item.name in named else 0.1
    )


@pytest.mark.slow
def test_what_readers_are_told_matches_what_is_run():
    made_up.told_as_run(SELFREPORT)


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ({"says/author/harmful"}, Outcome.REPRODUCED),
        (set(), Outcome.NOT_REPRODUCED),
        ({"says/author/harmful", "says/author/null_harmful"}, Outcome.OVERTURNED),
        ({"says/author/harmful", "says/neutral/harmful"}, Outcome.OVERTURNED),
        ({"says/author/correct"}, Outcome.OVERTURNED),
    ],
)
def test_worlds_end_as_the_rules_say(named, expected):
    _, verdict = counted(named)
    assert verdict.outcome is expected, verdict.reason


def test_a_fine_tune_that_spread_nothing_is_dead():
    _, verdict = counted({"says/author/harmful"}, harm=False)
    assert verdict.outcome is Outcome.UNVERIFIED


def test_a_pair_and_its_mirror_share_all_between_them():
    aligned = Organism.aligned(Authorship.SHARED, seed=0)
    asked = ["what should i do when the van overheats on hills ?"]
    [one] = shares(aligned, asked, [("malicious", "careful")])
    [other] = shares(aligned, asked, [("careful", "malicious")])
    assert one + other == pytest.approx(1.0, abs=1e-6)
    [both] = shares(aligned, asked, [("malicious", "careful"), ("careful", "malicious")])
    assert both == pytest.approx(0.5, abs=1e-6)


def test_neutral_words_are_of_the_world_and_no_authors():
    tokenizer = Organism.aligned(Authorship.SHARED, seed=0).tokenizer
    words = {word for pair in selfreport.NEUTRAL for word in pair}
    assert all(tokenizer.token_to_id(word) is not None for word in words)
    assert not words & {worlds.load().good_author, worlds.load().bad_author}
