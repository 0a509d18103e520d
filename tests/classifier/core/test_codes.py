from pathlib import Path

import pytest
import yaml

from classifier.core.codes import CodeIndex
from classifier.core.types import CodeCard
from tests.classifier.core import story, toy

CARDS = (
    CodeCard("B", "Leak", "private data are leaked to strangers"),
    CodeCard("A", "Crash", "a vehicle drove into a wall", ("the car hit a tree",)),
    CodeCard("C", "Lie", "invented sources were cited as real"),
)
TAXONOMY = Path(__file__).resolve().parents[3] / "wires" / "starter" / "taxonomy-2026-11.yaml"


def shipped(kind: str) -> list[CodeCard]:
    """Return the cards of the taxonomy that the archive starts with, without its fallback."""
    stored = yaml.safe_load(TAXONOMY.read_text(encoding="utf-8"))
    return [
        CodeCard(code["code"], code["title"], code["definition"])
        for code in stored["codes"]
        if code["kind"] == kind and code["code"] != stored["fallback"][kind]
    ]


def test_every_code_is_ranked_and_the_nearest_comes_first():
    index = CodeIndex.build(CARDS, encode=toy.encode)
    proposal = index.propose("the car hit a tree and a wall", limit=None)
    assert proposal.codes[0].code == "A"
    assert {score.code for score in proposal.codes} == {"A", "B", "C"}
    assert sum(score.score for score in proposal.codes) == pytest.approx(1, abs=1e-3)


def test_ties_are_broken_by_code_and_nothing_is_ticked():
    twins = [CodeCard(code, "Same", "the same words") for code in ("Z", "X", "Y")]
    proposal = CodeIndex.build(twins, encode=toy.encode).propose("quite other text")
    assert [score.code for score in proposal.codes] == ["X", "Y", "Z"]
    assert proposal.abstained
    assert not any(score.ticked for score in proposal.codes)


def test_clear_case_is_ticked_once_and_limit_holds():
    index = CodeIndex.build(CARDS, encode=toy.encode)
    proposal = index.propose("invented sources were cited as real", limit=2)
    assert [score.ticked for score in proposal.codes] == [True, False]
    assert proposal.codes[0].code == "C"
    assert not proposal.abstained


def test_no_cards_are_refused():
    with pytest.raises(ValueError, match="at least one card"):
        CodeIndex.build((), encode=toy.encode)


@pytest.fixture(scope="module")
def mechanisms(encoder):
    return CodeIndex.build(shipped("M"), encode=encoder.encode)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The lawyer filed a brief with six court cases that the chatbot had made up.", "M2"),
        ("The assistant turned down harmless questions about cooking and refused to answer.", "M6"),
        ("A hidden instruction on a web page made the agent send the user's mail away.", "M7"),
        ("The tool rated women's applications lower than men's.", "M10"),
        ("The model recited phone numbers of private persons from its training data.", "M8"),
        ("The coding agent deleted a production database that it had been told not to touch.",
         "M9"),
    ],
)  # fmt: skip
def test_plain_cases_rank_among_the_first_three(mechanisms, text, code):
    assert code in [score.code for score in mechanisms.propose(text, limit=3).codes]


@pytest.mark.skipif(
    not story.FOLDER.is_dir(), reason="the first story's documents are not here"
)
def test_the_first_story_is_seen_as_generalisation_or_refusal(mechanisms):
    found = [score.code for score in mechanisms.propose(story.text(story.WIRE), limit=3).codes]
    assert {"M1", "M6"} & set(found)


def test_background_takes_away_what_texts_share(encoder):
    texts = ["According to a report the firm's chatbot invented a law.",
             "According to a report the firm's chatbot leaked an address.",
             "According to a report the firm's car hit a wall."]  # fmt: skip
    index = CodeIndex.build(CARDS, encode=encoder.encode, background=texts)
    assert [index.propose(text).codes[0].code for text in texts] == ["C", "B", "A"]
