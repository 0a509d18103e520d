"""READMEs are held against the code's own registries and against the tree."""

import re
from typing import get_args

import pytest

from classifier.core.types import Verdict
from config.paths import CHECKOUT
from evidence.harness.recipes import RECIPES
from wires.models import Change, Source, Wire

README = (CHECKOUT / "README.md").read_text()
EVIDENCE = "".join(
    (CHECKOUT / "evidence" / name).read_text()
    for name in ("README.md", "RECIPES.md", "TIER_B.md")
)
MAKEFILE = (CHECKOUT / "Makefile").read_text()
THIS = "test_readmes.py"
VARIABLES = ("BUTFOR_DATA", "DATABASE_URL", "BROKER_URL", "PORT")


@pytest.mark.parametrize("word", [*Wire.State.values, *Source.Text.values, *get_args(Verdict)])
def test_readme_has_every_word(word):
    assert f"`{word}`" in README


@pytest.mark.parametrize("name", VARIABLES)
def test_readme_names_what_replaces_a_default(name):
    assert f"`{name}`" in README


@pytest.mark.parametrize(
    "target", sorted(set(re.findall(r"`?make ([a-z-]+)", README)) - {"and"})
)
def test_make_target_exists(target):
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), target


@pytest.mark.parametrize("recipe", RECIPES)
def test_recipe_is_explained(recipe):
    assert f"`{recipe}`" in EVIDENCE


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:wires|config|classifier|evidence|templates|tests|benchmarks)/[\w/.-]+)`",
                                  README + EVIDENCE)))
)  # fmt: skip
def test_path_exists(path):
    assert (CHECKOUT / path).exists(), path


def test_feed_words_of_changes_are_stable():
    """Programs match on these; a new one is an addition, a lost one breaks them."""
    assert set(Change.Kind.values) >= {
        "published", "amended", "disputed", "resolved", "withdrawn", "recoded", "exhibited",
    }  # fmt: skip


@pytest.mark.slow
def test_no_path_of_this_machine_is_in_the_tree():
    """The project speaks of itself only, wherever it is checked out."""
    words = re.compile(re.escape(f"{CHECKOUT}/"))
    endings = {
        ".py",
        ".md",
        ".toml",
        ".html",
        ".css",
        ".js",
        ".yaml",
        ".txt",
        ".lock",
        ".json",
    }
    skipped = {
        ".venv",
        ".git",
        "var",
        "__pycache__",
        ".mypy_cache",
        ".ruff_cache",
        ".hypothesis",
    }
    found = []
    for path in CHECKOUT.rglob("*"):
        inside = path.relative_to(CHECKOUT)
        told = path.suffix in endings or path.name in ("Makefile", "run", "setup")
        if told and path.is_file() and not skipped & set(inside.parts) and path.name != THIS:
            found += [str(inside)] if words.search(path.read_text(errors="ignore")) else []
    assert found == []
