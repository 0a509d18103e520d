"""Reverse coverage: what the sources of a wire dwell on and its text leaves out."""

import pytest
from django.db import IntegrityError, transaction

from tests import factories
from tests.wires.admin.desk import page, review, signed_in
from wires import claims, lifecycle, taxonomy
from wires.models import Claim, ReverseCoverage
from wires.models.user import Role

pytestmark = pytest.mark.django_db
ONE = (
    f"{factories.SOURCE}\n\n# Maria Lopez wins\n\nMaria Lopez sued over the refund. "
    "The hospital asked Acme for its logs. The hospital gave Acme a month."
)
TWO = (
    "Maria Lopez had asked for a refund. A court heard Maria Lopez in June. "
    "A hospital has opened a case. What the hospital will do is not known. The court was full."
)


def two_sources():
    return (
        factories.make_source(key="record", text=ONE),
        factories.make_source(
            key="paper", text=TWO, record_id="AIID-1", url="https://example.org/1",
            publisher="The Daily",
        ),
    )  # fmt: skip


def make_checked(**values):
    """A wire whose sentences have their verdicts, so that only what is left out is looked for."""
    wire = factories.make_draft(**{"sources": two_sources(), **values})
    citation = wire.current.citations.get(key="record")
    for claim in wire.current.claims.all():
        start = citation.source.text.index(claim.text)
        Claim.objects.filter(pk=claim.pk).update(
            verdict="supported", basis="wording", score=1.0, citation=citation, checker="test",
            passage=claim.text, passage_start=start, passage_end=start + len(claim.text),
            checked_at=wire.filed_at,
        )  # fmt: skip
    claims.check(wire.current_id)
    return wire


def left_out(wire):
    return {
        row["term"]: row["sources"]
        for row in ReverseCoverage.objects.get(version=wire.current_id).omissions
    }


def test_check_stores_what_both_sources_dwell_on_and_the_text_has_not():
    wire = make_checked()
    found = left_out(wire)
    assert found["Maria Lopez"] == ["record", "paper"]
    assert found["hospital"] == ["record", "paper"]
    assert not {"court", "Acme", "refund"} & found.keys()  # of one alone, or told in the text


def test_headline_is_of_the_text_and_a_second_check_changes_nothing():
    wire = make_checked(headline="Maria Lopez wins against a chatbot of Acme")
    assert "Maria Lopez" not in left_out(wire)
    before = ReverseCoverage.objects.get(version=wire.current_id).checked_at
    claims.check(wire.current_id)
    assert ReverseCoverage.objects.get(version=wire.current_id).checked_at == before


@pytest.mark.slow
def test_desk_tells_the_terms_and_where_they_stand():
    taxonomy.load()
    client, _ = signed_in(Role.EDITOR)
    wire = make_checked()
    response = client.get(review(wire))
    told = {
        omission.term: [citation.key for citation in omission.citations]
        for omission in response.context["sheet"].omissions
    }
    assert told == left_out(wire)
    answer = page(response)
    assert "<b>Maria Lopez</b> stands in" in answer
    assert "<code>paper</code> The Daily" in answer


@pytest.mark.slow
def test_desk_says_why_nothing_is_told():
    taxonomy.load()
    client, _ = signed_in(Role.EDITOR)
    alone = factories.make_draft()
    assert "It takes two sources to tell." in page(client.get(review(alone)))
    unread = factories.make_draft(sources=two_sources())
    assert "It is told when the sentences are checked." in page(client.get(review(unread)))
    whole = make_checked(headline="The hospital and Maria Lopez: Acme, asked for a refund")
    assert left_out(whole) == {}
    assert "Nothing that two or more sources dwell on" in page(client.get(review(whole)))


@pytest.mark.slow
def test_another_source_makes_what_was_found_stale():
    wire = make_checked()
    claims.recheck(wire.current_id)
    assert not ReverseCoverage.objects.exists()
    claims.check(wire.current_id)
    claims.forget(wire.current_id)
    assert not ReverseCoverage.objects.exists()


def test_what_readers_see_is_not_looked_at_again():
    wire = factories.make_published()
    claims.check(wire.current_id)
    assert not ReverseCoverage.objects.exists()


def test_new_text_is_looked_at_for_itself():
    editor = factories.make_editor()
    wire = make_checked()
    body = f"{factories.BODY} Maria Lopez sued over the refund.[^record]"
    new = lifecycle.revise(wire.pk, by=editor, headline="New", body=body, note="She is named.")
    claims.check(new.pk)
    terms = {row["term"] for row in new.reverse_coverage.omissions}
    assert "Maria Lopez" not in terms
    assert "hospital" in terms


TERM = {"term": "tribunal", "sources": ["one", "two"]}


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("names_its_checker", {"checker": ""}),
        ("omissions_are_a_list", {"omissions": {"term": "tribunal"}}),
        ("omissions_are_a_list", {"omissions": "tribunal"}),
        *(
            ("omission_is_a_term_of_two_sources", {"omissions": [TERM, row]})
            for row in (
                "tribunal", 7, None, [], [TERM], {}, {"term": "tribunal"}, {**TERM, "term": ""},
                {**TERM, "term": 7}, {**TERM, "term": ["tribunal"]}, {**TERM, "sources": "one"},
                {**TERM, "sources": ["one"]}, {**TERM, "sources": ["one", 2]},
                {**TERM, "sources": ["one", ""]}, {**TERM, "sources": [["one", "two"], "three"]},
            )
        ),
    ],
)  # fmt: skip
def test_database_refuses_a_coverage_that_makes_no_sense(rule, values):
    version = factories.make_draft().current
    given = {"version": version, "checker": "1", "omissions": [TERM, {**TERM, "term": "fee"}]}
    with pytest.raises(IntegrityError, match=f"reverse_coverage_{rule}"), transaction.atomic():
        ReverseCoverage.objects.create(**{**given, **values})
    ReverseCoverage.objects.create(**given)
