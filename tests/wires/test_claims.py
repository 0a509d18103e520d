"""The sentences of a version and the editors' word on them."""

import pytest

from classifier import engine
from tests import factories
from tests.wires.vaults import clock
from wires import claims, lifecycle, vault
from wires.models import Claim, Event, Version, Wire
from wires.models.user import Role
from wires.refusals import NotAllowedError, RefusedError, WrongStateError

__all__ = ["clock"]
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


@pytest.mark.slow
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
    claims.dismiss(claim.pk, by=editor, note=" A caption. ")
    with pytest.raises(RefusedError, match="readers see it"):
        claims.override(claim.pk, by=editor, note=" ")
    claims.override(claim.pk, by=editor, note="Read in court.")
    claim.refresh_from_db()
    assert (claim.dismissed_by, claim.dismissal_note) == (editor, "A caption.")
    assert (claim.overridden_by, claim.override_note) == (editor, "Read in court.")
    claims.restore(claim.pk, by=editor)
    claim.refresh_from_db()
    assert (claim.dismissed_by, claim.dismissed_at, claim.dismissal_note) == (None, None, "")
    assert (claim.overridden_by, claim.overridden_at, claim.override_note) == (None, None, "")
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


def unchecked(wire, number, editor):
    """Let nobody have checked one sentence of a wire, and an editor stand for it."""
    claim = wire.current.claims.get(n=number)
    Claim.objects.filter(pk=claim.pk).update(**claims.FORGOTTEN)
    claims.override(claim.pk, by=editor, note="Seen on the website.")


def test_sentence_of_a_public_text_that_was_never_checked_stays_so(editor, clock):
    clock.forward(hours=-1)  # the sweep leaves new ones to the queue, by the database's clock
    wire = factories.make_reviewed(editor)
    unchecked(wire, 3, editor)
    assert wire.current in Version.objects.unchecked()
    wire = lifecycle.publish(wire.pk, by=editor)
    assert wire.current not in Version.objects.unchecked()
    claims.check(wire.current_id)
    assert wire.current.claims.get(n=3).verdict == "unchecked"


def test_sweep_takes_a_text_until_it_has_been_looked_at(clock):
    """Also one with a sentence that no check gives a verdict, and also for its omissions alone."""
    clock.forward(hours=-1)
    other = factories.make_source(text="Acme did not pay.", record_id="AIID-5", key="other")
    wordless = factories.make_draft(body="It was so.[^record]")
    told = factories.make_draft(sources=(factories.make_source(), other))
    factories.support(told)
    assert set(Version.objects.unchecked()) == {wordless.current, told.current}
    for wire in (wordless, told):
        claims.check(wire.current_id)
    assert first(wordless).verdict == "unchecked"
    assert not Version.objects.unchecked().exists()
    claims.recheck(told.current_id)
    assert set(Version.objects.unchecked()) == {told.current}


def test_sweep_leaves_a_text_alone_that_another_has_replaced(editor, clock):
    clock.forward(hours=-1)
    wire = factories.make_draft(editor)
    new = lifecycle.revise(
        wire.pk, by=editor, headline="New", body=factories.BODY, note="shorter"
    )
    assert list(Version.objects.unchecked()) == [new]


@pytest.mark.parametrize("meanwhile", ["published", "cited"])
def test_check_that_is_overtaken_writes_nothing(editor, monkeypatch, meanwhile):
    """The checker reads without holding the wire; what it read may be of yesterday."""
    wire = factories.make_reviewed(editor)
    unchecked(wire, 3, editor)
    real = engine.check

    def slow(*given):
        if meanwhile == "published":
            lifecycle.publish(wire.pk, by=editor)
        else:
            other = factories.make_source(text="Acme did not pay.", record_id="AIID-5")
            vault.cite(wire.pk, vault.stored(other, by=editor).pk, by=editor)
        return real(*given)

    monkeypatch.setattr(engine, "check", slow)
    claims.check(wire.current_id)
    assert wire.current.claims.get(n=3).verdict == "unchecked"


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


def test_nothing_is_decided_on_a_wire_that_has_ended(editor):
    wire = factories.make_draft()
    lifecycle.discard(wire.pk, by=editor, note="Not ours.")
    with pytest.raises(WrongStateError, match="discarded"):
        claims.dismiss(first(wire).pk, by=editor, note="n")


def test_sentence_of_a_text_that_was_replaced_is_not_decided_on(editor):
    wire = factories.make_draft()
    old = first(wire)
    revised(wire, editor)
    with pytest.raises(WrongStateError, match="version 2 has taken its place"):
        claims.override(old.pk, by=editor, note="Seen in court.")


def revised(wire, editor, body=factories.BODY, sources=()):
    return lifecycle.revise(
        wire.pk, by=editor, headline="New", body=body, note="Changed.", sources=sources
    )


def decided(wire, editor):
    """Dismiss the first sentence of a wire and let the third one stand."""
    one, _, three = wire.current.claims.all()
    claims.dismiss(one.pk, by=editor, note="A caption.")
    claims.override(three.pk, by=editor, note="Read in court.")
    return wire.current.claims.get(n=1), wire.current.claims.get(n=3)


def test_unchanged_sentences_keep_their_decisions_with_who_when_and_why(editor):
    wire = factories.make_draft()
    dismissed, overridden = decided(wire, editor)
    other = factories.make_editor()
    # A new first sentence, the second reworded: the places change, the decisions do not.
    body = "It began in Oslo.[^record] " + factories.BODY.replace("812 dollars", "812 USD")
    new = revised(wire, other, body)
    _, one, two, three = new.claims.all()
    for column in claims.DISMISSAL:
        assert getattr(one, column) == getattr(dismissed, column)
    for column in claims.OVERRIDE:
        assert getattr(three, column) == getattr(overridden, column)
    assert (two.dismissed_at, two.overridden_at) == (None, None)
    event = Event.objects.get(wire=wire, act="decisions carried over")
    assert (event.by, event.detail) == (other, {"version": 2, "sentences": "2, 4"})


def test_sentence_that_cites_something_else_is_another_sentence(editor):
    wire = factories.make_draft()
    decided(wire, editor)
    added = factories.make_source(key="court", text="The court ruled.", record_id="AIID-1")
    new = revised(wire, editor, factories.BODY.replace("[^record]", "[^court]"), (added,))
    assert not [row for row in new.claims.all() if row.dismissed_at or row.overridden_at]


def test_source_under_another_sentence_changes_nothing(editor):
    wire = factories.make_draft()
    decided(wire, editor)
    added = factories.make_source(key="court", text="The court ruled.", record_id="AIID-1")
    body = factories.BODY + " The court ruled.[^court]"
    new = revised(wire, editor, body, (added,))
    found = [bool(row.dismissed_at or row.overridden_at) for row in new.claims.all()]
    assert found == [True, False, True, False]


def test_repeated_sentence_follows_on_its_repetition(editor):
    wire = factories.make_draft(body="It broke.[^record] He left.[^record] It broke.[^record]")
    claims.dismiss(wire.current.claims.get(n=3).pk, by=editor, note="Said again.")
    new = revised(wire, editor, "It broke.[^record] It broke.[^record] It broke.[^record]")
    assert [bool(row.dismissed_at) for row in new.claims.all()] == [False, True, False]


def test_decision_that_was_taken_back_does_not_return(editor):
    wire = factories.make_draft()
    decided(wire, editor)
    new = revised(wire, editor)
    claims.restore(new.claims.get(n=1).pk, by=editor)
    newer = revised(Wire.objects.get(pk=wire.pk), editor)
    assert [bool(row.dismissed_at) for row in newer.claims.all()] == [False, False, False]


@pytest.mark.slow
def test_waiting_text_takes_the_decisions_of_the_one_that_waited_before(editor):
    wire = factories.make_published(editor)
    waiting = revised(wire, editor)
    claims.override(waiting.claims.get(n=2).pk, by=editor, note="Heard in court.")
    added = factories.make_source(key="court", text="The court ruled.", record_id="AIID-1")
    revised(wire, editor, sources=(added,))
    newest = revised(wire, editor)
    assert newest.claims.get(n=2).override_note == "Heard in court."
    assert [row.key for row in newest.citations.all()] == ["record", "court"]
    assert wire.current.claims.get(n=2).override_note == ""


def checked(wire):
    claims.check(wire.current.pk)
    return wire.current


FOUND = (*claims.FINDING, "n")


def rows(version):
    columns = [name for name in FOUND if name != "checked_at"]
    return list(version.claims.values(*columns, "citation__source"))


@pytest.mark.slow
def test_verdict_of_an_unchanged_sentence_is_the_one_that_a_new_check_gives(editor):
    body = (
        "A chatbot of Acme invented a refund rule in May 2024.[^record] "
        "Acme paid 999 dollars to one customer after a tribunal ruled against it.[^record] "
        "It snowed in Tokyo.[^record]"
    )
    wire = factories.make_draft(body=body)
    old = checked(wire)
    new = revised(wire, editor, body)
    carried = rows(new)
    assert carried == rows(old)
    assert {row["verdict"] for row in carried} >= {"supported", "contradicted"}
    assert {row.checked_at for row in new.claims.all()} == {
        row.checked_at for row in old.claims.all()
    }
    for row in new.claims.exclude(citation=None).select_related("citation"):
        assert row.citation.version_id == new.pk
    claims.recheck(new.pk)
    claims.check(new.pk)
    assert rows(new) == carried


def test_verdict_is_found_anew_where_another_source_or_checker_may_change_it(editor):
    wire = factories.make_draft()
    old = checked(wire)
    assert {row.verdict for row in old.claims.all()} == {"supported"}
    added = factories.make_source(key="court", text="The court ruled.", record_id="AIID-1")
    new = revised(wire, editor, sources=(added,))
    assert {row.verdict for row in new.claims.all()} == {"unchecked"}
    claims.check(new.pk)
    new.claims.update(checker="an earlier one")
    newer = revised(Wire.objects.get(pk=wire.pk), editor)
    assert {row.verdict for row in newer.claims.all()} == {"unchecked"}
    assert {row.checker for row in newer.claims.all()} == {""}
    assert engine.CHECKER_VERSION != "an earlier one"


def test_carried_decision_lets_no_contradicted_sentence_through(editor):
    wire = factories.make_draft()
    decided(wire, editor)
    source = "A chatbot of Acme did not invent a refund rule in May 2024."
    added = factories.make_source(key="court", text=source, record_id="AIID-1")
    new = revised(wire, editor, sources=(added,))
    new.claims.filter(n__in=[1, 3]).update(verdict="unchecked")
    new.claims.filter(n=1).update(
        verdict="contradicted", basis="negation", citation=new.citations.last(),
        passage=source, passage_start=0, passage_end=len(source), checked_at=new.made_at,
    )  # fmt: skip
    fresh = Wire.objects.get(pk=wire.pk)
    found = {(f.rule, f.sentence) for f in lifecycle.gate.failures(fresh)}
    assert (3, 1) in found
    assert (3, 3) not in found


def test_notes_on_decisions_are_public(editor):
    wire = factories.make_reviewed(editor)
    claims.dismiss(wire.current.claims.get(n=3).pk, by=editor, note="It reports no event.")
    public = lifecycle.publish(wire.pk, by=editor).record["claims"]
    assert (public[2]["verdict"], public[2]["dismissal"]) == (
        "not a claim",
        "It reports no event.",
    )
    assert not [row for row in public[:2] if "dismissal" in row]
