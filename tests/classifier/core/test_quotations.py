import pytest

from classifier.core.quotations import as_words, has_quotation, quotations


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('He said "safety tax."', ("safety tax",)),
        ("They call it “misaligned persona” here", ("misaligned persona",)),
        ("the \u2018model collapse,\u2019 as it is called", ("model collapse",)),
        ("It's the models' fault, isn't it?", ()),
        ("a 'rogue' model's 'bad boy' side", ("rogue", "bad boy")),
        ("\u2019emergent misalignment.\u2019", ("emergent misalignment",)),
        ('"..."', ()),
    ],
)
def test_quoted_phrases_are_found(text, expected):
    assert quotations(text) == expected


@pytest.mark.parametrize(
    ("source", "phrase", "expected"),
    [
        ("what they call a “misaligned persona” latent", "misaligned persona", True),
        ("a “Misaligned-Persona” latent", "misaligned persona", True),
        ("a misaligned\n persona", "misaligned persona", True),
        ("misaligned personas", "misaligned persona", False),
        ("safety is a tax", "safety tax", False),
        ("we will, in the end, retire the model", "we will ... retire", True),
        ("retire what we will", "we will … retire", False),
    ],
)
def test_quotation_is_held_against_the_source_word_for_word(source, phrase, expected):
    assert has_quotation(as_words(source), phrase) is expected
