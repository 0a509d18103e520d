import pytest

from classifier.core.similar import rank
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
