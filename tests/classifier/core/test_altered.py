"""One thing of a short report changed: how many of the changes the checker sees, by kind.

The sentences were written before the rules and were only counted while these were made; the
counts are what was measured, and are kept from getting worse.
"""

from collections import Counter

import pytest

from classifier.core.claims import check
from classifier.core.types import SourceText
from tests.classifier.core.altered import LATER, REPORTS

ACCEPTED = ("supported", "partly")


@pytest.fixture(scope="module")
def found(encoder):
    """What was found of the sentences that were written first."""
    return held(encoder, REPORTS)


def held(encoder, reports):
    """Return the true findings, and the kind of each false sentence with its finding."""
    true, false = [], []
    for report in reports:
        sources = [SourceText("report", "\n\n".join(report.sentences))]
        claims = [*report.true, *(text for _, text in report.false)]
        findings = check(claims, sources, encode=encoder.encode)
        true += findings[: len(report.true)]
        kinds = [kind for kind, _ in report.false]
        false += zip(kinds, findings[len(report.true) :], strict=True)
    return true, false


def test_retellings_are_accepted(found):
    true, _ = found
    assert len(true) == 32
    lost = [finding.text for finding in true if finding.verdict not in ACCEPTED]
    assert len(lost) <= 1, lost


@pytest.mark.parametrize(
    ("kind", "at_least", "of"),
    [
        ("actor", 18, 22),
        ("unit", 4, 5),
        ("currency", 4, 4),
        ("weekday", 3, 3),
        ("range", 3, 3),
    ],
)
def test_changes_are_flagged(found, kind, at_least, of):
    _, false = found
    verdicts = [finding.verdict for changed, finding in false if changed == kind]
    assert len(verdicts) == of
    assert sum(verdict not in ACCEPTED for verdict in verdicts) >= at_least


def test_what_only_may_be_is_not_supported(found):
    _, false = found
    verdicts = [finding.verdict for kind, finding in false if kind == "hedge"]
    assert len(verdicts) == 4
    assert "supported" not in verdicts


@pytest.mark.slow
def test_false_sentences_are_many(found):
    _, false = found
    assert len(false) == 48
    assert Counter(kind for kind, _ in false)["actor"] == 22


def test_basis_goes_with_the_verdict_and_no_model_is_made_up(found):
    true, false = found
    allowed = {
        "supported": {"wording"},
        "partly": {"wording", "number", "attribution"},
        "unsupported": {"topic", "absent"},
        "contradicted": {"number", "negation", "attribution"},
    }
    for finding in (*true, *(finding for _, finding in false)):
        assert finding.basis in allowed[finding.verdict], finding


@pytest.mark.slow
def test_sentences_that_were_written_later_fare_no_worse(encoder):
    true, false = held(encoder, LATER)
    assert (len(true), len(false)) == (21, 18)
    assert all(finding.verdict in ACCEPTED for finding in true)
    assert sum(finding.verdict not in ACCEPTED for _, finding in false) >= 14
