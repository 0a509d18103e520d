import pytest

from benchmarks import honest_bundles
from evidence.harness.recipes import RECIPES


@pytest.mark.slow
def test_a_real_run_holds_and_loses_to_nothing_planted(tmp_path):
    # `compare` trains nothing and is over soonest.
    row = honest_bundles.tried(list(RECIPES).index("compare"), tmp_path)
    assert (row["recipe"], row["holds"], row["missed"]) == ("compare", True, 0)
    assert row["caught"] >= 60


def test_twenty_bundles_are_of_every_recipe():
    assert len(RECIPES) <= honest_bundles.BUNDLES
