"""The runs that ship: each holds, and says what the README and the list of exhibits say of it."""

import json

import pytest

from evidence.engine import KEY, SHIPPED
from evidence.harness.findings import Status
from evidence.harness.recipes import RECIPES
from evidence.harness.verification import verify
from wires.demonstration import shown

EXAMPLE = SHIPPED.with_name("examples") / "tier_b_emergent"
NAMES = sorted(path.name for path in SHIPPED.iterdir())


def predicate(name):
    return json.loads((SHIPPED / name / "manifest.json").read_text())["predicate"]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_shipped_run_holds_under_its_key(name):
    found = verify(SHIPPED / name, trusted_key=KEY)
    assert found.status is Status.HOLDS, found.findings


def test_example_of_tier_b_holds_without_its_model_and_judges():
    found = verify(EXAMPLE, trusted_key=KEY)
    assert found.status is Status.HOLDS, found.findings
    told = json.loads((EXAMPLE / "manifest.json").read_text())["predicate"]
    assert (told["tier"], told["recipe"]["id"], told["outcome"]) == (
        "B",
        "emergent",
        "reproduced",
    )
    assert told["code"]["dirty"] is False


def test_shipped_runs_are_of_recipes_and_of_all_seeds():
    assert set(NAMES) <= set(RECIPES)
    for name in set(NAMES) - {"compare"}:
        assert predicate(name)["seeds"] == [0, 1, 2]


def test_every_exhibit_names_a_shipped_run():
    for row in shown.rows():
        assert row.run in {"", *NAMES}
        assert bool(row.run) == bool(row.sentence) != bool(row.note)


def test_all_of_them_are_small():
    sizes = [path.stat().st_size for path in SHIPPED.rglob("*") if path.is_file()]
    assert max(sizes) < 500_000
    assert sum(sizes) < 2_500_000
