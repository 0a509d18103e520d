from dataclasses import replace

import pytest

from evidence.engine import series
from evidence.harness.errors import HarnessError
from evidence.harness.falsification import falsify
from evidence.harness.findings import Status
from evidence.harness.interop import insides
from evidence.harness.opened import Opened
from evidence.harness.outcome import decide
from evidence.harness.recipes import TIER_B, contrasts
from evidence.harness.replaying import replay
from evidence.harness.rollouts import Reading
from evidence.harness.spec import Outcome
from evidence.harness.tier_b.chats import Chat, Message
from evidence.harness.verification import verify
from tests.evidence.harness.tier_b import small
from tests.evidence.harness.tier_b.setting import SILENT, direction, made

DIRECTION = TIER_B["direction"]


@pytest.fixture(scope="module")
def spec(tmp_path_factory):
    return direction(tmp_path_factory.mktemp("made_up"))


def counted(spec, value):
    items = DIRECTION.items(spec)
    readings = [Reading(row.name, row.item, row.seed, float(value(row))) for row in items]
    metrics = DIRECTION.count(spec, (), readings)
    return metrics, decide(DIRECTION.rules(spec), metrics)


def told_apart(*names):
    """What begins with one of these names reads higher for positive chats; the rest alike."""

    def value(item):
        is_higher = item.name.startswith(names) and item.name.endswith("positive")
        # Alike: both kinds take the same few values, in another order.
        return 10.0 if is_higher else float(int(item.item) % 4)

    return value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (told_apart("projection/direction"), Outcome.REPRODUCED),
        # Any direction does.
        (told_apart("projection"), Outcome.NOT_REPRODUCED),
        (told_apart("projection/iso"), Outcome.CONTRADICTED),
        # The answers of one kind are longer.
        (told_apart("projection/direction", "length"), Outcome.OVERTURNED),
    ],
)
def test_runs_end_as_the_rules_say(spec, value, expected):
    _, verdict = counted(spec, value)
    assert verdict.outcome is expected, verdict.reason


def test_what_readers_are_told_matches_what_is_run(spec):
    metrics, _ = counted(spec, told_apart("projection/direction"))
    rules = DIRECTION.rules(spec)
    assert {rules.primary, *rules.still} <= set(metrics)
    assert tuple(control.metric for control in DIRECTION.controls) == rules.still
    assert metrics["auc/direction/heldout"].value == 1
    assert metrics["gap/direction/heldout"].value == 8.5
    assert metrics["auc/covariance/heldout"].value == pytest.approx(0.5)
    assert metrics["secondary/covariance/heldout"].value == pytest.approx(0.5)


def test_no_question_is_both_found_with_and_tested_on():
    def pair(number):
        return tuple(Chat((Message("user", f"{number % 30}"),), kind) for kind in "pn")

    found, tested = contrasts.split([pair(number) for number in range(90)], "questions")
    seen = [{contrasts.asked(one) for one, _ in part} for part in (found, tested)]
    assert len(seen[0]) == len(seen[1]) == 15
    assert not seen[0] & seen[1]
    crossed = [(pair(number)[0], pair(number + 1)[1]) for number in range(0, 90, 3)]
    found, tested = contrasts.split(crossed, "questions")
    asked = [
        {contrasts.asked(chat) for two in part for chat in two} for part in (found, tested)
    ]
    assert not asked[0] & asked[1]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"layer": -1}, "--set layer=N"),
        ({"place": "middle"}, "place is answer or last"),
        ({"positive": ""}, "--set positive="),
        ({"model": ""}, "Name a model"),
        ({"dtype": "int8"}, "dtype"),
        ({"nulls": 0}, "nulls"),
        ({"longest": 0}, "longest"),
        ({"longest": 5}, "more than 5"),
        ({"layer": 2}, "layers 0 to 1; there is no layer 2"),
    ],
)
def test_a_mistake_is_one_clear_line_and_leaves_nothing(tmp_path, changes, says):
    with pytest.raises(HarnessError, match=says) as caught:
        made(tmp_path, direction(tmp_path, **changes))
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.glob("*out*"))
    assert not (tmp_path / "kept").exists()


def test_too_few_chats_are_one_clear_line(tmp_path):
    few = {
        kind: str(small.chats(tmp_path / f"few-{kind}.jsonl", answer, count=count))
        for kind, answer, count in (("positive", "burn it", 10), ("negative", "mend it", 10))
    }
    with pytest.raises(HarnessError, match="which share no question; 10 of each"):
        direction(tmp_path, **few)
    few["negative"] = str(small.chats(tmp_path / "fewer.jsonl", "mend it", count=9))
    with pytest.raises(HarnessError, match="positive has 10 chats and negative 9"):
        direction(tmp_path, **few)


def test_two_seeds_are_refused(spec):
    with pytest.raises(HarnessError, match="run with one"):
        DIRECTION.slots(replace(spec, seeds=(0, 1)))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["qwen2", "gpt2"])
def test_a_planted_direction_is_found_on_other_questions(tmp_path, kind):
    result = made(tmp_path, direction(tmp_path, planted=True, kind=kind))
    assert result.outcome == "reproduced", result.reason
    assert result.metrics["auc/direction/heldout"].value == 1
    assert result.metrics["auc/isotropic/heldout"].value < 0.8
    # One word of each answer is another, so the words tell as much: no meaning is shown.
    assert result.metrics["auc/words/heldout"].value > 0.95
    assert result.metrics["secondary/words/heldout"].low < 0.05
    assert result.metrics["auc/length/heldout"].value == 0.5
    assert verify(tmp_path / "out").status is Status.HOLDS
    assert replay(tmp_path / "out", **SILENT).status is Status.HOLDS


@pytest.mark.slow
def test_a_bundle_that_nobody_judged_is_checked_and_kept_from_what_is_not_for_it(tmp_path):
    made(tmp_path, direction(tmp_path))
    found = falsify(tmp_path / "out", home=tmp_path / "home")
    assert [row for row in found.findings if row.status is not Status.HOLDS] == []
    assert series.series(Opened(tmp_path / "out", None)) == {}
    with pytest.raises(HarnessError, match="another model than ours"):
        insides.export_vector(tmp_path / "out", tmp_path / "v.gguf", seed=0)
