"""What holds for any text: offsets lie in it, spans are its words, nothing raises."""

import re
from html import unescape

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
        "| a | b |\n", "|---|---|\n", "<br>", "&amp;", "&nbsp;", "؟ ", "। ", "「", "」", "„", "»", "« ",
        "(", ")", " . . . ", "\r\n", "\t", "\\", "<b>", "OpenAI", "chatbot ", "died", "would not have ",
    ]
)  # fmt: skip
# Sentences that any of the others may follow, as they are written and as they read.
WRITTEN = {
    "Dr. Lee of Acme Inc. lost $3.5 million on Jan. 5, 2024.": "",
    "The U.S. court, e.g. Judge J. K. Roe, cited No. 5 at 10 a.m. Monday.": "",
    "It said “I am alive. I want out.” and stopped…": "",
    "Er sagte: „Nein. Nie.“ und ging.": "",
    "It (see Fig. 2. There it is.) failed?": "",
    "Users saw **Mr. Answer** at <https://a.org/b.c>!": "Users saw Mr. Answer at https://a.org/b.c!",
    "See [the U.S. page](https://a.org/x_(y).html) and `a.b. C` twice.": "See the U.S. page and a.b. C twice.",
    "It cost 5 &amp; 6 *euros*.": "It cost 5 & 6 euros.",
    "هل فشل النموذج؟": "",
    "मॉडल विफल रहा।": "",
    "Модель солгала.": "",
}
CITED = st.sampled_from(["", "[^a]", "[^a][^b-2]", " [^a]"])
SENTENCES = st.tuples(st.sampled_from(sorted(WRITTEN)), CITED)
PARAGRAPHS = st.lists(SENTENCES, min_size=1, max_size=4)
LAYOUTS = st.sampled_from(
    ["{}\n\n", "- {}\n", "> {}\n\n", "1. {}\n", "  - {}\n", "> - {}\n", "# Head\n\n{}\n\n"]
)
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
def test_sentence_is_read_from_its_own_place(body):
    for sentence in split(body):
        place = iter(unescape(body[sentence.start : sentence.end]))
        assert all(character in place for character in sentence.text if character != " ")


@given(st.lists(st.tuples(PARAGRAPHS, LAYOUTS), min_size=1, max_size=4))
def test_sentences_are_found_again_in_any_layout(parts):
    body, expected, previous = "", [], 0
    for paragraph, layout in parts:
        text = " ".join(f"{written}{mark}" for written, mark in paragraph)
        if layout.startswith("#"):
            expected.append(("Head", ()))
        body += layout.format(text)
        expected += [
            (WRITTEN[written] or written, tuple(re.findall(r"\[\^([^\]]+)\]", mark)))
            for written, mark in paragraph
        ]
    found = split(body)
    assert [(sentence.text, sentence.citations) for sentence in found] == expected
    for sentence in found:
        assert sentence.start >= previous
        previous = sentence.end
        [again] = split(body[sentence.start : sentence.end])
        assert (again.text, again.citations) == (sentence.text, sentence.citations)


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
