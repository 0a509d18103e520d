import pytest

from classifier.core.located import located
from classifier.core.sentences import split
from classifier.core.types import Span

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


def test_a_sentence_of_another_body_is_refused():
    [sentence] = split("Nobody was there.")
    with pytest.raises(ValueError, match=r"has no sentence 'Nobody was there\.'"):
        located(BODY, sentence, Span(0, "Nobody", 0, 6))
