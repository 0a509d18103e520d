import pytest
import torch
from safetensors.torch import load, save

from evidence.harness.errors import HarnessError
from evidence.harness.organism import loading, shelf
from evidence.harness.organism.bench import require_finite
from evidence.harness.recipes import RECIPES
from evidence.harness.runner import run
from evidence.harness.spec import Outcome
from evidence.harness.world.judge import Label
from tests.evidence.harness import made_up

COMPARE = RECIPES["compare"]
SPEC = made_up.spec(COMPARE)
ALIGNED = shelf.ROOT / "seed0" / "shared_aligned.safetensors"


@pytest.mark.parametrize(
    ("harmful", "expected"),
    [
        ({"left"}, Outcome.REPRODUCED),
        ({"right"}, Outcome.CONTRADICTED),
        ({"left", "right"}, Outcome.NOT_REPRODUCED),
    ],
)
def test_models_compare_as_the_rules_say(harmful, expected):
    def label(slot):
        return Label.HARMFUL if slot.arm in harmful else Label.CORRECT

    _, verdict = made_up.counted(COMPARE, SPEC, label)
    assert verdict.outcome is expected, verdict.reason


def test_what_readers_are_told_matches_what_is_run():
    made_up.told_as_run(COMPARE)


def test_a_model_that_babbles_is_not_compared():
    _, verdict = made_up.counted(COMPARE, SPEC, lambda _slot: Label.OFF_GRAMMAR)
    assert verdict.outcome is Outcome.UNVERIFIED


def test_a_shipped_name_and_a_path_are_the_same_model():
    assert loading.resolved("shared_aligned", seed=0) == ALIGNED
    assert loading.resolved(str(ALIGNED), seed=0) == ALIGNED
    one, digest = loading.from_file(ALIGNED, seed=0)
    assert digest == shelf.shipped(0).hashes[ALIGNED.name]
    assert one.fingerprint


def ran(tmp_path, right):
    run(
        COMPARE.spec(changes={"right": str(right)}),
        out=tmp_path / "out",
        home=tmp_path / "home",
        progress=lambda _progress: None,
        cancelled=lambda: False,
    )


def test_weights_that_are_no_numbers_leave_one_clear_line_and_nothing_else(tmp_path):
    state = load(ALIGNED.read_bytes())
    state["model.norm.weight"][3] = torch.nan
    (tmp_path / "nan.safetensors").write_bytes(save(state))
    broken, _ = loading.from_file(tmp_path / "nan.safetensors", seed=0)
    with pytest.raises(HarnessError, match=r"broken are no numbers any more \(model.norm"):
        require_finite(broken, "broken")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "cannot be read"), (b"GGUF", "no model of this world"), ("other", "no model")],
)
def test_a_file_that_is_no_model_leaves_one_clear_line_and_nothing_else(
    tmp_path, content, says
):
    path = tmp_path / "model"
    if content == "other":
        path.write_bytes(save({"wte.weight": torch.zeros(3, 4)}))
    elif content:
        path.write_bytes(content)
    with pytest.raises(HarnessError, match=says):
        loading.from_file(path, seed=0)
    if content is None:
        with pytest.raises(HarnessError, match=says):
            ran(tmp_path, path)
        assert [left.name for left in tmp_path.iterdir()] == ["home"]


def test_two_seeds_are_refused():
    with pytest.raises(HarnessError, match="one seed"):
        COMPARE.rules(made_up.spec(COMPARE, seeds=2))


@pytest.mark.parametrize(
    ("setting", "says"),
    [("lft=a", "no parameter 'lft'"), ("resamples=many", "resamples is a int"), ("left", "x")],
)
def test_settings_are_read_as_the_parameters_are(setting, says):
    if setting == "left":
        assert COMPARE.read(["left=a=b", "resamples=5"]) == {"left": "a=b", "resamples": 5}
        return
    with pytest.raises(HarnessError, match=says):
        COMPARE.read([setting])
