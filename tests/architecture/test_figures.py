"""No figure in the README is typed: its table is what the benchmark's file says."""

import json

from benchmarks import classifier


def test_readme_holds_the_table_that_the_measured_figures_make():
    found = json.loads(classifier.FOUND.read_text(encoding="utf-8"))
    readme = classifier.README.read_text(encoding="utf-8")
    assert classifier.with_table(readme, found) == readme
    assert set(found) == set(classifier.PARTS)


def test_intervals_of_codes_hold_their_figures():
    found = json.loads(classifier.FOUND.read_text(encoding="utf-8"))["codes"]["found"]
    for title, told in found.items():
        for method, figures in told["methods"].items():
            for name, one in figures.items():
                assert one["low"] <= one["value"] <= one["high"], (title, method, name)
