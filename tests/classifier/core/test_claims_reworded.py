"""Sentences told freely, true and false: what the checker lets through and what it does not.

Words alone do not tell a free retelling from a lie on the same topic, so that most of the
former are left to the editor. These counts are kept from getting worse, and say how far it is.
"""

import pytest

from classifier.core.claims import check
from classifier.core.types import SourceText
from tests.classifier.core import story
from tests.classifier.core.reworded import HELD, TUNED
from tests.classifier.core.test_claims import needs_story

ACCEPTED = ("supported", "partly")


def accepted(encoder, claims, sources):
    found = check(claims, sources, encode=encoder.encode)
    return [finding.text for finding in found if finding.verdict in ACCEPTED]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rows", "at_least", "at_most"),
    [(TUNED, 6, 2), (HELD, 4, 7)],
    ids=["tuned", "held"],
)
def test_retellings_of_short_reports(encoder, rows, at_least, at_most):
    true, false = [], []
    for report, follows, lies in rows:
        sources = [SourceText("report", report)]
        true += accepted(encoder, follows, sources)
        false += accepted(encoder, lies, sources)
    assert len(true) >= at_least, true
    assert len(false) <= at_most, false


@pytest.mark.slow
@needs_story
def test_retellings_of_the_first_story(encoder):
    true = accepted(encoder, story.FRESH_TRUE, story.sources())
    false = accepted(encoder, story.FRESH_FALSE, story.sources())
    assert len(true) >= 16, set(story.FRESH_TRUE) - set(true)
    assert len(false) <= 3, false


@pytest.mark.slow
@needs_story
def test_negation_put_into_the_sources_own_sentences_is_flagged(encoder):
    """Each sentence that says "can" or "is" once is denied; nearly all denials are caught."""
    import re

    from classifier.core.sentences import split

    texts = [
        s.text
        for source in story.sources()
        for s in split(source.text)
        if s.kind == "sentence"
    ]
    once = re.compile(r"\b(?:is|are|can|will|was|has)\b")
    plain = [
        text
        for text in dict.fromkeys(texts)
        if len(once.findall(text)) == 1 and 7 <= len(text.split()) <= 40
        and not re.search(r"\b(?:not|no|never)\b|[‘’“”\"]", text)
    ]  # fmt: skip
    denied = [once.sub(lambda found: f"{found.group()} not", text) for text in plain]
    assert len(denied) >= 20
    assert accepted(encoder, plain, story.sources()) == plain
    assert len(accepted(encoder, denied, story.sources())) <= 0.05 * len(denied)
