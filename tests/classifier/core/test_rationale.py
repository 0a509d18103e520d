import pytest

from classifier.core.rationale import draft, names_nothing_of
from classifier.core.sentences import split

WIRE = (
    "# Airline pays\n\n"
    "Zenith Air's chatbot told a customer that he could claim a refund after his flight. "
    "The customer lost $812 because the airline reportedly refused to pay. "
    "A tribunal found that staff failed to check the page. "
    "Had the chatbot not promised the refund, the customer would not have bought the ticket."
)
FORM = (
    "The harm or behavioural change described would not have occurred without the AI system "
    "being deployed in the role described."
)


def test_slots_are_the_wire_s_own_words():
    sentences = split(WIRE)
    found = draft(sentences, ["Zenith Air"])
    assert found.system.text == "Zenith Air's chatbot" or found.system.text.endswith("chatbot")
    assert found.act.text.endswith("claim a refund after his flight")
    assert "lost $812" in found.harm.text
    assert found.counterfactual.text == sentences[-1].text
    spans = [found.system, found.act, found.harm, found.counterfactual]
    for span in [*spans, *found.hedges, *found.other_causes]:
        assert span.text == sentences[span.sentence].text[span.start : span.end]


def test_hedges_and_other_causes_are_listed():
    found = draft(split(WIRE), ["Zenith Air"])
    assert "reportedly" in [span.text for span in found.hedges]
    assert [span.text for span in found.other_causes] == ["staff failed to"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Had the robot not ignored the light, Mr. Chen would have lived.",
        "Mr. Chen would not have been hit if the robot had stopped at the light.",
        "But for the robot, Mr. Chen would have crossed safely.",
        "Without the robot's error Mr. Chen would not have fallen.",
        "The fall of Mr. Chen could have been prevented.",
    ],
)
def test_counterfactual_is_a_sentence_that_says_what_would_have_been(sentence):
    wire = f"A delivery robot ran a red light and knocked Mr. Chen down. {sentence}"
    assert draft(split(wire), []).counterfactual.text == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "Mr. Chen went home without a word.",
        "Mr. Chen had not seen the robot.",
        "The robot would be repaired.",
        FORM,
    ],
)
def test_nothing_else_is_taken_for_one(sentence):
    wire = f"A delivery robot ran a red light and knocked Mr. Chen down. {sentence}"
    assert draft(split(wire), []).counterfactual is None


def test_slots_stay_empty_where_nothing_serves():
    found = draft(split("The weather in Oslo was fine."), [])
    assert (found.system, found.act, found.harm, found.counterfactual) == (None,) * 4


def test_a_form_s_words_name_nothing_of_the_wire():
    assert names_nothing_of(FORM, WIRE)
    assert names_nothing_of(FORM, f"Archive \u00b7 AI\n\n{WIRE}")
    assert names_nothing_of('Counterfactual "but-for" test per the Editor\'s Guide.', WIRE)


@pytest.mark.parametrize(
    "text",
    [
        "Without the refund that the chatbot promised he would have kept his ticket.",
        "Zenith answers for it.",
    ],
)
def test_words_of_the_wire_name_something(text):
    assert not names_nothing_of(text, WIRE)
