"""What a reader would underline: sentences that are in no archive."""

import pytest

from classifier.core.phrases import phrases
from classifier.core.rationale import draft
from classifier.core.sentences import split


def marked(text, feature, providers=()):
    found = phrases(split(text), providers)
    return {phrase.text for phrase in found if phrase.features[feature]}


@pytest.mark.parametrize(
    ("text", "whole", "none"),
    [
        ("On 3 May 2024 Farrow released Mina, a chatbot for tenants.",
         "Mina, a chatbot for tenants", "Farrow released Mina"),
        ("The scoring tool that the bank used for loans failed in June 2021.",
         "The scoring tool that the bank used for loans", "The scoring tool that the bank used for loans failed"),
        ("A model trained on old letters answered the tenants.",
         "A model trained on old letters", "A model trained on old letters answered the tenants"),
        ("In Lyon, a drone fell into a pond.", "a drone", "Lyon, a drone"),
        ("Tenants say that Farrow's assistant lied.", "Farrow's assistant", "that Farrow's assistant"),
        ("Since 2023 a voice assistant has read the mail.", "a voice assistant", "2023 a voice assistant"),
        ("The chatbot slept, and her family paid.", "The chatbot", "The chatbot slept, and her family"),
    ],
)  # fmt: skip
def test_name_of_a_system_has_no_date_and_no_verb_of_its_own(text, whole, none):
    found = marked(text, "is a name", ["Farrow"])
    assert whole in found
    assert none not in found


@pytest.mark.parametrize(
    ("text", "whole", "none"),
    [
        ("The assistant reportedly told a nurse to wait.", "reportedly told a nurse to wait", ""),
        ("Nurses asked the assistant and waited.", "", "asked the assistant"),
        ("The model refused a loan and sent a letter that was wrong.",
         "sent a letter that was wrong", ""),
        ("The drone hit a wall, and the pilot called the police.",
         "hit a wall", "hit a wall, and the pilot called the police"),
        ("The tool rejected 40 people on 3 May 2024.", "rejected 40 people", "rejected 40 people on 3 May 2024"),
        ("The tool that the clinic bought lost the records.", "lost the records", ""),
        ("A tool used by the clinic lost the records.", "lost the records", "used by the clinic"),
    ],
)  # fmt: skip
def test_predicate_is_what_a_system_did_and_ends_with_its_clause(text, whole, none):
    found = marked(text, "is a predicate")
    assert not whole or whole in found
    assert not none or none not in found


def test_clause_ends_before_another_subject_and_a_date():
    found = marked("A nurse was hurt, and the clinic paid on 3 May 2024.", "is in a clause")
    assert "A nurse was hurt" in found
    assert "A nurse was hurt, and the clinic paid" not in found
    assert not any("2024" in text for text in found)


def test_words_that_a_record_uses_of_itself_fill_no_slot():
    text = (
        "Farrow's chatbot gave tenants a wrong date in March 2024. Forty tenants were fined. "
        "The record names Farrow as the deployer and tenants in Leeds as those harmed. "
        "The database dates the case 3 March 2024 and lists 11 reports of it."
    )
    found = draft(split(text), ["Farrow"])
    assert found.system.text == "Farrow's chatbot"
    assert found.act.text.startswith("gave tenants a wrong date")
    assert found.harm.text == "Forty tenants were fined"


def test_numbers_end_before_a_comma():
    found = marked("In 2024, the chatbot lied.", "is a name")
    assert found == {"the chatbot"}
