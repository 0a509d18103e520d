import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from benchmarks import unlinked
from classifier.core import template
from classifier.core.located import located
from classifier.core.rationale import candidates, draft, names_nothing_of
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
        "Had the robot seen the light, Mr. Chen would have lived.",
        "If the robot had seen the light, Mr. Chen would still have walked home.",
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
        "The robot of Mr. Chen could run for an hour without charging.",
        "A recall of the robot would not have been necessary, Mr. Chen said.",
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


@pytest.mark.parametrize("text", unlinked.TEXTS)
def test_no_counterfactual_where_no_sentence_states_one(text):
    assert draft(split(text), []).counterfactual is None


@pytest.mark.parametrize(
    ("text", "system", "act", "harm"),
    [
        ("A translation app told a nurse that the pills were harmless. A patient was poisoned.",
         "A translation app", "told a nurse that the pills were harmless",
         "A patient was poisoned"),
        ("The hospital's triage software sent two women home on Friday. One of them died.",
         "The hospital's triage software", "sent two women home on Friday", "One of them died"),
    ],
)  # fmt: skip
def test_slots_are_whole_phrases(text, system, act, harm):
    found = draft(split(text), [])
    assert [found.system.text, found.act.text, found.harm.text] == [system, act, harm]


def test_only_a_text_with_a_word_of_harm_states_harm():
    found = draft(split("The town's chatbot answered in Dutch and the readers laughed."), [])
    assert found.system is not None
    assert found.harm is None


def test_another_choice_of_weights_chooses_other_phrases():
    sentences = split(WIRE)
    longest = {slot: {"length": 1.0} for slot in ("system", "act", "harm")}
    found = draft(sentences, [], weights=longest)
    told = [sentence for sentence in sentences if sentence.kind == "sentence"]
    for slot, phrases in candidates(told, []).items():
        span = getattr(found, slot)
        most = max(len(phrase.text.split()) for phrase in phrases)
        assert len(span.text.split()) == most


PIECES = some.lists(
    some.sampled_from(
        [
            "**Acme's** chatbot told 40 *customers* that",
            "a woman died",
            "[the model](https://example.org/m) failed",
            "nobody was hurt.[^a]",
            "It reportedly cost $900.",
            "Had the model not failed, the woman would have lived.",
            "\n\n- ",
            "\n\n## A heading\n\n",
            "`code`",
            "&amp; Söhne,",
            "日本のモデル。",
        ]
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(pieces=PIECES)
def test_no_slot_holds_what_the_text_does_not(pieces):
    body = " ".join(pieces)
    sentences = split(body)
    found = draft(sentences, ["Acme"])
    spans = [found.system, found.act, found.harm, found.counterfactual]
    for span in filter(None, [*spans, *found.hedges, *found.other_causes]):
        sentence = sentences[span.sentence]
        assert sentence.n == span.sentence
        assert sentence.text[span.start : span.end] == span.text != ""
        start, end = located(body, sentence, span)
        assert 0 <= start < end <= len(body)
        assert span.text.split()[-1][-1] in body[start:end] or "&" in body[start:end]


def test_template_is_a_form_with_the_wire_s_words_in_it():
    found = template.counterfactual(draft(split(WIRE), ["Zenith Air"]))
    assert found.text == (
        "But for Zenith Air's chatbot, which told a customer that he could claim a refund after "
        "his flight, it would not have come to this: The customer lost $812."
    )


def test_template_of_an_act_that_names_its_doer():
    found = draft(split("The robot hit a man. He was injured."), [])
    whole = template.RationaleDraft(
        found.system, _whole(found.act, "The robot hit a man"), found.harm, None, (), ()
    )
    told = template.counterfactual(whole).text
    assert told.startswith("Had it not been that The robot hit a man, it would not have")


@pytest.mark.parametrize(
    ("text", "unfinished"),
    [
        ("{form}", True),
        ("{text}", True),  # the gap is gone, and nothing is in its place
        ("  {text} ", True),
        ("{text} Without it, the airline would have told him at once.", False),
        ("{text} Without it, write here what would have happened instead.", True),
        ("{text} Without it, [write here what would have happened].", True),
        ("{text} Without it, [write here", True),
        ("{text} Without it, he would [...].", True),
        ("{text} Without it, [...].", True),
        ("{text} Without it, […].", True),
        ("{text} Without it, [].", True),
        ("{text} Without it, [happened instead].", True),
        ("{text} Without it, .", True),
        ("{text} Without it .", True),
        ("{text} [write here what would have happened].", True),
        ("Without it, [...].", True),
        ("Without it, he would have kept $812.", False),
        ("He said he “[would] pay”: without it, he would have.", False),
        ("He would have kept $812 without it.", False),
        ("Had it not told him so, he would have kept $812.", False),
        ("But for it, it would not have come to this: he lost his flight.", True),
        ("", False),
    ],
)
def test_template_is_unfinished_until_somebody_says_what_would_have_happened(text, unfinished):
    found = template.counterfactual(draft(split(WIRE), ["Zenith Air"]))
    told = text.format(form=found.form, text=found.text)
    assert template.is_unfinished(told, "The customer lost $812") is unfinished


def test_harm_with_a_full_stop_in_it_does_not_finish_the_template():
    harm = "Dr. Roe lost the case of the U.S. Navy"
    told = f"But for the bot, which erred, it would not have come to this: {harm}."
    assert template.is_unfinished(told, harm)


def _whole(span, text):
    return type(span)(span.sentence, text, 0, len(text))


def test_no_template_where_a_slot_is_empty():
    assert template.counterfactual(draft(split("The weather in Oslo was fine."), [])) is None


def test_text_without_a_full_stop_takes_no_time():
    text = "The robot of Zenith hit a man and " * 3000
    began = time.process_time()
    found = draft(split(text), ["Zenith"])
    assert time.process_time() - began < 5
    assert found.system is not None
