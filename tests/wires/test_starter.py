"""The shipped archive as a whole: what it covers, and that no event is told twice."""

from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest
import yaml

from classifier.core.formula import SAME, likeness, skeleton
from tests import factories
from wires import demonstration
from wires.demonstration import STARTER, Story
from wires.models import Wire

FILES = sorted((STARTER / "wires").glob("*.md"))
# The data has no case of misaligned generalisation with two reports; the corrected specimen
# carries M1. A wire without any field of harm has no harm for its but-for form: no F0.
ABSENT = {"M1", "F0"}
SLOTS = ("system", "act", "harm", "counterfactual")


@pytest.fixture(scope="module")
def fronts():
    return [yaml.safe_load(path.read_text().split("---\n")[1]) for path in FILES]


def codes():
    rules = yaml.safe_load((STARTER / "taxonomy-2026-11.yaml").read_text())
    return {code["code"] for code in rules["codes"]}


def test_there_are_120_wires_numbered_in_order():
    assert [int(path.name[:3]) for path in FILES] == list(range(1, 121))


@pytest.mark.slow
def test_every_code_stands_on_four_wires(fronts):
    counts = Counter(row["code"] for front in fronts for row in front["codes"])
    assert {code for code in codes() if counts[code] < 4} == ABSENT
    assert set(counts) <= codes()


def test_every_class_and_severity_occurs(fronts):
    assert {front["event_class"] for front in fronts} == set(Wire.EventClass.values)
    assert {front["severity"] for front in fronts} == set(Wire.Severity.values)


@pytest.mark.slow
def test_no_event_is_told_twice(fronts):
    aliases = Counter(alias for front in fronts for alias in front["aliases"])
    assert [alias for alias, count in aliases.items() if count > 1] == []
    assert len({front["headline"] for front in fronts}) == len(fronts)


@pytest.mark.django_db
@pytest.mark.parametrize("later", [{"headline": "Told anew"}, {"aliases": ()}])
def test_story_that_an_earlier_edition_filed_is_not_filed_again(later):
    desk, editor = factories.make_editor(), factories.make_editor()
    filing = factories.make_filing(aliases=("AIID-77",))
    before = Story(filing, {})
    after = Story(replace(filing, fingerprint="f" * 64, body="It was told anew.", **later), {})
    wire = demonstration._filed(before, desk)  # noqa: SLF001 - one step of a long story
    assert demonstration._filed(after, desk) == wire  # noqa: SLF001
    # What an editor filed is theirs, and never becomes a part of the story.
    assert demonstration._filed(after, editor) != wire  # noqa: SLF001


def test_no_two_wires_share_a_but_for_text(fronts):
    texts = [
        skeleton([front["rationale"][slot] for slot in SLOTS], front["providers"])
        for front in fronts
    ]
    assert max(likeness(a, b) for a, b in combinations(texts, 2)) < SAME


def test_records_are_in_our_words_and_name_their_source(fronts):
    for front in fronts:
        for source in front["sources"]:
            assert source["kind"] == "record"
            assert source["record"] in front["aliases"]
            assert source["url"].startswith("https://")
