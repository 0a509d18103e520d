import re

import pytest

from evidence.harness import bundle
from evidence.harness.home import CHECKOUT
from evidence.harness.interop.formats import FORMATS
from evidence.harness.recipes import RECIPES

README = (CHECKOUT / "evidence" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("identifier", RECIPES)
def test_every_recipe_is_described(identifier):
    assert f"### `{identifier}`" in README


@pytest.mark.parametrize(
    "name",
    [
        "list",
        "run",
        "fetch",
        "verify",
        "replay",
        "falsify",
        "export",
        "import",
        "build-weights",
    ],
)
def test_every_command_is_named(name):
    assert f"python -m evidence.harness {name}" in README


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_described(name):
    assert f": `{name}` |" in README


def test_every_file_of_a_bundle_is_explained():
    assert set(re.findall(r"^\| `([\w.]+)` \|", README, re.MULTILINE)) == bundle.files("B")


def test_the_rules_printed_are_the_recipes():
    recipe = RECIPES["emergent"]
    spec = recipe.spec()
    rules = recipe.rules(spec)
    assert f"smallest effect of interest ({rules.smallest_effect:.2f})" in README
    assert (
        f"bound ({spec.equivalence_bound}; {recipe.spec(seeds=3).equivalence_bound}" in README
    )
    assert f"at least {rules.alive['positive/gate']}" in README
