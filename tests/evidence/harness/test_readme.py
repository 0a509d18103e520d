import json
import re

import pytest

from evidence.harness import bundle
from evidence.harness.home import CHECKOUT
from evidence.harness.interop.formats import FORMATS
from evidence.harness.recipes import RECIPES

EVIDENCE = CHECKOUT / "evidence"
README = (EVIDENCE / "README.md").read_text(encoding="utf-8")
TOLD = (EVIDENCE / "RECIPES.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| \[`(\w+)`\]\(RECIPES\.md#\w+\) \| (.+) \| `(\w+)` \| (.+) \|$", re.MULTILINE
)


@pytest.mark.parametrize("identifier", RECIPES)
def test_every_recipe_is_described(identifier):
    assert f"\n## `{identifier}`\n" in TOLD


@pytest.mark.parametrize("identifier", RECIPES)
def test_the_table_of_recipes_is_what_the_shipped_runs_say(identifier):
    rows = {name: rest for name, *rest in ROW.findall(README)}
    sealed = json.loads((EVIDENCE / "runs" / identifier / bundle.MANIFEST).read_text())
    metric = sealed["predicate"]["metrics"][RECIPES[identifier].primary]
    assert rows[identifier] == [
        RECIPES[identifier].question,
        sealed["predicate"]["outcome"],
        f"{metric['value']:.3f} [{metric['low']:.3f}, {metric['high']:.3f}]",
    ]


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
