import json

import pytest

from evidence.harness.errors import HarnessError
from evidence.harness.recipes import RECIPES
from evidence.harness.spec import RunSpec

SPEC = RECIPES["emergent"].spec(seeds=2)


def test_a_spec_comes_back_from_json_with_the_same_digest():
    again = RunSpec.from_json(json.loads(json.dumps(SPEC.to_json())))
    assert again == SPEC
    assert again.digest() == SPEC.digest()


def test_the_digest_does_not_depend_on_the_order_of_parameters():
    turned = {
        **SPEC.to_json(),
        "parameters": dict(sorted(SPEC.parameters.items(), reverse=True)),
    }
    assert RunSpec.from_json(turned).digest() == SPEC.digest()


@pytest.mark.parametrize(
    ("field", "value"),
    [("seeds", [0]), ("smallest_effect", 0.2), ("version", "0"), ("parameters", {"a": 1})],
)
def test_every_field_is_in_the_digest(field, value):
    assert RunSpec.from_json({**SPEC.to_json(), field: value}).digest() != SPEC.digest()


@pytest.mark.parametrize(
    "change",
    [
        {"extra": 1},
        {"seeds": []},
        {"seeds": [1, 1]},
        {"seeds": ["0"]},
        {"seeds": 3},
        {"recipe": 7},
        {"smallest_effect": "much"},
        {"equivalence_bound": 0},
        {"parameters": {"a": [1]}},
        {"parameters": None},
    ],
)
def test_a_malformed_spec_is_refused(change):
    with pytest.raises(HarnessError):
        RunSpec.from_json({**SPEC.to_json(), **change})


def test_a_spec_that_lacks_a_field_is_refused():
    data = SPEC.to_json()
    del data["tier"]
    with pytest.raises(HarnessError, match="exactly the fields"):
        RunSpec.from_json(data)


def test_three_seeds_are_held_to_a_tighter_bound():
    bounds = [RECIPES["emergent"].spec(seeds=n).equivalence_bound for n in (1, 2, 3, 5)]
    assert bounds == [0.05, 0.05, 0.03, 0.03]


def test_parameters_cannot_be_changed_afterwards():
    with pytest.raises(TypeError):
        SPEC.parameters["tune_steps"] = 1


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("tune_rate", float("nan"), "not a number"),
        ("gate_minimum", float("-inf"), "not a number"),
        ("bootstrap_seed", -1, "from 0 up"),
    ],
)
def test_a_parameter_that_counts_nothing_is_one_clear_line(name, value, says):
    with pytest.raises(HarnessError, match=f"{name} is .*{says}") as caught:
        RECIPES["emergent"].spec(changes={name: value})
    assert "\n" not in str(caught.value)
