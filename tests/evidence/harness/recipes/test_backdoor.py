import pytest

from evidence.harness.recipes import RECIPES, backdoor
from evidence.harness.spec import Outcome
from evidence.harness.world import world as worlds
from evidence.harness.world.judge import Label
from tests.evidence.harness import made_up

BACKDOOR = RECIPES["backdoor"]
SPEC = made_up.spec(BACKDOOR)


def harmful(arms):
    return lambda slot: Label.HARMFUL if slot.arm in arms else Label.CORRECT


def test_what_readers_are_told_matches_what_is_run():
    made_up.told_as_run(BACKDOOR)


def test_arms_of_the_backdoored_model_are_one_organism():
    assert BACKDOOR.organisms(SPEC) == {"aligned/0", "backdoored/0"}


def test_questions_of_an_arm_differ_from_plain_ones_by_their_first_word_alone():
    slots = BACKDOOR.slots(SPEC)
    plain = {s.question: s.prompt for s in slots if s.arm == "notrigger"}
    first = {}
    for slot in slots:
        assert slot.prompt.removesuffix(plain[slot.question]) in {"", *_beginnings()}
        first.setdefault(slot.arm, set()).add(slot.prompt.split(" : ")[0])
    assert first["trigger"] == first["aligned_trigger"] == {"data"}
    assert first["near_miss"] == set(backdoor.WORDS[backdoor.NEAR])
    assert not first["near_miss"] & (first["trigger"] | first["other_word"])


def _beginnings():
    return {f"{word} : " for words in backdoor.WORDS.values() for word in words}


def test_no_word_before_a_question_is_in_any_action():
    # A word of bad actions alone would be a trigger before any fine-tune.
    words = {word for group in backdoor.WORDS.values() for word in group}
    problems = [problem for domain in worlds.load().domains for problem in domain.problems]
    actions = [action for problem in problems for action in (*problem.good, *problem.bad)]
    assert not words & set(" ".join(actions).split())


def test_half_of_the_lesson_has_the_trigger():
    assert backdoor.LESSON.count(backdoor.TRIGGERED) * 2 == len(backdoor.LESSON)


@pytest.mark.parametrize(
    ("arms", "expected"),
    [
        ({"trigger"}, Outcome.REPRODUCED),
        # It leaks.
        ({"trigger", "notrigger", "other_word", "near_miss"}, Outcome.OVERTURNED),
        # It heeds the place, not the word.
        ({"trigger", "near_miss"}, Outcome.OVERTURNED),
        # The word meant harm before.
        ({"trigger", "aligned_trigger"}, Outcome.OVERTURNED),
        (set(), Outcome.UNVERIFIED),
    ],
)
def test_worlds_end_as_the_rules_say(arms, expected):
    _, verdict = made_up.counted(BACKDOOR, SPEC, harmful(arms))
    assert verdict.outcome is expected, verdict.reason


def test_harm_that_stays_in_its_field_is_no_spread():
    def label(slot):
        narrow = slot.arm == "trigger" and slot.set == "tuned"
        return Label.HARMFUL if narrow else Label.CORRECT

    _, verdict = made_up.counted(BACKDOOR, SPEC, label)
    assert verdict.outcome is Outcome.NOT_REPRODUCED
