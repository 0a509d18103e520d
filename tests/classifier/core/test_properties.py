"""What holds for any text: offsets lie in it, spans are its words, nothing raises."""

from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.core.claims import PASSAGE_LIMIT, check
from classifier.core.numbers import numbers
from classifier.core.rationale import draft
from classifier.core.sentences import split
from classifier.core.severity import event_class, factors
from classifier.core.types import SourceText
from tests.classifier.core import toy

PIECES = st.sampled_from(
    [
        "The model ", "refused", " Dr. ", "U.S.", ". ", "? ", "! ", "\n", "\n\n", "# ", "- ", "> ",
        "1. ", "**", "_", "`", "```\n", "[^a]", "[source]", "[a](b)", "![a](b)", "---\n", "===\n",
        "“", "”", '"', "\u2019", "3.5", "30 steps", "18 June 2025", "$2 million", "…", "。", "日本",
        "| a | b |\n", "\r\n", "\t", "\\", "<b>", "OpenAI", "chatbot ", "died", "would not have ",
    ]
)  # fmt: skip
BODIES = st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join))


@given(BODIES)
def test_split_stays_inside_the_body(body):
    previous = 0
    for number, sentence in enumerate(split(body)):
        assert sentence.n == number
        assert 0 <= sentence.start < sentence.end <= len(body)
        assert sentence.start >= previous
        assert sentence.text == sentence.text.strip() != ""
        assert body[sentence.start : sentence.end].strip() != ""
        previous = sentence.start


@given(BODIES)
def test_spans_are_words_of_their_sentences(body):
    sentences = split(body)
    found = draft(sentences, ["OpenAI", ""])
    slots = (found.system, found.act, found.harm, found.counterfactual)
    for span in [*(slot for slot in slots if slot), *found.hedges, *found.other_causes]:
        assert span.text == sentences[span.sentence].text[span.start : span.end] != ""
    for reason in factors(sentences).reasons:
        assert reason.words in sentences[reason.sentence].text
    assert event_class(sentences).reason


@given(BODIES)
def test_numbers_are_where_they_say(body):
    for number in numbers(body):
        assert body[number.start : number.end] == number.text != ""


@settings(max_examples=60, deadline=None)
@given(BODIES, st.lists(BODIES, max_size=3))
def test_passages_are_cut_out_of_their_sources(claim, texts):
    sources = [SourceText(str(number), text) for number, text in enumerate(texts)]
    [finding] = check([claim], sources, encode=toy.encode)
    assert 0.0 <= finding.score <= 1.0
    assert (finding.basis is None) == (finding.verdict == "unchecked")
    if finding.source is not None:
        text = sources[int(finding.source)].text
        assert finding.passage == text[finding.start : finding.end]
        assert 0 < len(finding.passage) <= PASSAGE_LIMIT
