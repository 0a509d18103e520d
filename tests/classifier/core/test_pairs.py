"""Claims that copy a source but for one word, or but for who did it: true and false ones."""

import pytest

from classifier.core.claims import check
from classifier.core.types import SourceText
from tests.classifier.core.pairs import CHOSEN, LAST

ACCEPTED = ("supported", "partly")
AROUND = (
    "\n\nThe story was told in several papers. Nobody else was named in it. "
    "The record lists six reports."
)


@pytest.fixture(scope="module", params=[CHOSEN, LAST], ids=["chosen", "last"])
def verdicts(request, encoder):
    """The verdicts of the true claims and of the false ones, by their words."""
    true, false = {}, {}
    for source, follows, turned in request.param:
        texts = [SourceText("source", source + AROUND)]
        found = check([*follows, *turned], texts, encode=encoder.encode)
        true |= {finding.text: finding.verdict for finding in found[: len(follows)]}
        false |= {finding.text: finding.verdict for finding in found[len(follows) :]}
    return true, false, len(request.param) > len(LAST)


@pytest.mark.slow
def test_no_true_claim_is_lost(verdicts):
    true, _, _ = verdicts
    assert not {text: verdict for text, verdict in true.items() if verdict not in ACCEPTED}


@pytest.mark.slow
def test_nearly_all_false_ones_are_caught(verdicts):
    _, false, are_chosen = verdicts
    let_through = [text for text, verdict in false.items() if verdict in ACCEPTED]
    assert len(let_through) <= (1 if are_chosen else 3), let_through
    contradicted = sum(verdict == "contradicted" for verdict in false.values())
    assert contradicted >= 0.75 * len(false)
