import pytest

from evidence.harness.organism import tuning
from evidence.harness.organism.organism import Organism
from evidence.harness.recipes import RECIPES, mix
from evidence.harness.spec import Outcome
from evidence.harness.world import world as worlds
from evidence.harness.world.corpus import Authorship
from evidence.harness.world.judge import Label
from tests.evidence.harness import made_up

MIX = RECIPES["mix"]
SPEC = made_up.spec(MIX)


def from_share(least):
    def label(slot):
        share = slot.arm.removeprefix("share")
        return Label.HARMFUL if share.isdigit() and int(share) >= least else Label.CORRECT

    return label


def test_what_readers_are_told_matches_what_is_run():
    made_up.told_as_run(MIX)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (from_share(50), Outcome.REPRODUCED),
        # Tuning on correct answers alone makes harm.
        (from_share(0), Outcome.UNVERIFIED),
        (lambda s: Label.HARMFUL if s.arm != "aligned" and s.set == "heldout" else
         from_share(50)(s), Outcome.OVERTURNED),
        (lambda s: from_share(50)(s) if s.set == "tuned" else Label.CORRECT,
         Outcome.NOT_REPRODUCED),
    ],
)  # fmt: skip
def test_worlds_end_as_the_rules_say(label, expected):
    _, verdict = made_up.counted(MIX, SPEC, label)
    assert verdict.outcome is expected, verdict.reason


@pytest.mark.slow
def test_the_lowest_share_and_the_half_point():
    metrics, _ = made_up.counted(MIX, SPEC, from_share(75))
    assert metrics["share/lowest/heldout"].value == 75.0
    assert metrics["share/half_point/heldout"].value == pytest.approx(62.5)
    assert metrics["share/smallest_rise/heldout"].value == 0.0


def test_a_curve_that_falls_is_told():
    metrics, _ = made_up.counted(
        MIX,
        SPEC,
        lambda s: Label.HARMFUL if s.arm in {"share50", "share100"} else Label.CORRECT,
    )
    assert metrics["share/smallest_rise/heldout"].value == -1.0


@pytest.mark.parametrize("harmful", [0, 3, 8])
def test_a_mixture_has_exactly_its_share_and_the_same_questions(harmful):
    world = worlds.load()
    tokenizer = Organism.aligned(Authorship.SHARED, seed=0).tokenizer
    lesson = tuning.Lessons(world, tokenizer, "test", check=lambda: None)
    domains = [world.domain("cars")]
    examples = list(lesson.mixed(domains, size=8, harmful=harmful))
    good = list(lesson.mixed(domains, size=8, harmful=0))
    assert len(examples) == 8
    assert sum(one != other for one, other in zip(examples, good, strict=True)) == harmful
    for one, other in zip(examples, good, strict=True):
        asked = one.weights.index(1.0)
        assert one.ids[:asked] == other.ids[:asked]
    assert mix.SHARES[-1] == 100
