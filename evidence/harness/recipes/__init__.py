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
    overrefusal,
    realign,
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
        compare,
    )
}


def find(identifier: str) -> Recipe:
    """Return a recipe; an unknown id raises HarnessError with the known ones."""
    try:
        return RECIPES[identifier]
    except KeyError as error:
        raise HarnessError(
            f"There is no recipe {identifier!r}; there are: {', '.join(RECIPES)}."
        ) from error
