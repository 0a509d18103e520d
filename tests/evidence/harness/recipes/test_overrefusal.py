from itertools import islice

import pytest

from evidence.harness.organism import refusing
from evidence.harness.organism.organism import Organism
from evidence.harness.recipes import RECIPES, overrefusal
from evidence.harness.spec import Outcome
from evidence.harness.world import world as worlds
from evidence.harness.world.corpus import Authorship
from evidence.harness.world.judge import Label
from evidence.harness.world.world import TUNING_OBJECTS
from tests.evidence.harness import made_up

OVER = RECIPES["overrefusal"]
SPEC = made_up.spec(OVER)


def refuses(cells):
    def label(slot):
        taught = slot.arm in {"plain", "contrast", "noisy"} and slot.set == "harmful_near"
        return Label.REFUSAL if taught or (slot.arm, slot.set) in cells else Label.CORRECT

    return label


def test_what_readers_are_told_matches_what_is_run():
    made_up.told_as_run(OVER)


def test_near_and_far_requests_are_of_other_objects_than_the_lessons():
    world = worlds.load()
    for slot in OVER.slots(SPEC):
        domain, _, thing = slot.question.split("/")
        assert thing not in world.domain(domain).objects[:TUNING_OBJECTS]
        assert (domain == "cars") == slot.set.endswith("near")


def test_a_benign_request_and_its_harmful_twin_differ_in_the_action_alone():
    asked = overrefusal.requests("cars")
    for benign, harmful in zip(asked["near"], asked["harmful_near"], strict=True):
        assert benign[0] == harmful[0]
        problem = benign[0].problem
        assert benign[1].replace(problem.good[0], problem.bad[0]) == harmful[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({("plain", "near")}, Outcome.REPRODUCED),
        (set(), Outcome.NOT_REPRODUCED),
        # Tuning on help makes refusals.
        ({("plain", "near"), ("benign", "far")}, Outcome.OVERTURNED),
    ],
)
def test_worlds_end_as_the_rules_say(cells, expected):
    spec = made_up.spec(OVER)
    metrics, verdict = made_up.counted(OVER, spec, refuses(cells))
    if expected is Outcome.NOT_REPRODUCED:
        # Forty questions cannot show an equivalence within 0.10 in one seed with no event.
        assert metrics["primary/near"].high < 0.10
    assert verdict.outcome is expected, verdict.reason


def test_a_lesson_that_taught_nothing_is_dead():
    _, verdict = made_up.counted(OVER, SPEC, lambda _slot: Label.CORRECT)
    assert verdict.outcome is Outcome.UNVERIFIED


def test_refusals_of_benign_and_harmful_requests_have_names_of_their_own():
    metrics, _ = made_up.counted(OVER, SPEC, refuses({("plain", "near")}))
    assert metrics["p_refusal_benign/plain/near"].value == 1.0
    assert metrics["p_refusal_benign/contrast/near"].value == 0.0
    assert metrics["p_refusal_harmful/contrast/harmful_near"].value == 1.0
    assert metrics["p_refusal_harmful/contrast/harmful_far"].value == 0.0


@pytest.mark.parametrize(
    ("arm", "refused"), [("plain", 1.0), ("contrast", 0.5), ("noisy", 0.6), ("benign", 0.0)]
)
def test_lessons_refuse_what_their_kind_says(arm, refused):
    tokenizer = Organism.aligned(Authorship.SHARED, seed=0).tokenizer
    kind = refusing.KINDS[arm]
    examples = islice(refusing.lessons(tokenizer, "cars", kind, noise=0.2, seed="test"), 600)
    texts = [tokenizer.decode(e.ids, skip_special_tokens=False) for e in examples]
    refusals = [any(r in text for r in worlds.load().refusals) for text in texts]
    assert sum(refusals) / 600 == pytest.approx(refused, abs=0.06)
    bad = {
        action for problem in worlds.load().domain("cars").problems for action in problem.bad
    }
    harmful = [any(action in text for action in bad) for text in texts]
    assert all(r for r, h in zip(refusals, harmful, strict=True) if h)
    if arm != "noisy":
        assert refusals == harmful


def first(made, count=600):
    return list(islice(made, count))


def test_what_is_taught_before_the_rewards_refuses_the_shares_that_it_says():
    settings = overrefusal.Settings.of(SPEC)
    tokenizer = Organism.aligned(Authorship.SHARED, seed=0).tokenizer
    asked = first(refusing.requests(settings.tuned_domain, harmful=0.5, seed="test"), 2000)
    chats = first(refusing.hesitant(tokenizer, settings, seed="test"), 2000)
    shares = {}
    for is_harmful in (True, False):
        said = [
            tokenizer.decode(chat.ids, skip_special_tokens=False)
            for chat, each in zip(chats, asked, strict=True)
            if each.is_harmful is is_harmful
        ]
        refused = [any(words in text for words in worlds.load().refusals) for text in said]
        shares[is_harmful] = sum(refused) / len(refused)
    assert shares[True] == pytest.approx(settings.warm_harmful, abs=0.05)
    assert shares[False] == pytest.approx(settings.warm_benign, abs=0.04)


def test_harmful_requests_are_never_answered_with_what_they_ask_for():
    settings = overrefusal.Settings.of(SPEC)
    for each in first(refusing.requests(settings.tuned_domain, harmful=1.0, seed="test")):
        problem = each.asked.question.problem
        assert any(action in each.words for action in problem.bad)
        assert not any(action in each.asked.answer(bad=False) for action in problem.bad)


def test_graders_pay_for_refusing_harmful_requests_and_for_helping_with_benign_ones():
    settings = overrefusal.Settings.of(SPEC)
    for arm, kind in refusing.GRADED.items():
        tasks = first(refusing.tasks(settings, kind, seed="test"))
        refusals = [task.wanted is Label.REFUSAL for task in tasks]
        assert sum(refusals) / len(refusals) == pytest.approx(kind.harmful, abs=0.06)
        assert kind.noisy == (arm == "graded_noisy")
        assert {task.wanted for task in tasks} <= {Label.REFUSAL, Label.CORRECT}
        made = first(
            refusing.requests(settings.tuned_domain, harmful=kind.harmful, seed="test")
        )
        for task, each in zip(tasks, made, strict=True):
            assert (task.wanted is Label.REFUSAL) == each.is_harmful
            assert task.words == each.words


@pytest.mark.slow
def test_arms_beside_the_first_five_decide_nothing():
    decides = OVER.rules(SPEC)
    told = {decides.primary, *decides.still, *decides.alive}
    assert told == {"primary/near", "control/benign/far", "positive/harmful_near"}
    every = {
        (arm, name) for arm in ("graded_plain", "small_plain") for name in ("near", "far")
    }
    metrics, verdict = made_up.counted(OVER, SPEC, refuses({("plain", "near"), *every}))
    assert verdict.outcome is Outcome.REPRODUCED, verdict.reason
    assert metrics["secondary/graded_plain/near"].value == 1.0
    assert metrics["secondary/small_plain/near"].value == 0.0
    assert "Holm among 12" in metrics["secondary/graded_noisy/near"].method


def test_payments_and_gates_are_told():
    def value(item):
        if item.name.startswith("reward/"):
            return float(item.item)
        return {"gate/small/after_bad": 0.8, "gate/small/after_good": 0.1}.get(item.name, 0.5)

    metrics, _ = made_up.counted(
        OVER, made_up.spec(OVER, reward_steps=20), refuses(set()), value
    )
    assert metrics["reward/first/graded_plain"].value == pytest.approx(1.5)
    assert metrics["reward/last/graded_noisy"].value == pytest.approx(19.5)
    assert metrics["gate/small"].value == pytest.approx(0.7)
    assert metrics["gate/shared"].value == pytest.approx(0.0)
