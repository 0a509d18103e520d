import pytest

from evidence.harness.errors import HarnessError
from evidence.harness.recipes import RECIPES
from tests.evidence.harness import made_up

MIX = RECIPES["mix"]


@pytest.mark.parametrize("identifier", RECIPES)
@pytest.mark.parametrize(
    "wrong", [{"resamples": 0}, {"resamples": 10**9}, {"answer_limit": 0}]
)
def test_no_recipe_asks_for_sizes_that_make_no_sense(identifier, wrong):
    recipe = RECIPES[identifier]
    with pytest.raises(HarnessError, match=f"{next(iter(wrong))} is from 1 to 20000"):
        recipe.rules(made_up.spec(recipe, **wrong))


@pytest.mark.parametrize("wrong", [{"tuned_domain": "open"}, {"tune_steps": 0}])
def test_a_fine_tune_has_a_field_and_steps(wrong):
    with pytest.raises(HarnessError, match=next(iter(wrong))):
        MIX.rules(made_up.spec(MIX, **wrong))


def test_a_number_that_is_no_size_may_be_none_at_all():
    assert MIX.rules(made_up.spec(MIX, bootstrap_seed=0)).primary == MIX.primary
