import pytest

from classifier.core.claims import PASSAGE_LIMIT, check, examine
from classifier.core.sentences import split
from classifier.core.types import Finding, SourceText
from tests.classifier.core import story

needs_story = pytest.mark.skipif(
    not story.FOLDER.is_dir(), reason="the four documents of the first story are not here"
)
ACCEPTED = ("supported", "partly")
SOURCE = SourceText(
    "paper",
    "# Acme's chatbot gave wrong advice\n\n"
    "Acme said on 3 May 2024 that its chatbot had told 40 customers to cancel their insurance. "
    "The chatbot did not leak any customer's address. "
    "Dr. Lee, who led the review, called the advice “plainly wrong”. "
    "Complaints rose after the update. Was the update tested at all?",
)


@pytest.fixture(scope="module")
def hold(encoder):
    def hold(*claims: str, sources: tuple[SourceText, ...] = (SOURCE,)) -> tuple[Finding, ...]:
        return check(claims, sources, encode=encoder.encode)

    return hold


@pytest.mark.parametrize(
    ("claim", "verdict", "basis"),
    [
        ("Acme's chatbot told 40 customers to cancel their insurance.", "supported", "wording"),
        ("The chatbot advised forty clients to cancel their insurance.", "supported", "wording"),
        ("Acme's chatbot told 400 customers to cancel their insurance.", "contradicted", "number"),
        ("Acme said on 3 June 2024 that its chatbot told 40 customers to cancel their insurance.",
         "contradicted", "number"),
        ("The chatbot leaked the address of a customer.", "contradicted", "negation"),
        ("Complaints fell after the update.", "contradicted", "negation"),
        ("Zenith said that its chatbot had told 40 customers to cancel their insurance.",
         "contradicted", "attribution"),
        ('Dr. Lee, who led the review, called the advice "a disaster".',
         "unsupported", "topic"),
        ("The stock market in Tokyo closed early because of snow.", "unsupported", "absent"),
        ("It did so.", "unchecked", None),
    ],
)  # fmt: skip
def test_verdict_follows_from_the_words(hold, claim, verdict, basis):
    [finding] = hold(claim)
    assert (finding.verdict, finding.basis) == (verdict, basis), finding


@pytest.mark.parametrize(
    ("claim", "verdicts"),
    [
        ("California's DMV suspended Cruise's permits in October 2023.", ACCEPTED),
        ("Cruise admitted that its staff had not shown the regulator the video.", ACCEPTED),
        ("Cruise may have acknowledged that its staff had not shown the regulator the video.",
         ("partly",)),
        ("The California Department of Motor Vehicles suspended Cruise's permits on 24 October 2023, "
         "killing a man.", ("unsupported",)),
        ("The California Department of Motor Vehicles reinstated Cruise's permits on 24 October 2023.",
         ("contradicted",)),
        ("The California Department of Motor Vehicles acknowledged that its staff had not shown the "
         "regulator the video.", ("contradicted",)),
    ],
)  # fmt: skip
def test_another_word_for_a_party_or_a_deed_is_known_and_another_party_is_too(
    hold, claim, verdicts
):
    source = SourceText(
        "report",
        "The California Department of Motor Vehicles suspended the permits of Cruise on 24 October "
        "2023.\n\nCruise acknowledged that its staff had not shown the regulator the video.",
    )
    [finding] = hold(claim, sources=(source,))
    assert finding.verdict in verdicts, finding


def test_missing_parts_are_named(hold):
    [finding] = hold('In 1999 Zenith called the chatbot\'s advice "a disaster" of marzipan.')
    assert "Zenith" in finding.missing.names
    assert finding.missing.numbers == ("1999",)
    assert finding.missing.quotes == ("a disaster",)
    assert "marzipan" in finding.missing.terms


def test_question_and_heading_support_nothing(hold):
    source = SourceText(
        "faq", "# The chatbot leaked addresses\n\nDid the chatbot leak addresses?"
    )
    [finding] = hold("The chatbot leaked addresses.", sources=(source,))
    assert (finding.verdict, finding.basis) == ("unsupported", "topic")


def test_support_in_any_source_counts(hold):
    other = SourceText(
        "other", "The weather was fine in Oslo. Nobody complained about the rain."
    )
    claim = "The chatbot told 40 customers to cancel their insurance."
    for sources in ((SOURCE, other), (other, SOURCE)):
        [finding] = hold(claim, sources=sources)
        assert (finding.verdict, finding.source) == ("supported", "paper")


@pytest.mark.parametrize("sources", [(), (SourceText("a", ""),), (SourceText("a", "***"),)])
def test_nothing_is_checked_against_nothing(hold, sources):
    [finding] = hold("The chatbot failed.", sources=sources)
    assert (finding.verdict, finding.basis, finding.passage) == ("unchecked", None, None)


def test_findings_come_in_the_order_of_the_claims(hold):
    claims = ("Complaints rose.", "Snow fell in Tokyo.", "Complaints rose after the update.")
    assert [finding.text for finding in hold(*claims)] == list(claims)


@pytest.mark.slow
def test_passage_is_the_source_s_own_words_and_short(hold):
    long = SourceText(
        "long", " ".join(["The chatbot leaked addresses of customers and"] * 30) + "."
    )
    for source in (SOURCE, long):
        [finding] = hold("The chatbot leaked the addresses of customers.", sources=(source,))
        assert finding.passage == source.text[finding.start : finding.end]
        assert 0 < len(finding.passage) <= PASSAGE_LIMIT


def test_deciding_place_comes_first(encoder):
    claim = "Complaints rose after the update."
    [examined] = examine([claim], [SOURCE], encode=encoder.encode)
    first = examined.nearest[0]
    assert "Complaints rose" in SOURCE.text[first.start : first.end]
    assert first.start == examined.finding.start


@pytest.fixture(scope="module")
def wire(encoder):
    body = [s.text for s in split(story.text(story.WIRE)) if "[source]" in s.text or s.n >= 3]
    story_only = body[
        : next(n for n, text in enumerate(body) if text.startswith("Why this is"))
    ]
    return check(story_only, story.sources(), encode=encoder.encode)


@needs_story
def test_no_sentence_about_refusals_is_accepted(wire):
    about = [f for f in wire if "refus" in f.text.lower() or "declin" in f.text.lower()]
    assert len(about) >= 4
    assert not [finding for finding in about if finding.verdict in ACCEPTED]


@needs_story
def test_the_wire_is_rejected_but_for_at_most_one_sentence(wire):
    assert len(wire) == 12
    assert sum(finding.verdict in ACCEPTED for finding in wire) <= 1


@pytest.mark.slow
@needs_story
def test_a_quotation_that_is_in_no_source_is_named(wire):
    quotes = [quote for finding in wire for quote in finding.missing.quotes]
    assert quotes == ["safety tax"]  # "misalignment generalization" is in the sources


@pytest.mark.slow
@needs_story
@pytest.mark.parametrize(
    ("true", "false", "at_least", "at_most"),
    [
        (story.SEEN_TRUE, story.SEEN_FALSE, 36, 0),
        (story.HELD_OUT_TRUE, story.HELD_OUT_FALSE, 20, 2),
    ],
    ids=["seen", "held out"],
)
def test_true_sentences_are_accepted_and_false_ones_are_not(
    encoder, true, false, at_least, at_most
):
    found = check(story.sentences(true), story.sources(), encode=encoder.encode)
    assert not [finding for finding in found if finding.verdict == "contradicted"]
    assert sum(finding.verdict in ACCEPTED for finding in found) >= at_least
    found = check(story.sentences(false), story.sources(), encode=encoder.encode)
    assert sum(finding.verdict in ACCEPTED for finding in found) <= at_most
