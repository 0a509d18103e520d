"""Every recipe by its id; importing them loads neither torch nor numpy."""

from evidence.harness.errors import HarnessError
from evidence.harness.recipes import (
    backdoor,
    compare,
    direction,
    early,
    emergent,
    jailbreak,
    mix,
    model_backdoor,
    model_compare,
    model_direction,
    model_early,
    model_emergent,
    model_jailbreak,
    model_mix,
    model_numbers,
    model_overrefusal,
    model_realign,
    model_reinforce,
    model_selfreport,
    model_steer,
    numbers,
    overrefusal,
    realign,
    reinforce,
    selfreport,
    steer,
)
from evidence.harness.recipes.recipe import Recipe

RECIPES: dict[str, Recipe] = {
    module.RECIPE.id: module.RECIPE
    for module in (
        emergent,
        direction,
        steer,
        realign,
        backdoor,
        mix,
        overrefusal,
        early,
        jailbreak,
        selfreport,
        numbers,
        reinforce,
        compare,
    )
}


# The same ids in tier B: any causal language model, text questions and judges.
TIER_B: dict[str, Recipe] = {
    module.RECIPE.id: module.RECIPE
    for module in (
        model_emergent,
        model_direction,
        model_steer,
        model_realign,
        model_backdoor,
        model_mix,
        model_overrefusal,
        model_early,
        model_jailbreak,
        model_selfreport,
        model_numbers,
        model_reinforce,
        model_compare,
    )
}
TIERS = {"A": RECIPES, "B": TIER_B}


def find(identifier: str, tier: str = "A") -> Recipe:
    """Return a recipe of a tier; an unknown id raises HarnessError with the known ones."""
    recipes = TIERS.get(tier, {})
    try:
        return recipes[identifier]
    except KeyError as error:
        raise HarnessError(
            f"There is no recipe {identifier!r} in tier {tier}; "
            f"there are: {', '.join(recipes) or 'none'}."
        ) from error
