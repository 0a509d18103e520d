"""Every recipe from registration to a bundle that holds, with the least doses that it takes."""

from typing import Any

import pytest

from evidence.harness.findings import Status
from evidence.harness.recipes import RECIPES
from evidence.harness.runner import run
from evidence.harness.verification import verify
from tests.evidence.harness import made_up

LEAST = {
    "tune_steps": 2,
    "sign_steps": 2,
    "rows": 3,
    "again_steps": 1,
    "discovery": 12,
    "test": 8,
    "nulls": 2,
    "draws": 2,
    "sparse_documents": 4,
    "sparse_steps": 5,
    "gate_documents": 2,
    "every": 45,
    "small_every": 3,
    "reward_steps": 2,
    "small_steps": 2,
    "small_chat_steps": 2,
}
# A grader must find something to pay for before the first model is asked.
OWN: dict[str, dict[str, Any]] = {
    "reinforce": {"tune_steps": 9, "samples": 32},
    "overrefusal": {"warm_steps": 24, "warm_rate": 2e-3, "warm_harmful": 0.5},
}


# `emergent` is run with its own doses elsewhere.
@pytest.mark.slow
@pytest.mark.parametrize("identifier", [name for name in RECIPES if name != "emergent"])
def test_a_run_with_the_least_doses_leaves_a_bundle_that_holds(tmp_path, identifier):
    recipe = RECIPES[identifier]
    least = {name: value for name, value in LEAST.items() if name in recipe.parameters}
    least |= OWN.get(identifier, {})
    seen = []
    result = run(
        made_up.spec(recipe, resamples=1000, **least),
        out=tmp_path / "out",
        home=tmp_path / "home",
        progress=seen.append,
        cancelled=lambda: False,
    )
    assert result.recipe == identifier
    assert seen[-1].done == seen[-1].total
    found = verify(tmp_path / "out")
    assert found.status is Status.HOLDS, found.findings
