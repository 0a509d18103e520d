import pytest

from classifier.core.located import located
from classifier.core.sentences import split
from classifier.core.types import Span
from config.paths import CHECKOUT

BODY = """# A heading

The **bank's** [scoring model](https://example.org/a) turned away
*312* applications.[^a] It &amp; its maker said nothing.[^a]

- A `bot` answered.
- Nobody was hurt.

[^a]: The source.
"""


@pytest.mark.parametrize(
    ("words", "stands"),
    [
        ("bank's", "**bank's**"),
        ("scoring model", "[scoring model](https://example.org/a)"),
        ("model turned away 312", "model](https://example.org/a) turned away\n*312*"),
        ("It & its maker", "It &amp; its maker"),
        ("A bot answered.", "A `bot` answered."),
        ("Nobody", "Nobody"),
    ],
)
def test_a_span_is_found_where_it_stands_in_the_markdown(words, stands):
    sentence = next(s for s in split(BODY) if words in s.text)
    at = sentence.text.index(words)
    start, end = located(BODY, sentence, Span(sentence.n, words, at, at + len(words)))
    assert BODY[start:end] == stands


@pytest.mark.parametrize(
    "body",
    [
        "A robot hit a man.\nHe died.",
        "A robot hit a man.  \nHe died.",
        "    A robot hit a man.\n    He died.",
        "> A robot hit a man.\n> He died.",
        "- A robot hit a man.\n  He died.",
        "A robot hit a man.\r\nHe died.",
        "*A robot hit a man.*\n**He died.**",
    ],
)
def test_every_sentence_is_found_however_the_lines_are_cut(body):
    for sentence in split(body):
        whole = Span(sentence.n, sentence.text, 0, len(sentence.text))
        start, end = located(body, sentence, whole)
        assert body[start:end].strip("*") == sentence.text


@pytest.mark.slow
def test_every_sentence_of_the_archive_is_found_one_a_line():
    for path in sorted((CHECKOUT / "wires" / "starter" / "wires").glob("*.md")):
        body = path.read_text(encoding="utf-8").split("---\n", 2)[2]
        lines = "\n".join(s.text for s in split(body))
        for sentence in split(lines):
            whole = Span(sentence.n, sentence.text, 0, len(sentence.text))
            start, end = located(lines, sentence, whole)
            assert split(lines[start:end])[0].text == sentence.text, path.name


def test_a_sentence_of_another_body_is_refused():
    [sentence] = split("Nobody was there.")
    with pytest.raises(ValueError, match=r"has no sentence 'Nobody was there\.'"):
        located(BODY, sentence, Span(0, "Nobody", 0, 6))
