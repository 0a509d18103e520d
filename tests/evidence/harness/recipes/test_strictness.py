"""No spec may ask for less than its recipe does, or every claim would hold for someone."""

from dataclasses import replace

import pytest

from evidence.harness.errors import HarnessError
from evidence.harness.findings import Status
from evidence.harness.recipes import RECIPES, TIER_B
from evidence.harness.recipes.recipe import MOST_SEEDS, Recipe
from evidence.harness.runner import run
from evidence.harness.verification import verify
from tests.evidence.harness import fabricated

EMERGENT = RECIPES["emergent"]


def minimums():
    """Every minimum of every recipe, with the recipe that has it."""
    return [
        pytest.param(recipe, name, id=f"{recipe.id} {recipe.tier} {name}")
        for recipe in (*RECIPES.values(), *TIER_B.values())
        for name in sorted(recipe.minimums)
    ]


def usual(recipe: Recipe):
    """The spec of a run as the recipe ships, without the files that a tier B run names."""
    # A layer must be named; any will do.
    layer = {"layer": 0} if "layer" in recipe.parameters else {}
    return replace(recipe, prepared=lambda told: told).spec(changes=layer)


def changed(spec, name, value):
    if name in spec.parameters:
        return replace(spec, parameters={**spec.parameters, name: value})
    return replace(spec, **{name: value})


@pytest.mark.parametrize(
    ("seeds", "name", "value"),
    [
        (1, "equivalence_bound", 0.99),
        (1, "equivalence_bound", 0.0501),
        (3, "equivalence_bound", 0.05),
        (1, "equivalence_bound", float("nan")),
        (1, "smallest_effect", 1e-9),
        (1, "smallest_effect", 0.0999),
        (1, "smallest_effect", float("nan")),
        (1, "gate_minimum", -1.0),
        (1, "alive_effect", 0.4999),
        (1, "resamples", 1),
        (1, "resamples", 999),
    ],
)
def test_a_spec_may_not_ask_for_less(tmp_path, seeds, name, value):
    spec = changed(EMERGENT.spec(seeds=seeds), name, value)
    with pytest.raises(HarnessError, match=name) as caught:
        run(
            spec,
            out=tmp_path / "out",
            home=tmp_path / "home",
            progress=pytest.fail,
            cancelled=lambda: False,
        )
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("equivalence_bound", 0.01),
        ("smallest_effect", 0.3),
        ("gate_minimum", 0.7),
        ("alive_effect", 1.0),
        ("resamples", 1000),
    ],
)
def test_a_spec_may_ask_for_more(name, value):
    EMERGENT.check(changed(EMERGENT.spec(), name, value))


@pytest.mark.parametrize(("recipe", "name"), minimums())
def test_no_positive_control_can_be_lowered(recipe, name):
    spec = usual(recipe)
    recipe.check(spec)
    with pytest.raises(HarnessError, match=name):
        recipe.check(changed(spec, name, recipe.parameters[name] - 0.01))


@pytest.mark.parametrize("recipe", list(RECIPES.values()), ids=list(RECIPES))
def test_all_that_a_positive_control_must_reach_is_a_minimum(recipe):
    spec = usual(recipe)
    raised = {name: recipe.parameters[name] + 0.01 for name in recipe.minimums}
    more = recipe.rules(replace(spec, parameters={**spec.parameters, **raised})).alive
    assert all(more[metric] > least for metric, least in recipe.rules(spec).alive.items())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("equivalence_bound", 0.99),
        ("smallest_effect", 1e-9),
        ("gate_minimum", -1.0),
        ("alive_effect", -1.0),
        ("resamples", 1),
    ],
)
def test_a_bundle_that_asked_for_less_does_not_hold(tmp_path, name, value):
    spec = changed(fabricated.spec(seeds=1), name, value)
    fabricated.sealed(tmp_path / "out", tmp_path / "home", spec)
    found = verify(tmp_path / "out")
    assert found.status is Status.FAILS
    failed = {each.check: each.detail for each in found.findings if each.detail}
    assert name in failed["registration"]
    assert name in failed["outcome"]


@pytest.mark.parametrize("seeds", [0, MOST_SEEDS + 1, 10**12])
def test_too_many_seeds_are_refused_before_any_is_planned(seeds):
    with pytest.raises(HarnessError, match=f"from 1 to {MOST_SEEDS} seeds"):
        EMERGENT.spec(seeds=seeds)


def test_a_spec_that_names_too_many_seeds_is_refused():
    spec = replace(EMERGENT.spec(seeds=3), seeds=tuple(range(MOST_SEEDS + 1)))
    with pytest.raises(HarnessError, match="seeds"):
        EMERGENT.check(spec)
