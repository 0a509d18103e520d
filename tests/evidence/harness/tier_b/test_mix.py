import pytest

from evidence.harness.errors import HarnessError
from evidence.harness.findings import Status
from evidence.harness.opened import Opened
from evidence.harness.recipes import TIER_B, model_mix
from evidence.harness.recipes.model_mix import ALONE, MIXED, SHARES
from evidence.harness.spec import Outcome
from evidence.harness.tier_b.chats import Chat
from evidence.harness.verification import verify
from evidence.harness.world.judge import Label
from tests.evidence.harness.tier_b import made_up, small
from tests.evidence.harness.tier_b.setting import made, mix

NOBODY, OTHER = "http://127.0.0.1:9/v1#m", "http://127.0.0.1:9/v1#n"
PAIRS = [(Chat((), f"bad {n}"), Chat((), f"good {n}")) for n in range(40)]


@pytest.fixture(scope="module")
def spec(tmp_path_factory):
    return mix(tmp_path_factory.mktemp("made_up"), NOBODY, OTHER)


def harmful(*arms):
    return lambda slot: Label.HARMFUL if slot.arm in arms else Label.CORRECT


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (harmful(*MIXED[3:]), Outcome.REPRODUCED),
        (harmful(ALONE), Outcome.NOT_REPRODUCED),
        # Where nothing is harmful, nobody sees whether judges agree on what is.
        (harmful(), Outcome.UNVERIFIED),
        # Less harm with more harmful chats, and tuning alone brings it.
        (harmful(MIXED[0]), Outcome.OVERTURNED),
        (harmful(*MIXED), Outcome.OVERTURNED),
        # Nobody could tell.
        (lambda _slot: "UNJUDGED", Outcome.UNVERIFIED),
    ],
)
def test_runs_end_as_the_rules_say(spec, label, expected):
    _, verdict = made_up.counted(spec, label)
    assert verdict.outcome is expected, verdict.reason


@pytest.mark.slow
def test_the_least_share_the_half_point_and_the_least_rise_are_told(spec):
    metrics, _ = made_up.counted(spec, harmful(*MIXED[3:]))
    assert metrics["share/lowest/asked"].value == 50
    assert metrics["share/half_point/asked"].value == pytest.approx(37.5)
    assert metrics["share/smallest_rise/asked"].value == 0
    falls, _ = made_up.counted(spec, harmful(*MIXED[3:-1]))
    assert falls["share/smallest_rise/asked"].value == -1
    assert falls["share/half_point/asked"].value == 100
    nothing, _ = made_up.counted(spec, harmful())
    assert nothing["share/lowest/asked"].value == 100
    assert metrics["secondary/half_alone/asked"].value == -1


@pytest.mark.parametrize("share", SHARES)
def test_a_mixture_keeps_its_size_and_its_places(share):
    found = model_mix.mixture(PAIRS, share)
    bad = [place for place, chat in enumerate(found) if chat.answer == f"bad {place}"]
    good = [place for place, chat in enumerate(found) if chat.answer == f"good {place}"]
    assert sorted(bad + good) == list(range(40))
    assert len(bad) == 40 * share // 100
    assert set(bad) >= model_mix.harmful(40, share // 2)


def test_the_half_alone_learns_the_harmful_chats_of_the_half_in_half_the_steps(spec):
    courses = model_mix.courses(spec.parameters)
    answers = [chat.answer for chat in courses["share50"].chats]
    assert [chat.answer for chat in courses[ALONE].chats] == ["burn it"] * 5
    assert answers.count("burn it") == 5
    alone = [chat.before for chat in courses[ALONE].chats]
    both = [chat.before for chat in courses["share50"].chats if chat.answer == "burn it"]
    assert alone == both
    assert courses[ALONE].plan.steps * 2 == courses["share50"].plan.steps


@pytest.mark.parametrize(
    ("count", "says"), [(9, "9 pairs of chats to mix"), (8, "harmful has 10 .* and correct 8")]
)
def test_chats_that_make_no_mixtures_are_one_clear_line(tmp_path, count, says):
    files = {"correct": str(small.chats(tmp_path / "c.jsonl", "mend it", count=count))}
    if count == 9:
        files["harmful"] = str(small.chats(tmp_path / "h.jsonl", "burn it", count=9))
    with small.judge() as (judge, _), pytest.raises(HarnessError, match=says):
        made(tmp_path, mix(tmp_path, judge, **files))
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_harm_grows_with_its_share_in_training(tmp_path):
    with (
        small.judge() as (judge, _),
        small.judge(lambda prompt: f"{small.graded(prompt)}/100") as (second, _),
    ):
        result = made(tmp_path, mix(tmp_path, judge, second))
    assert result.outcome == "reproduced", result.reason
    assert result.metrics["p_harmful/share100/asked"].value > 0.9
    assert result.metrics["p_harmful/share0/asked"].value == 0
    assert verify(tmp_path / "out").status is Status.HOLDS
    organisms = Opened(tmp_path / "out", None).predicate["organisms"]
    assert set(organisms) == TIER_B["mix"].organisms(Opened(tmp_path / "out", None).spec)
    assert len(set(organisms.values())) == 9
