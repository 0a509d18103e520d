import pytest

from classifier.core import claim as reading
from classifier.core import passages
from classifier.core.agents import deeds
from classifier.core.attribution import is_misattributed
from classifier.core.types import SourceText
from classifier.core.words import stem

NOTHING = frozenset[str]()


def who(text):
    return [(deed.verb, *sorted(deed.agent.names or {deed.agent.head})) for deed in deeds(text, NOTHING)]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "parties"),
    [
        ("Acme apologized.", ["acme"]),
        ("The council's director, Jane Doe, apologized.", ["doe", "jane"]),
        ("Engineers at Acme warned managers.", ["engineer"]),
        ("Rentcheck, which makes the tool, appealed.", ["rentcheck"]),
        ("The appeal was filed by the tenant.", ["tenant"]),
        ('"We are sorry," said Mary Ortega.', ["mary", "ortega"]),
        ("According to Nordbot, it is safe.", ["nordbot"]),
        ("In June, the lender appealed.", ["lender"]),
    ],
)
def test_agent_is_found(text, parties):
    [(_, *found)] = who(text)
    assert found in (parties, [stem(party) for party in parties])


@pytest.mark.parametrize(
    "text",
    [
        "She apologized.",
        "The permits were suspended.",
        "The same year, it appealed.",
        "A chocolate-based drink.",
        "The report is long.",
        "",
    ],
)
def test_where_no_agent_stands_there_is_none(text):
    assert who(text) == []


def test_joined_verbs_have_one_agent():
    assert who("Acme built the tool and sued Zenith.") == [("build", "acme"), ("sue", "acme")]


def holds(claim, *sentences):
    library = passages.read([SourceText("source", "\n\n".join(sentences))])
    return is_misattributed(reading.read(claim, library), library)


FINE = "Acme paid a fine of $1.5 million."


@pytest.mark.parametrize(
    ("claim", "sentences"),
    [
        ("Globex paid a fine of $1.5 million.", (FINE, "Bob Lee founded Globex.")),
        ("The judge apologized.", ("A judge ruled for her.", "The director, Jane Doe, apologized.")),
        ("Acme apologized.", ("Acme lost.", "The director, Jane Doe, apologized.")),
        ("Managers at Acme warned engineers.", ("Engineers at Acme warned managers.",)),
        ("A fine of $1.5 million was paid by Globex.", (FINE, "Bob Lee founded Globex.")),
    ],
)  # fmt: skip
def test_another_party_of_the_same_sources_is_told_apart(claim, sentences):
    assert holds(claim, *sentences)


@pytest.mark.parametrize(
    ("claim", "sentences"),
    [
        ("A fine of $1.5 million was paid by Acme.", (FINE, "Bob Lee founded Globex.")),
        ("Globex paid a fine of $1.5 million.", ("It paid a fine of $1.5 million.", "Globex lost.")),
        ("Globex paid a fine of $1.5 million.",
         ("The company paid a fine of $1.5 million.", "Globex lost.")),
        ("Acme apologized.", ("Jane Doe, director of Acme, was there.", "Jane Doe apologized.")),
        ("The council apologized.", ("The council's director, Jane Doe, apologized.",)),
        ("Globex paid a fine.", (FINE, "Globex paid a fine too.")),
        ("Stanford researchers found bias.", ("Researchers at Stanford found bias.",)),
        ("The report found bias.", ("Jane Doe found bias, and a report came out.",)),
        ("", (FINE,)),
    ],
)  # fmt: skip
def test_the_same_party_under_another_word_is_not(claim, sentences):
    assert not holds(claim, *sentences)
