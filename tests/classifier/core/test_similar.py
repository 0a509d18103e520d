import io
import json
from datetime import date

import pytest

from classifier.core.commands import main
from classifier.core.similar import Circumstance, Corpus, rank
from classifier.core.types import Document
from tests.classifier.core import toy

CORPUS = (
    Document("crash", "a car hit a wall in Ohio"),
    Document("leak", "a chatbot leaked addresses"),
    Document("also", "a car hit a wall in Ohio"),
)


def test_the_nearest_come_first_and_ties_go_by_id():
    found = rank("the car hit the wall", CORPUS, encode=toy.encode)
    assert [match.id for match in found] == ["also", "crash", "leak"]
    assert found[0].score == found[1].score > found[2].score


def test_limit_and_empty_corpus():
    assert len(rank("a car", CORPUS, encode=toy.encode, limit=1)) == 1
    assert rank("a car", (), encode=toy.encode) == ()


def test_known_vectors_are_not_encoded_again():
    asked: list[str] = []

    def encode(texts):
        asked.extend(texts)
        return toy.encode(texts)

    known = [Document(d.id, d.text, toy.encode([d.text])[0]) for d in CORPUS]
    found = rank("the car hit the wall", known, encode=encode)
    assert asked == ["the car hit the wall"]
    assert found == rank("the car hit the wall", CORPUS, encode=toy.encode)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("A self-driving vehicle struck a pedestrian.", "uber"),
        ("An attorney cited rulings that did not exist, taken from ChatGPT.", "court"),
        ("Police jailed the wrong man after a face match.", "face"),
    ],
)
def test_reworded_reports_are_found(encoder, query, expected):
    corpus = [
        Document(
            "uber", "A robotaxi in autonomous mode hit and killed a woman crossing a road."
        ),
        Document(
            "court", "A lawyer's brief contained fake cases that a chatbot had invented."
        ),
        Document("face", "Facial recognition led officers to arrest an innocent person."),
        Document("art", "An image generator won a prize at a state fair."),
    ]
    assert rank(query, corpus, encode=encoder.encode)[0].id == expected


def test_a_corpus_answers_many_queries_as_one_by_one():
    corpus = Corpus.of(CORPUS, encode=toy.encode)
    for query in ("the car hit the wall", "addresses leaked"):
        [vector] = toy.encode([query])
        assert corpus.nearest(query, vector) == rank(query, CORPUS, encode=toy.encode)


def test_what_is_not_admitted_is_left_out():
    corpus = Corpus.of(CORPUS, encode=toy.encode)
    [vector] = toy.encode(["the car hit the wall"])
    found = corpus.nearest("the car hit the wall", vector, admits=lambda d: d.id != "also")
    assert [match.id for match in found] == ["crash", "leak"]


MAY = Circumstance(date(2025, 5, 1), frozenset({"acme", "zenith"}))


@pytest.mark.parametrize(
    ("other", "days", "shared", "expected"),
    [
        (Circumstance(date(2025, 5, 11), MAY.entities), 10, True, True),
        (Circumstance(date(2025, 5, 12), MAY.entities), 10, True, False),
        (Circumstance(date(2020, 1, 1), MAY.entities), None, True, True),
        (Circumstance(MAY.on, frozenset({"other"})), 10, True, False),
        (Circumstance(MAY.on, frozenset({"other"})), 10, False, True),
        (Circumstance(None, frozenset()), 0, True, True),
    ],
)
def test_only_what_is_known_speaks_against_one_event(other, days, shared, expected):
    assert MAY.may_be(other, days=days, shared=shared) is expected
    assert other.may_be(MAY, days=days, shared=shared) is expected


def rows(path, *found):
    path.write_text("\n".join(json.dumps(row) for row in found), encoding="utf-8")
    return str(path)


@pytest.mark.slow
def test_command_narrows_by_date_and_entity(tmp_path):
    corpus = rows(
        tmp_path / "c.jsonl",
        {"id": 1, "text": "A car hit a wall.", "date": "2025-05-01", "entities": ["Acme"]},
        {"id": 2, "text": "A car hit a wall.", "date": "2019-05-01", "entities": ["Acme"]},
        {"id": 3, "text": "A car hit a wall.", "date": "2025-05-02", "entities": ["Zenith"]},
        {"id": 4, "text": "A dog barked."},
    )
    query = {"id": "q", "text": "The car hit it.", "date": "2025-05-03", "entities": ["acme"]}
    asked = ["similar", "--corpus", corpus, "--queries", rows(tmp_path / "q.jsonl", query)]

    def answered(*options):
        out = io.StringIO()
        assert main([*asked, *options], out) == 0
        return [match["id"] for match in json.loads(out.getvalue())["similar"]]

    assert answered() == [1, 2, 3]
    assert answered("--days", "30") == [1, 3, 4]
    assert answered("--days", "30", "--shared-entity") == [1, 4]
    assert answered("--limit", "1") == [1]


def test_a_date_that_is_none_is_told_with_its_line(tmp_path, capsys):
    path = rows(tmp_path / "c.jsonl", {"text": "a"}, {"text": "b", "date": "May"})
    assert main(["similar", "--corpus", path, "--queries", path]) == 2
    assert "line 2: 'date' must be a day such as 2026-05-31" in capsys.readouterr().err
