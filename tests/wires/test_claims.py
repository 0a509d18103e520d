"""The sentences of a version and the editors' word on them."""

import pytest

from tests import factories
from wires import claims
from wires.models import Claim, Event
from wires.models.user import Role
from wires.refusals import NotAllowedError, RefusedError

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return factories.make_editor()


def first(wire):
    return wire.current.claims.get(n=1)


def test_filing_splits_the_body_and_keeps_the_places():
    wire = factories.make_draft()
    rows = list(wire.current.claims.all())
    assert [row.n for row in rows] == [1, 2, 3]
    assert (
        rows[1].text
        == "Acme paid 812 dollars to one customer after a tribunal ruled against it."
    )
    assert rows[1].cites == ["record"]
    assert wire.current.body[rows[1].start : rows[1].end].startswith("Acme paid 812")
    assert {row.verdict for row in rows} == {"unchecked"}


def test_bare_source_cites_every_source():
    wire = factories.make_draft(body="Acme erred [source]. Nobody saw it.")
    assert [row.cites for row in wire.current.claims.all()] == [["record"], []]


def test_check_gives_verdicts_with_passages_and_is_safe_to_run_twice():
    wire = factories.make_draft(
        body="A chatbot of Acme invented a refund rule in May 2024.[^record] "
        "Acme called this a “safety tax” and closed all its 37 shops in Norway.[^record]"
    )
    claims.check(wire.current.pk)
    true, false = wire.current.claims.all()
    assert (true.verdict, true.basis) == ("supported", "wording")
    assert true.citation.key == "record"
    assert true.citation.source.text[true.passage_start : true.passage_end] == true.passage
    assert false.verdict in ("unsupported", "contradicted")
    assert false.missing["quotes"] == ["safety tax"]
    assert "37" in false.missing["numbers"]
    before = true.checked_at
    claims.check(wire.current.pk)
    true.refresh_from_db()
    assert true.checked_at == before


def test_recheck_forgets_verdicts_and_keeps_the_editors_word(editor):
    wire = factories.make_draft()
    factories.support(wire)
    claims.dismiss(first(wire).pk, by=editor, note="A caption.")
    claims.recheck(wire.current.pk)
    assert {row.verdict for row in wire.current.claims.all()} == {"unchecked"}
    assert first(wire).dismissed_by == editor


def test_dismissal_and_override_are_signed_explained_and_taken_back(editor):
    claim = first(factories.make_draft())
    with pytest.raises(RefusedError, match="Say why"):
        claims.dismiss(claim.pk, by=editor, note="")
    claims.dismiss(claim.pk, by=editor, note="A caption.")
    with pytest.raises(RefusedError, match="readers see it"):
        claims.override(claim.pk, by=editor, note=" ")
    claims.override(claim.pk, by=editor, note="Read in court.")
    claim.refresh_from_db()
    assert (claim.dismissed_by, claim.override_note) == (editor, "Read in court.")
    claims.restore(claim.pk, by=editor)
    claim.refresh_from_db()
    assert (claim.dismissed_at, claim.override_note) == (None, "")
    acts = [event.act for event in Event.objects.filter(wire=claim.version.wire)]
    assert acts == ["filed", "claim dismissed", "claim overridden", "claim restored"]


def test_contradicted_sentence_cannot_be_overridden(editor):
    wire = factories.make_draft()
    factories.support(wire)
    Claim.objects.filter(pk=first(wire).pk).update(verdict="contradicted", basis="number")
    with pytest.raises(RefusedError, match="correct it"):
        claims.override(first(wire).pk, by=editor, note="n")


def test_settled_sentences_of_a_public_text_do_not_change(editor):
    wire = factories.make_published(editor)
    with pytest.raises(RefusedError, match="amend"):
        claims.dismiss(first(wire).pk, by=editor, note="n")


def test_reporter_does_not_decide():
    with pytest.raises(NotAllowedError):
        claims.dismiss(
            first(factories.make_draft()).pk, by=factories.make_user(Role.REPORTER), note="n"
        )


def test_contradicted_sentence_cannot_be_dismissed(editor):
    wire = factories.make_draft()
    factories.support(wire)
    Claim.objects.filter(pk=first(wire).pk).update(verdict="contradicted", basis="number")
    with pytest.raises(RefusedError, match="correct it"):
        claims.dismiss(first(wire).pk, by=editor, note="n")


def test_denial_of_what_the_source_says_is_never_let_through():
    text = (
        "In June 2025 Acme published a paper about alignment. "
        "The researchers found a persona latent in the model."
    )
    wire = factories.make_draft(
        body="Acme did not publish a paper about alignment in June 2025.[^record] "
        "The researchers never found a persona latent in the model.[^record]",
        sources=(factories.make_source(text=text),),
    )
    claims.check(wire.current.pk)
    assert {row.verdict for row in wire.current.claims.all()} <= {
        "unsupported",
        "contradicted",
    }
