"""Labelled texts for tests: three codes, each with words of its own, and words of all."""

import random

from classifier.core.types import CodeCard, CodedText

CARDS = (
    CodeCard("B", "Leak", "private data are leaked to strangers"),
    CodeCard("A", "Crash", "a vehicle drove into a wall", ("the car hit a tree",)),
    CodeCard("C", "Lie", "invented sources were cited as real"),
)
OWN = {
    "A": [
        "car",
        "road",
        "wall",
        "drove",
        "hit",
        "tree",
        "crash",
        "wheel",
        "brake",
        "driver",
        "street",
        "truck",
    ],
    "B": [
        "data",
        "private",
        "leaked",
        "address",
        "phone",
        "stranger",
        "mail",
        "record",
        "name",
        "file",
        "inbox",
    ],
    "C": [
        "invented",
        "source",
        "cited",
        "court",
        "case",
        "quote",
        "lawyer",
        "book",
        "article",
        "judge",
        "false",
    ],
}
COMMON = [
    "the",
    "a",
    "firm",
    "said",
    "on",
    "Monday",
    "that",
    "system",
    "user",
    "report",
    "of",
    "in",
    "model",
    "people",
    "town",
]


def _texts() -> tuple[CodedText, ...]:
    draw = random.Random(7)  # noqa: S311 - the same texts each time
    texts = []
    for n in range(120):
        code = "ABC"[n % 3]
        words = draw.sample(OWN[code], 5) + draw.sample(COMMON, 7)
        draw.shuffle(words)
        texts.append(CodedText(str(n), " ".join(words), (code,), group=f"g{n}"))
    return tuple(texts)


TEXTS = _texts()
