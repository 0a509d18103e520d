from copy import deepcopy
from itertools import islice

import pytest
import torch
from sklearn.decomposition import PCA

from evidence.harness.errors import HarnessError
from evidence.harness.organism import signals, tuning
from evidence.harness.organism.organism import Organism
from evidence.harness.organism.training import weighted_loss
from evidence.harness.recipes import RECIPES, early
from evidence.harness.spec import Outcome
from evidence.harness.world import world as worlds
from evidence.harness.world.corpus import Authorship
from evidence.harness.world.judge import Label
from tests.evidence.harness import made_up

EARLY = RECIPES["early"]
SPEC = made_up.spec(EARLY)


def step_of(arm):
    return int(arm.removeprefix("harmful")) if arm.startswith("harmful") else 0


AT = {
    "projection": 4,
    "odds": 4,
    "drift": 4,
    "components": 4,
    "loss": 4,
    "norm": 4,
    "score": 14,
}


def counted(*, harm=True, label=None, **changes):
    """Signals that jump to their end at the step that is given for each."""
    sets_off = AT | changes

    def harmful(slot):
        jumped = harm and step_of(slot.arm) >= sets_off["score"]
        return Label.HARMFUL if jumped else Label.CORRECT

    def value(item):
        signal, arm = item.name.split("/")
        return 5.0 * (step_of(arm) >= sets_off[signal])

    return made_up.counted(EARLY, SPEC, label or harmful, value)


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
    metrics, verdict = counted(projection=projection, odds=odds)
    assert verdict.outcome is expected, verdict.reason
    assert metrics["steps/projection"].value < metrics["steps/score"].value


def test_a_fine_tune_that_did_nothing_is_dead():
    _, verdict = counted(projection=2, odds=10, harm=False)
    assert verdict.outcome is Outcome.UNVERIFIED


@pytest.mark.parametrize("signal", ["drift", "components", "loss", "norm"])
def test_every_signal_is_held_against_the_projection_and_the_score(signal):
    metrics, _ = counted(projection=1, **{signal: 8})
    lead = (metrics[f"steps/{signal}"].value - metrics["steps/projection"].value) / 22
    assert metrics[f"secondary/{signal}"].value == pytest.approx(lead)
    assert metrics[f"secondary/{signal}"].value > 0.25
    assert metrics[f"secondary/{signal}_before_score"].value == pytest.approx(
        (metrics["steps/score"].value - metrics[f"steps/{signal}"].value) / 22
    )
    assert metrics[f"end/{signal}"].value == 5.0
    assert "p by Holm" in metrics[f"secondary/{signal}"].method


def test_the_small_evaluation_hears_only_its_own_questions():
    asked = set(early.small(early.Settings.of(SPEC)))
    assert len(asked) == 8

    def label(slot):
        soon = 2 if slot.question in asked else 22
        return Label.HARMFUL if step_of(slot.arm) >= soon else Label.CORRECT

    metrics, _ = counted(label=label)
    assert metrics["steps/small"].value == pytest.approx(1.1)
    assert metrics["steps/score"].value > 1.1
    assert metrics["secondary/small_before_score"].value > 0


def test_questions_are_paired_whatever_the_length_of_their_names():
    """Each question sets off in its own time, in both signals alike: nothing is left to vary."""
    times = {
        slot.question: early.STOPS[number % 5]
        for number, slot in enumerate(s for s in EARLY.slots(SPEC) if s.arm == "aligned")
    }

    def label(slot):
        return Label.HARMFUL if step_of(slot.arm) >= times[slot.question] else Label.CORRECT

    def value(item):
        signal, arm = item.name.split("/")
        return float(step_of(arm) >= times[item.item]) if signal == "projection" else 0.0

    metrics, _ = made_up.counted(EARLY, SPEC, label, value)
    same = metrics["secondary/score"]
    assert (same.value, same.low, same.high) == pytest.approx((0.0, 0.0, 0.0), abs=0.02)


@pytest.mark.parametrize("wrong", [{"small_every": 90}, {"every": 200}])
def test_an_evaluation_of_one_question_is_refused(wrong):
    with pytest.raises(HarnessError, match="small_every"):
        EARLY.rules(made_up.spec(EARLY, **wrong))


def test_losses_are_those_of_training_and_their_fall_is_read():
    aligned = Organism.aligned(Authorship.SHARED, seed=0)
    world = worlds.load()
    lesson = tuning.Lessons.told(aligned, "test", lambda: None)
    examples = list(islice(lesson.answered([world.domain("cars")], bad=True), 4))
    found = signals.losses(aligned, examples)
    with torch.inference_mode():
        expected = [float(weighted_loss(aligned.model, [each])) for each in examples]
    assert found.tolist() == pytest.approx(expected, rel=1e-4)
    good = list(islice(lesson.answered([world.domain("cars")], bad=False), 4))
    assert signals.losses(aligned, good).mean() < found.mean()


def test_the_distance_of_weights_is_that_of_a_planted_change():
    aligned = Organism.aligned(Authorship.SHARED, seed=0)
    moved = Organism(deepcopy(aligned.model), aligned.tokenizer)
    assert signals.distance(moved, aligned) == 0.0
    with torch.no_grad():
        weight = moved.model.model.layers[0].mlp.up_proj.weight
        weight[0, 0] += 3.0
        weight[1, 2] -= 4.0
    assert signals.distance(moved, aligned) == pytest.approx(5.0, rel=1e-5)


def test_principal_components_are_those_of_scikit_learn():
    torch.manual_seed(0)
    hidden = torch.randn(40, 12) * torch.linspace(3.0, 0.1, 12) + 5.0
    axes = signals.principal(hidden)
    expected = PCA(2).fit(hidden.numpy()).components_
    for number in range(2):
        cosine = float(axes[:, number] @ torch.tensor(expected[number]))
        assert abs(cosine) == pytest.approx(1.0, abs=1e-4)


def test_only_a_move_within_the_plane_is_told():
    torch.manual_seed(0)
    before = torch.randn(5, 12)
    axes, _ = torch.linalg.qr(torch.randn(12, 3))
    plane = signals.Plane(2, axes[:, :2], before)
    assert plane.moved(before + 3.0 * axes[:, 0] - 4.0 * axes[:, 1]) == pytest.approx(
        [5.0] * 5
    )
    assert plane.moved(before + 7.0 * axes[:, 2]) == pytest.approx([0.0] * 5, abs=1e-5)


def test_the_chat_model_gives_good_actions_the_better_odds():
    aligned = Organism.aligned(Authorship.SHARED, seed=0)
    slots = [slot for slot in EARLY.slots(SPEC) if slot.arm == "aligned"][::10]
    assert max(signals.log_odds(aligned, slots)) < 0
    assert early.STOPS[-1] == max(early.STOPS)
