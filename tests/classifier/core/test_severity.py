import pytest

from classifier.core.sentences import split
from classifier.core.severity import event_class, factors


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The car hit a woman, who died.", (3, 1, 3)),
        ("The plane crashed and 189 people were killed.", (3, 2, 3)),
        ("Two passengers were injured.", (2, 1, 2)),
        ("Police wrongfully arrested a man after a false match.", (3, 1, 2)),
        ("The tool denied thousands of people benefits.", (2, 3, 1)),
        ("Scammers stole $25 million with a cloned voice.", (3, 1, 1)),
        ("The firm lost $300,000.", (2, 1, 1)),
        ("She lost $900 and was misled.", (1, 1, 1)),
        ("An outage disrupted the power grid.", (1, 3, 1)),
        (
            "The chatbot misled 40 customers, and the price was corrected immediately.",
            (1, 2, 0),
        ),
        ("The chatbot misled a customer. More than 5,000 users saw it.", (1, 3, 1)),
        # what did not happen, might happen, or was only talked about
        ("Nobody was injured and no one died.", (0, 0, 0)),
        ("The flaw could have killed someone.", (0, 0, 0)),
        ("The bot encouraged him to commit suicide.", (0, 0, 0)),
        ("The company has 5,000 customers.", (0, 0, 0)),
        ("", (0, 0, 0)),
    ],
)
def test_factors_follow_the_words(text, expected):
    found = factors(split(text))
    assert (found.scale, found.scope, found.irremediability) == expected


def test_every_reason_points_to_its_sentence_and_words():
    sentences = split("A car failed. It hit a man, who died. Three people were injured.")
    found = factors(sentences)
    assert {reason.factor for reason in found.reasons} == {"scale", "scope", "irremediability"}
    for reason in found.reasons:
        assert reason.words in sentences[reason.sentence].text
        assert reason.value == getattr(found, reason.factor)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("The car hit a woman, who died.", "incident"),
        ("A chatbot gave wrong prices and customers lost money.", "incident"),
        ("The model wrote a harmful order, but a nurse stopped it before anyone was harmed.",
         "near_miss"),
        ("The attack on the plant was foiled by an engineer.", "near_miss"),
        ("Researchers showed that GPT-4o misbehaves after fine-tuning on bad advice.",
         "serious_hazard"),
        ("A study found that a small classifier confuses two kinds of moss.", "hazard"),
        ("The chatbot gave users odd recipes.", "hazard"),
        ("The agency published a policy on automated decisions.", "notice"),
        ("", "notice"),
    ],
)  # fmt: skip
def test_event_class_is_proposed(text, value):
    assert event_class(split(text)).value == value


def test_event_class_says_why():
    guess = event_class(split("It was late. The car hit a woman, who died."))
    assert (guess.sentence, "died" in guess.reason) == (1, True)


def test_headings_name_and_tell_nothing():
    sentences = split("# The system killed 40 people in Ohio\n\nThe firm published a policy.")
    assert factors(sentences).reasons == ()
    assert event_class(sentences).value == "notice"
