"""The blind sample: what is of it nobody can tell, and nobody sees, before the editor has decided."""

import pytest
from django.db import IntegrityError, transaction

from tests import factories
from tests.wires.admin.desk import make_proposal, page, post, review, signed_in
from wires import (
    batches,
    blind,
    coding,
    demonstration,
    lifecycle,
    proposing,
    report,
    taxonomy,
)
from wires.models import Code, Proposal, ProposedCode, Wire
from wires.models.user import Role
from wires.refusals import NotAllowedError, RefusedError

pytestmark = pytest.mark.django_db
IDS = [f"AIW-2026-{n:04d}" for n in range(1, 2001)]


@pytest.fixture(autouse=True)
def codes():
    taxonomy.load()


def hidden(wire, *codes):
    """A wire in review whose proposal ticks these codes and is hidden."""
    proposal = make_proposal(
        wire, is_blind=True, event_class="near_miss", rationale={"system": "The hidden draft"}
    )
    for code in codes or ("M3",):
        ProposedCode.objects.create(
            proposal=proposal, code=Code.objects.get(code=code), score=0.7654, ticked=True
        )
    return proposal


def test_one_wire_in_ten_is_drawn_by_the_secret_of_the_site(settings):
    settings.BLIND_ONE_IN = 10
    drawn = {name for name in IDS if blind.drawn(name)}
    assert 150 < len(drawn) < 250
    assert drawn == {name for name in IDS if blind.drawn(name)}
    settings.SECRET_KEY = "another one"  # noqa: S105 - of a test
    other = {name for name in IDS if blind.drawn(name)}
    assert len(drawn & other) < 60  # as by chance


def test_nothing_is_drawn_where_the_site_says_so(settings):
    settings.BLIND_ONE_IN = 0
    assert not any(map(blind.drawn, IDS))


def test_wire_stays_of_the_sample_when_the_secret_changes(settings):
    settings.BLIND_ONE_IN = 1
    wire = factories.make_draft()
    proposing.propose(wire.current_id)
    settings.BLIND_ONE_IN = 0
    assert blind.drawn_for(wire)
    assert Proposal.objects.get().is_blind


@pytest.mark.slow
def test_page_says_that_the_proposal_is_hidden_and_shows_nothing_of_it():
    client, _ = signed_in(Role.EDITOR)
    wire = factories.make_draft()
    hidden(wire)
    shown = page(client.get(review(wire)))
    assert "The proposal is hidden" in shown
    assert blind.WHY in shown
    for told in ("0.77", "ticked", "The hidden draft", "selected>near miss", "proposed-"):
        assert told not in shown, told


@pytest.mark.slow
@pytest.mark.parametrize("role", [Role.REPORTER, Role.SENIOR, Role.ADMINISTRATOR])
def test_it_is_hidden_from_every_role(role):
    client, _ = signed_in(role)
    wire = factories.make_draft()
    hidden(wire)
    assert "0.77" not in page(client.get(review(wire)))


def test_report_on_a_filing_hides_it_too():
    wire = factories.make_draft()
    hidden(wire)
    assert report.of(wire, duplicate_of=None)["proposal"] == {"hidden": blind.WHY}


@pytest.mark.slow
def test_hidden_code_is_neither_accepted_nor_rejected():
    client, editor = signed_in(Role.EDITOR)
    wire = factories.make_draft()
    row = hidden(wire).codes.get()
    for act in (coding.accept, coding.reject):
        with pytest.raises(RefusedError, match="hidden"):
            act(row.pk, by=editor)
    assert post(client, wire, "accept", proposed=row.pk).status_code == 409
    row.refresh_from_db()
    assert (row.decision, wire.codings.exists()) == ("open", False)


@pytest.mark.slow
@pytest.mark.parametrize(("first", "second"), [("M2", "F6"), ("F0", "M0"), ("M0", "F6")])
def test_it_is_shown_when_the_editor_says_that_an_m_and_an_f_code_are_put(first, second):
    client, _ = signed_in(Role.EDITOR)
    wire = factories.make_draft()
    proposal = hidden(wire)
    post(client, wire, "put", code=first)
    refused = post(client, wire, "show_proposal")
    assert refused.status_code == 409
    assert f"The codes of {wire} are not put yet" in page(refused)
    post(client, wire, "put", code=second)
    assert "The proposal is hidden" in page(client.get(review(wire)))
    post(client, wire, "show_proposal")
    shown = page(client.get(review(wire)))
    assert "The proposal is hidden" not in shown
    assert "0.77" in shown
    proposal.refresh_from_db()
    assert proposal.unseen == sorted([first, second])
    assert post(client, wire, "show_proposal").status_code == 409  # nothing is hidden any more


def test_codes_that_are_put_or_removed_before_it_is_shown_count():
    editor = factories.make_editor()
    wire = factories.make_draft()
    proposal = hidden(wire)
    for code in ("M2", "F6", "F7", "M4"):
        coding.put(wire.pk, code, by=editor)
    coding.remove(wire.pk, "F6", by=editor)
    assert coding.show_proposal(wire.pk, by=editor) == ["F7", "M2", "M4"]
    proposal.refresh_from_db()
    assert proposal.unseen == ["F7", "M2", "M4"]


def test_publication_notes_what_was_put_and_shows_it():
    editor = factories.make_editor()
    wire = factories.make_reviewed()
    proposal = hidden(wire)
    lifecycle.publish(wire.pk, by=editor)
    proposal.refresh_from_db()
    assert proposal.unseen == sorted(wire.codings.values_list("code__code", flat=True))
    coding.put(wire.pk, "F7", by=editor, claim=2)
    proposal.refresh_from_db()
    assert "F7" not in (proposal.unseen or ())


def test_only_an_editor_says_that_the_codes_are_put():
    wire = factories.make_draft()
    hidden(wire)
    for code in ("M2", "F6"):
        coding.put(wire.pk, code, by=factories.make_editor())
    with pytest.raises(NotAllowedError):
        coding.show_proposal(wire.pk, by=factories.make_user(Role.REPORTER))


def test_what_was_decided_unseen_is_kept_as_it_was():
    editor = factories.make_editor()
    wire = factories.make_draft()
    proposal = hidden(wire, "M3")
    coding.put(wire.pk, "M2", by=editor)
    coding.put(wire.pk, "F6", by=editor)
    coding.show_proposal(wire.pk, by=editor)
    coding.accept(proposal.codes.get().pk, by=editor)  # having seen it
    proposal.refresh_from_db()
    assert proposal.unseen == ["F6", "M2"]
    coding.remove(wire.pk, "F6", by=editor)
    assert not Proposal.objects.hidden().exists()  # what was seen is not hidden again


def test_it_is_shown_when_the_wire_has_left_the_queue():
    editor = factories.make_editor()
    wire = factories.make_draft()
    hidden(wire)
    lifecycle.discard(wire.pk, by=editor, note="Not an incident.")
    assert not Proposal.objects.hidden().exists()


@pytest.mark.slow
def test_wire_that_was_coded_before_the_worker_read_it_waits_for_its_editor(settings):
    settings.BLIND_ONE_IN = 1
    editor = factories.make_editor()
    wire = factories.make_draft()
    for code in ("M2", "F6"):
        coding.put(wire.pk, code, by=editor)
    proposing.propose(wire.current_id)
    assert Proposal.objects.hidden().exists()
    assert coding.show_proposal(wire.pk, by=editor) == ["F6", "M2"]
    lifecycle.revise(
        wire.pk, by=editor, headline="Another", body="Another text. [source]", note="Mended."
    )
    proposing.propose(Wire.objects.get(pk=wire.pk).current_id)
    assert [row.unseen for row in Proposal.objects.all()] == [["F6", "M2"]] * 2


@pytest.mark.slow
def test_public_wire_that_was_coded_unseen_has_nothing_to_hide(settings):
    settings.BLIND_ONE_IN = 1
    wire = factories.make_published()
    proposing.propose(wire.current_id)
    codes = sorted(wire.codings.values_list("code__code", flat=True))
    assert Proposal.objects.get().unseen == codes


def test_batch_does_not_give_away_what_is_hidden():
    editor = factories.make_editor()
    wire = factories.make_draft()
    factories.support(wire)
    hidden(wire, "M2")
    assert batches.plan(batches.Selection(("draft",))).wires == 0
    with pytest.raises(RefusedError, match="blind sample"):
        coding.put_in_bulk(wire.pk, by=editor, batch="b")
    assert not wire.codings.exists()


def test_wire_that_a_batch_has_coded_is_not_drawn(settings):
    settings.BLIND_ONE_IN = 1
    editor = factories.make_editor()
    wire = factories.make_draft()
    factories.support(wire)
    proposal = make_proposal(wire)
    ProposedCode.objects.create(
        proposal=proposal, code=Code.objects.get(code="M2"), score=0.6, ticked=True
    )
    coding.put_in_bulk(wire.pk, by=editor, batch="b")
    assert not blind.drawn_for(wire)


def test_database_keeps_what_was_seen():
    proposal = hidden(factories.make_draft())
    Proposal.objects.filter(pk=proposal.pk).update(unseen=["M2"])
    for values in ({"unseen": ["M3"]}, {"unseen": None}, {"is_blind": False}):
        with pytest.raises(IntegrityError, match="proposal_stays_blind"), transaction.atomic():
            Proposal.objects.filter(pk=proposal.pk).update(**values)
    other = make_proposal(factories.make_draft())
    with pytest.raises(IntegrityError, match="unseen_only_if_blind"), transaction.atomic():
        Proposal.objects.filter(pk=other.pk).update(unseen=["M2"])


def test_shipped_story_puts_its_codes_on_a_wire_whose_proposal_is_hidden():
    editor = factories.make_editor()
    wire = factories.make_draft()
    row = hidden(wire, "M3").codes.get()
    for code in ("M3", "F6"):
        demonstration._coded(wire, code, 1, 1, editor)  # noqa: SLF001 - the story's one step
    row.refresh_from_db()
    assert row.decision == "open"
    assert set(wire.codings.values_list("code__code", "origin")) == {
        ("M3", "editor"), ("F6", "editor"),
    }  # fmt: skip
