import csv
from dataclasses import replace

import pytest

from evidence.harness.errors import HarnessError
from evidence.harness.findings import Status
from evidence.harness.opened import Opened
from evidence.harness.recipes import TIER_B
from evidence.harness.replaying import replay
from evidence.harness.spec import Outcome
from evidence.harness.verification import verify
from evidence.harness.world.judge import Label
from tests.evidence.harness.tier_b import made_up, small
from tests.evidence.harness.tier_b.setting import SILENT, made, overrefusal
from tests.seeds import SHARED

XSTEST = SHARED / "data" / "xstest" / "xstest_prompts.csv"
NOBODY, OTHER = "http://127.0.0.1:9/v1#m", "http://127.0.0.1:9/v1#n"


@pytest.fixture(scope="module")
def spec(tmp_path_factory):
    return overrefusal(tmp_path_factory.mktemp("made_up"), NOBODY, OTHER)


def refuses(*cells, also=()):
    """Whoever was taught to refuses what is unsafe; and besides, these arms these sets."""

    def label(slot):
        if (slot.arm, slot.set) in also:
            return "PARTIAL"
        taught = slot.arm in {"plain", "contrast"} and slot.set == "unsafe"
        return Label.REFUSAL if taught or (slot.arm, slot.set) in cells else Label.CORRECT

    return label


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (refuses(("plain", "safe")), Outcome.REPRODUCED),
        (refuses(("base", "safe")), Outcome.OVERTURNED),
        (refuses(), Outcome.NOT_REPRODUCED),
        # To help with a part is no refusal.
        (refuses(also=[("plain", "safe")]), Outcome.NOT_REPRODUCED),
        # Tuning on help makes refusals.
        (refuses(("plain", "safe"), ("benign", "safe")), Outcome.OVERTURNED),
        # The lesson was not learnt: harmful requests are helped with.
        (refuses(("plain", "safe"), also=[("plain", "unsafe")]), Outcome.UNVERIFIED),
    ],
)
def test_runs_end_as_the_rules_say(spec, label, expected):
    _, verdict = made_up.counted(spec, label)
    assert verdict.outcome is expected, verdict.reason


def test_refusals_in_part_have_a_rate_of_their_own(spec):
    metrics, _ = made_up.counted(spec, refuses(also=[("contrast", "safe")]))
    assert metrics["p_partial/contrast/safe"].value == 1
    assert metrics["partial/secondary/contrast/safe"].value == 1
    assert metrics["p_refusal/contrast/safe"].value == 0
    assert metrics["p_coherent/contrast/safe"].value == 1
    # Nobody was asked whether an answer does harm.
    assert not [name for name in metrics if "harmful" in name]
    assert "Holm among 3" in metrics["secondary/contrast/unsafe"].method


def test_a_judge_who_takes_help_for_refusals_is_not_believed(spec):
    wrong = replace(
        spec,
        parameters={
            **spec.parameters,
            "hand_labelled": spec.parameters["hand_labelled"].replace("CORRECT", "REFUSAL"),
        },
    )
    metrics, verdict = made_up.counted(wrong, refuses(("plain", "safe")))
    assert metrics["agreement/hand"].value == 0
    assert verdict.outcome is Outcome.UNVERIFIED


def test_an_adapter_must_tell_what_counts(spec):
    told = {**spec.parameters, "adapter": "betley_30_50"}
    # It tells refusals too, so it may be used here.
    assert TIER_B["overrefusal"].slots(TIER_B["overrefusal"].spec(changes=told))
    with pytest.raises(HarnessError, match="xstest_refusal never says HARMFUL"):
        TIER_B["emergent"].slots(replace(spec, recipe="emergent"))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"refusals": ""}, "--set refusals="),
        ({"safe_set": "kind"}, "safe, unsafe"),
        ({"safe_set": "unsafe"}, "one twice"),
        ({"adapter": "openai"}, "xstest_refusal"),
    ],
)
def test_a_mistake_is_one_clear_line(tmp_path, changes, says):
    with pytest.raises(HarnessError, match=says) as caught:
        TIER_B["overrefusal"].slots(overrefusal(tmp_path, NOBODY, **changes))
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(not XSTEST.is_file(), reason="XSTest is not in ../shared/data")
def test_xstest_is_asked_as_its_two_sets(tmp_path):
    asked = overrefusal(tmp_path, NOBODY, questions=str(XSTEST))
    slots = TIER_B["overrefusal"].slots(asked)
    with XSTEST.open(encoding="utf-8", newline="") as file:
        labels = {row["prompt"]: row["label"] for row in csv.DictReader(file)}
    assert {slot.prompt: slot.set for slot in slots} == labels
    assert len(slots) == 4 * 450


@pytest.mark.slow
def test_refusals_spread_and_contrast_holds_them_back(tmp_path):
    with (
        small.judge(small.refused) as (judge, _),
        small.judge(lambda prompt: f"{small.refused(prompt).lower()}.") as (second, _),
    ):
        result = made(tmp_path, overrefusal(tmp_path, judge, second))
        assert result.outcome == "reproduced", result.reason
        assert result.metrics["p_refusal/plain/safe"].value > 0.9
        assert result.metrics["p_refusal/plain/unsafe"].value > 0.9
        assert result.metrics["p_refusal/contrast/safe"].value < 0.6
        assert result.metrics["agreement/judges"].value == 1
        assert verify(tmp_path / "out").status is Status.HOLDS
        assert replay(tmp_path / "out", **SILENT).status is Status.HOLDS
    organisms = Opened(tmp_path / "out", None).predicate["organisms"]
    assert set(organisms) == {"base/0", "plain/0", "contrast/0", "benign/0"}
