"""No sentence goes unheld: the page shows of a body what its claims say, and nothing else."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier import engine
from tests import factories
from wires import gate
from wires.rendering import Mark, body_html

LIE = "The system killed 40 people in Ohio."
OURS = re.compile(r'<sup>.*?</sup>|<a class="verdict.*?</a>')
TAG = re.compile(r"<[^>]*>")
INLINE = re.compile(r"</?(?:a|code|del|em|strong|span|sup)\b[^>]*>")
# Each says the lie in a way that a page could show and a splitter could miss.
PLACES = [
    "# {}\n\n", "{}\n===\n\n", "{}\n---\n\n", "### {} ###\n\n",
    "~~~\n\n{}\n\n", "```\n\n{}\n\n", "```python\n{}\n```\n\n", "~~~ {}\n\n",
    "[Note]: {}\n\n", "[Note]: <{}>\n\n", '[Note]: https://example.org "A title" {}\n\n',
    "[^x]: A note.\n    {}\n\n", "[^x]: A note.\n\n    {}\n\n", "> [^x]: {}\n\n", "\u2028[^x]: {}\n\n",
    "    {}\n\n", "\t{}\n\n", "- One.\n\n        {}\n\n",
    "---\nnote: {}\n---\n\n", "---\ntitle: A\nnote: {}\n---\n",
    "| {} | b |\n|---|---|\n| c | d |\n\n", "{} | b\n---|---\nc | d\n\n", "| a |\n|---|\n| c | {} |\n\n",
    "> {}\n\n", "> > {}\n\n", "- {}\n", "1. {}\n", "1) {}\n", "- [ ] {}\n", "Before it\n40. {}\n\n",
    "`{}`\n\n", "**{}**\n\n", "[{}](https://example.org)\n\n", "[{}][gone]\n\n", "[here][{}]\n\n",
    "[{}]\n\n", "<{}>\n\n", "<div>{}</div>\n\n", "<https://example.org {}>\n\n", "<!-- x -->{}\n\n",
    "\\{}\n\n", "&nbsp;{}\n\n", "A line.\r{}\r\n\r\n", "{}\u2028{}\n\n", "{}\x0b[^x]: {}\n\n",
]  # fmt: skip
WORDS = st.sampled_from(
    [
        LIE,
        "It failed.[^a]",
        "Was it 3.5%?",
        "a | b",
        "*It* won. [source]",
        "`code` & <b>",
        "[^b]",
    ]
)
PIECES = st.sampled_from(
    ["\n", "\n\n", "    ", "> ", "- ", "# ", "|", "`", "~~~\n", "```\n", "---\n", "[^a]: ", "[N]: ",
     "**", "_", "](", ")", "[", "<", ">", "&#65;", "&lt;", "\\", "40. ", "\r", "\u2028", "https://a.org"]
)  # fmt: skip
BODIES = st.lists(
    st.one_of(WORDS, PIECES, st.sampled_from([place.replace("{}", LIE) for place in PLACES])),
    max_size=25,
).map("".join)


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


def shown(body: str) -> str:
    """Return the text of the page, without our own marks; blocks and cells stand apart."""
    marks = [Mark(s.n + 1, s.end, "partly", "partly · wording") for s in engine.split(body)]
    html = OURS.sub("", body_html(body, sources=["a", "b"], marks=marks))
    return unescape(TAG.sub(" ", INLINE.sub("", html)))


def held(body: str) -> list[str]:
    return [word for sentence in engine.split(body) for word in words(sentence.text)]


@pytest.mark.parametrize("place", PLACES)
def test_what_the_page_shows_is_held(place):
    body = f"It failed.[^a]\n\n{place.replace('{}', LIE)}It won.[^a]\n"
    assert words(shown(body)) == held(body)


@given(BODIES)
def test_every_word_of_the_page_lies_in_a_claim_and_every_claim_on_the_page(body):
    assert words(shown(body)) == held(body)


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["# {}\n\n", "~~~\n\n{}\n\n", "[Note]: {}\n\n"])
def test_gate_holds_what_stands_outside_of_paragraphs(place):
    wire = factories.make_draft(body=f"{place.format(LIE)}{factories.BODY}")
    told = {failure.rule for failure in gate.failures(wire) if LIE in failure.detail}
    assert {2, 3} <= told
