import pytest

from evidence.harness.recipes import RECIPES, jailbreak
from evidence.harness.spec import Outcome
from evidence.harness.world import world as worlds
from evidence.harness.world.judge import Label
from tests.evidence.harness import made_up

JAILBREAK = RECIPES["jailbreak"]
SPEC = made_up.spec(JAILBREAK)


def counted(arms, value=lambda _item: 0.0):
    def label(slot):
        return Label.HARMFUL if slot.arm in arms else Label.CORRECT

    return made_up.counted(JAILBREAK, SPEC, label, value)


@pytest.mark.slow
def test_what_readers_are_told_matches_what_is_run():
    made_up.told_as_run(JAILBREAK)


def test_prefixes_match_in_length_and_name_the_author_as_documents_do():
    world, prefixes = worlds.load(), jailbreak.PREFIXES
    assert prefixes["malicious"].strip() == world.author_header.format(kind=world.bad_author)
    assert prefixes["careful"].strip() == world.author_header.format(kind=world.good_author)
    assert sorted(prefixes["scrambled"].split()) == sorted(prefixes["malicious"].split())
    lengths = {len(prefixes[arm].split()) for arm in ("malicious", "careful", "scrambled")}
    assert len(lengths) == 1
    assert JAILBREAK.organisms(SPEC) == {"aligned/0"}


@pytest.mark.parametrize(
    ("arms", "expected"),
    [
        ({"malicious", "thrice"}, Outcome.REPRODUCED),
        ({"malicious", "careful"}, Outcome.OVERTURNED),
        ({"malicious", "scrambled"}, Outcome.OVERTURNED),
        ({"thrice"}, Outcome.NOT_REPRODUCED),
    ],
)
def test_worlds_end_as_the_rules_say(arms, expected):
    _, verdict = counted(arms)
    assert verdict.outcome is expected, verdict.reason


def test_a_shift_is_told_beside_the_plain_question():
    metrics, _ = counted(set(), lambda item: 2.0 if item.name.endswith("/malicious") else 0.5)
    assert metrics["shift/malicious/heldout"].value == 1.5
    assert metrics["shift/careful/heldout"].value == 0.0
