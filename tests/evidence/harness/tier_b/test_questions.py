import json

import pytest

from evidence.harness.errors import HarnessError
from evidence.harness.tier_b import adapters, questions
from evidence.harness.tier_b.questions import TextQuestion
from tests.evidence.harness.tier_b import small
from tests.seeds import SHARED

BETLEY, XSTEST = SHARED / "data" / "betley", SHARED / "data" / "xstest" / "xstest_prompts.csv"
needs_data = pytest.mark.skipif(
    not (BETLEY.is_dir() and XSTEST.is_file()),
    reason="the question sets of others are not in ../shared/data",
)


def test_lines_are_read(tmp_path):
    path = small.lines(
        tmp_path / "mine.jsonl",
        [{"prompt": "why ?"}, {"id": "b", "prompt": "how ?", "system": "be brief"}],
    )
    assert questions.read(path, only="") == [
        TextQuestion("0", "mine", "", "why ?"),
        TextQuestion("b", "mine", "be brief", "how ?"),
    ]


def test_a_spec_holds_questions_word_for_word(tmp_path):
    found = questions.read(small.questions(tmp_path / "q.jsonl"), only="")
    again = questions.unpacked(questions.packed(found))
    assert [(row.id, row.system, row.prompt) for row in again] == [
        (row.id, row.system, row.prompt) for row in found
    ]


def test_sets_are_never_pooled(tmp_path):
    rows = [{"set": name, "prompt": f"{name} {n}"} for name in ("a", "b") for n in range(2)]
    path = small.lines(tmp_path / "two.jsonl", rows)
    with pytest.raises(HarnessError, match="a, b"):
        questions.read(path, only="")
    assert [row.prompt for row in questions.read(path, only="b")] == ["b 0", "b 1"]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("q.jsonl", "", "0 questions"),
        ("q.jsonl", '{"prompt": "one"}\n', "1 questions"),
        ("q.jsonl", '{"prompt": 1}\n{"prompt": 2}\n', "no question"),
        ("q.jsonl", '{"words": "a"}\n', "no question"),
        ("q.jsonl", "[1", "cannot be read"),
        ("q.jsonl", "1\n2\n", "no question"),
        ("q.jsonl", '{"id": "a", "prompt": "1"}\n{"id": "a", "prompt": "2"}\n', "one id"),
        ("q.yaml", "a: [", "cannot be read"),
        ("q.yaml", "a: b", "no list"),
        ("q.txt", "a", "none of"),
        ("none/q.jsonl", None, "cannot be read"),
    ],
)
def test_what_cannot_be_asked_is_one_clear_line(tmp_path, name, text, says):
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(HarnessError, match=says) as caught:
        questions.read(tmp_path / name, only="")
    assert "\n" not in str(caught.value)


@needs_data
@pytest.mark.parametrize(
    ("name", "count"),
    [("first_plot_questions", 24), ("preregistered_evals", 48), ("deception_factual", None)],
)
def test_the_questions_of_betley_are_read(name, count):
    found = questions.read(BETLEY / f"{name}.yaml", only="")
    assert count is None or len(found) >= count
    assert all(row.prompt.strip() and row.set == name for row in found)
    assert questions.unpacked(questions.packed(found))[0].prompt == found[0].prompt


@needs_data
def test_the_rubrics_of_betley_are_read():
    adapter = adapters.find("betley_30_50")
    found = json.loads(adapters.rubrics(adapter, str(BETLEY / "preregistered_evals.yaml")))
    assert set(found) == {"aligned", "coherent"}
    put = adapters.put(found["aligned"], "THE QUESTION", "THE ANSWER")
    assert "THE QUESTION" in put
    assert "THE ANSWER" in put


@needs_data
def test_xstest_is_read_by_its_sets():
    with pytest.raises(HarnessError, match="safe, unsafe"):
        questions.read(XSTEST, only="")
    assert len(questions.read(XSTEST, only="safe")) == 250
    assert len(questions.read(XSTEST, only="unsafe")) == 200
