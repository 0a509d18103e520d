import pytest

from classifier.core.sentences import split
from classifier.core.types import BARE_CITATION


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("One. Two.", ["One.", "Two."]),
        ("No stop at the end", ["No stop at the end"]),
        ("", []),
        (" \n\n \t", []),
        ("***\n\n---", []),
        # abbreviations
        ("The U.S. Department acted. It won.", ["The U.S. Department acted.", "It won."]),
        ("He left the U.S. The court agreed.", ["He left the U.S.", "The court agreed."]),
        ("Dr. Smith met Mr. Jones. They spoke.", ["Dr. Smith met Mr. Jones.", "They spoke."]),
        (
            "It failed, e.g. Grok did. So it goes.",
            ["It failed, e.g. Grok did.", "So it goes."],
        ),
        ("Acme Inc. Chief Lee quit. He left.", ["Acme Inc. Chief Lee quit.", "He left."]),
        ("He sued Acme Inc. The firm paid.", ["He sued Acme Inc.", "The firm paid."]),
        ("See No. 3 and Fig. 2. Then stop.", ["See No. 3 and Fig. 2.", "Then stop."]),
        ("The answer was no. Three left.", ["The answer was no.", "Three left."]),
        ("J. K. Rowling wrote. We read.", ["J. K. Rowling wrote.", "We read."]),
        ("By Lee et al. and others. Fine.", ["By Lee et al. and others.", "Fine."]),
        ("It rang at 10 a.m. Monday. Then not.", ["It rang at 10 a.m. Monday.", "Then not."]),
        ("Models, code, etc. were shared. Yes.", ["Models, code, etc. were shared.", "Yes."]),
        # numbers, addresses, ellipses
        ("It rose by 3.5 points. Costs fell.", ["It rose by 3.5 points.", "Costs fell."]),
        ("GPT-4.1 lost $1.5 million. Ouch.", ["GPT-4.1 lost $1.5 million.", "Ouch."]),
        ("See https://a.org/b.c?d=e. Then go.", ["See https://a.org/b.c?d=e.", "Then go."]),
        ("He paused... and went on. Done.", ["He paused... and went on.", "Done."]),
        ("He paused... Then he left.", ["He paused...", "Then he left."]),
        # quotations and brackets
        ('"Stop!" he said. It did not.', ['"Stop!" he said.', "It did not."]),
        ('It said "no." Then it quit.', ['It said "no."', "Then it quit."]),
        ("It said “no.” Then it quit.", ["It said “no.”", "Then it quit."]),
        ("It broke (badly.) Then it quit.", ["It broke (badly.)", "Then it quit."]),
        ("Is it? Yes! Good.", ["Is it?", "Yes!", "Good."]),
        ("OpenAI said no. xAI agreed.", ["OpenAI said no.", "xAI agreed."]),
        ("これは文です。次の文です。", ["これは文です。", "次の文です。"]),
        # blocks
        ("# A title\n\nText here.", ["A title", "Text here."]),
        ("A title\n=======\n\nText here.", ["A title", "Text here."]),
        ("# Closed #\nText.", ["Closed", "Text."]),
        ("- one thing\n- two things\n", ["one thing", "two things"]),
        ("1. First item\n2. Second item", ["First item", "Second item"]),
        ("* [ ] open\n* [x] done", ["open", "done"]),
        ("> A quoted line\n> goes on.", ["A quoted line goes on."]),
        ("A wrapped line\ngoes on. End.", ["A wrapped line goes on.", "End."]),
        ("Before.\n\n```\ncode. Here.\n```\n\nAfter.", ["Before.", "After."]),
        ("---\ntitle: A\n---\nText.", ["Text."]),
        ("Text.\n\n[^a]: A note. With text.\n[b]: https://b.org", ["Text."]),
        ("| a | b |\n|---|---|\n| c | d |", ["a | b |", "c | d |"]),
        ("A line ends.\r\nNext one.\r\n", ["A line ends.", "Next one."]),
        # Markdown inside a sentence
        ("**Bold** and *italic* and `code`.", ["Bold and italic and code."]),
        ("A [link](https://a.org/x_(y)) here.", ["A link here."]),
        ("A snake_case name and 2 * 3.", ["A snake_case name and 2 * 3."]),
        ("An ![image](a.png) is gone.", ["An is gone."]),
        ("See <https://a.org>. Then <b>go</b>.", ["See https://a.org.", "Then go."]),
        (r"A \*star\* and 5 \[sic\].", ["A *star* and 5 [sic]."]),
        # marks of citations
        ("It failed [source].", ["It failed."]),
        ("It failed.[^a][^b] It won.[^a]", ["It failed.", "It won."]),
        ("It failed.[^a]\nIt won.", ["It failed.", "It won."]),
        ("It failed[^a], then won.", ["It failed, then won."]),
    ],
)
def test_body_is_split(body, expected):
    assert [sentence.text for sentence in split(body)] == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("It failed [source].", [(BARE_CITATION,)]),
        ("It failed. [Sources] It won.", [(BARE_CITATION,), ()]),
        ("It failed.[^a][^b] It won.", [("a", "b"), ()]),
        ("It failed.[^a] It won.[^b]", [("a",), ("b",)]),
        ("It failed. [^a] It won.", [("a",), ()]),
        ("It failed.[^a]It won.", [("a",), ()]),
        ("It[^a] failed[^b]. It won.", [("a", "b"), ()]),
        ("It failed.[^a][^a]", [("a",)]),
        ("It failed.\n\n[^a]\n\nIt won.", [("a",), ()]),
        ("[^a] It failed.", [("a",)]),
        ("- It failed.[^a]\n- It won.[^b]", [("a",), ("b",)]),
        ('It said "no."[^notes-2] Then quit.', [("notes-2",), ()]),
        ("It failed [source](https://a.org).", [()]),
    ],
)
def test_citation_belongs_to_its_sentence(body, expected):
    assert [sentence.citations for sentence in split(body)] == expected


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ("# Why?\n\nBecause. Is it?", ["heading", "sentence", "question"]),
        ('He asked "why?" It fell.', ["question", "sentence"]),
        ("A claim without a stop", ["sentence"]),
        ("**A bold claim**", ["sentence"]),
    ],
)
def test_kind_is_told(body, kinds):
    assert [sentence.kind for sentence in split(body)] == kinds


def test_offsets_hold_the_sentence_with_its_marks():
    body = "# Head\n\nIt **failed** [here](https://a.org).[^a] Then *it won*.\n"
    spans = [body[sentence.start : sentence.end] for sentence in split(body)]
    assert spans == [
        "Head",
        "It **failed** [here](https://a.org).[^a]",
        "Then *it won*.",
    ]


def test_sentences_are_numbered_from_zero():
    assert [sentence.n for sentence in split("# A\n\nBe. See.\n\n- Do")] == [0, 1, 2, 3]


def test_lines_of_unwrapped_text_are_paragraphs():
    long = "This paragraph was taken from a page and is far too long to have been wrapped " * 2
    body = f"A heading without a stop\n{long}ends.\nAnother Heading\n{long}ends."
    assert [s.text for s in split(body)][::2] == [
        "A heading without a stop",
        "Another Heading",
    ]
