"""The archive proposed anew: a batch that stores proposals beside the old ones and codes nothing."""

import pytest
from django.db import IntegrityError, OperationalError, transaction

from classifier import engine
from tests import factories
from tests.wires.admin.desk import make_classifier, make_proposal, page, signed_in
from tests.wires.labelled import activate
from wires import batches, brake, coding, learning, lifecycle, proposing, taxonomy
from wires.batches import Selection
from wires.models import Batch, Change, Code, Coding, Event, Proposal, ProposedCode
from wires.models.user import Role
from wires.refusals import RefusedError

pytestmark = pytest.mark.django_db
STATES = ("draft", "in_review", "scheduled", "published", "disputed")
ALL = Selection(STATES, kind=Batch.Kind.PROPOSALS)


@pytest.fixture(autouse=True)
def codes():
    taxonomy.load()


@pytest.fixture
def editor():
    return factories.make_editor()


@pytest.fixture
def active():
    """The classifier at work; what was proposed before is another's."""
    return activate(engine.version(proposing.all_cards(taxonomy.current())))


def read(wire, *ticked, **values):
    proposal = make_proposal(wire, **values)
    for code in ticked:
        ProposedCode.objects.create(
            proposal=proposal, code=Code.objects.get(code=code), score=0.6, ticked=True
        )
    return wire


def finished(batch):
    while batches.step(batch.pk, limit=5):
        pass
    batch.refresh_from_db()
    return batch


@pytest.mark.slow
def test_new_proposals_stand_beside_the_old_and_nothing_else_changes(active, editor):
    drafts = [read(factories.make_draft(), "M2") for _ in range(2)]
    public = read(factories.make_published(editor), "M3", "F6")
    codings = list(Coding.objects.values())
    changes, events = Change.objects.count(), Event.objects.count()
    batch = finished(batches.start("Anew", ALL, by=editor))
    assert (batch.progress, batch.classifier) == ("finished", active)
    for wire in (*drafts, public):
        new, old = wire.current.proposals.all()
        assert (new.classifier, new.batch) == (active, batch)
        assert old.codes.exists()
    assert list(Coding.objects.values()) == codings
    assert (Change.objects.count(), Event.objects.count()) == (changes, events)


@pytest.mark.slow
def test_brake_does_not_hold_it(active, editor, settings):
    settings.BRAKE_COUNT, settings.BRAKE_SHARE = 1, 0.01
    for _ in range(3):
        read(factories.make_published(editor))
    assert not batches.plan(ALL).braked
    batch = batches.start("Anew", ALL, by=editor)
    assert (batch.braked, batch.progress) == (False, "running")
    assert brake.load([]).recent == 0  # nor does it count for others
    with pytest.raises(IntegrityError, match="nothing_public"), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(braked=True, progress="asked")


@pytest.mark.slow
def test_it_pauses_goes_on_and_does_nothing_twice(active, editor):
    for _ in range(3):
        read(factories.make_draft())
    batch = batches.start("Anew", ALL, by=editor)
    batches.step(batch.pk, limit=1)
    batches.pause(batch.pk, by=editor)
    assert not batches.step(batch.pk, limit=5)
    assert Proposal.objects.filter(classifier=active).count() == 1
    batches.resume(batch.pk, by=editor)
    finished(batch)
    assert Proposal.objects.filter(classifier=active).count() == 3
    again = finished(batches.start("Once more", ALL, by=editor))
    assert set(again.items.values_list("progress", flat=True)) == {"unchanged"}
    assert Proposal.objects.filter(classifier=active).count() == 3


@pytest.mark.slow
def test_undoing_shows_the_old_proposals_again_but_keeps_what_was_decided_on(active, editor):
    wires = [read(factories.make_draft(), "M2") for _ in range(2)]
    batch = finished(batches.start("Anew", ALL, by=editor))
    decided = wires[0].current.proposals.first()
    coding.accept(decided.codes.first().pk, by=editor)
    batches.undo(batch.pk, by=editor)
    finished(batch)
    assert batch.progress == "undone"
    assert [wire.current.proposals.count() for wire in wires] == [2, 1]
    kept = batch.items.get(progress="kept")
    assert (kept.wire, "decided" in kept.problem) == (wires[0], True)


def while_reading(monkeypatch, act):
    """Let something happen while the classifier reads a text."""
    real = engine.event_class

    def slow(sentences):
        act(sentences)
        return real(sentences)

    monkeypatch.setattr(engine, "event_class", slow)


@pytest.mark.slow
def test_wire_that_cannot_be_read_fails_and_the_others_have_their_turn(
    active, editor, monkeypatch
):
    wires = [factories.make_draft(), factories.make_draft(body="Poison.[^record]")]
    wires.append(factories.make_draft())

    def stumble(sentences):
        if sentences[0].text == "Poison.":
            raise ValueError("half a\x00 number")

    while_reading(monkeypatch, stumble)
    batch = finished(batches.start("Anew", ALL, by=editor))
    assert batch.progress == "finished"
    rows = batch.items.order_by("pk").values_list("wire", "progress", "problem")
    assert list(rows) == [
        (wires[0].pk, "applied", ""),
        (wires[1].pk, "failed", "ValueError: half a  number"),
        (wires[2].pk, "applied", ""),
    ]


@pytest.mark.parametrize("error", [engine.EncoderError, OperationalError])
def test_what_is_wrong_with_the_machine_fails_no_wire(active, editor, monkeypatch, error):
    factories.make_draft()
    batch = batches.start("Anew", ALL, by=editor)

    def stumble(_):
        raise error("away")

    while_reading(monkeypatch, stumble)
    with pytest.raises(error):
        finished(batch)
    assert batch.items.get().progress == "waiting"


def test_pause_while_the_classifier_reads_is_heard(active, editor, monkeypatch):
    wire = factories.make_draft()
    batch = batches.start("Anew", ALL, by=editor)
    while_reading(monkeypatch, lambda _: batches.pause(batch.pk, by=editor))
    assert finished(batch).progress == "paused"
    assert batch.items.get().progress == "waiting"
    assert not wire.current.proposals.exists()


@pytest.mark.slow
def test_text_that_is_replaced_while_it_is_read_is_not_what_is_stored(
    active, editor, monkeypatch
):
    wire = factories.make_draft(editor)
    batch = batches.start("Anew", ALL, by=editor)
    read_texts = []

    def revise(sentences):
        read_texts.append(sentences)
        if len(read_texts) == 1:
            lifecycle.revise(wire.pk, by=editor, headline="New", body=factories.BODY, note="n")

    while_reading(monkeypatch, revise)
    assert finished(batch).items.get().progress == "applied"
    assert len(read_texts) == 2
    assert Proposal.objects.get(batch=batch).version.number == 2


def test_it_is_for_the_classifier_that_was_active_when_it_began(active, editor):
    wire = read(factories.make_draft())
    batch = batches.start("Anew", ALL, by=editor)
    Batch.objects.filter(pk=batch.pk).update(classifier=make_classifier("c"))
    item = finished(batch).items.get()
    assert (item.progress, "start another one" in item.problem) == ("failed", True)
    assert wire.current.proposals.count() == 1


def test_without_an_active_classifier_there_is_nothing_to_propose(editor):
    read(factories.make_draft())
    with pytest.raises(RefusedError, match="No classifier is active"):
        batches.start("Anew", ALL, by=editor)


def test_report_counts_what_would_change(active, editor):
    wires = [factories.make_draft() for _ in range(4)]
    batch = batches.start("Anew", ALL, by=editor)
    rows = [(["M2"], ["M3"]), (["M2"], []), ([], ["M3", "F6"]), (["M2"], ["M2"])]
    for item, (before, after) in zip(batch.items.order_by("pk"), rows, strict=True):
        item.progress, item.before, item.after = "applied", before, after
        item.done_at = batch.started_at
        item.save()
    found = batches.report(batch)
    assert found.wires == len(wires)
    assert found.newly == (("M3", 2), ("F6", 1))
    assert found.no_longer == (("M2", 2),)
    assert (found.abstained, found.hidden) == (1, 0)


def test_page_tells_what_would_change_and_that_nothing_public_does(active, editor):
    client, _ = signed_in(Role.EDITOR)
    wire = read(factories.make_draft(), "M2")
    batch = finished(batches.start("Anew", ALL, by=editor))
    shown = page(client.get(f"/admin/wires/batch/{batch.pk}/change/"))
    assert "nothing that is public changes, so the brake does not hold it" in shown
    assert "Codes no longer ticked" in shown
    assert "<code>M2</code> on 1" in shown
    assert wire.current.proposals.count() == 2


def test_report_leaves_out_what_is_hidden(active, editor):
    read(factories.make_draft(), "M2", is_blind=True)
    batch = finished(batches.start("Anew", ALL, by=editor))
    found = batches.report(batch)
    assert (found.wires, found.hidden, found.no_longer) == (0, 1, ())
    assert Proposal.objects.hidden().count() == 2


def test_form_starts_it(active):
    client, _ = signed_in(Role.EDITOR)
    read(factories.make_published())
    given = {"title": "Anew", "kind": "proposals", "states": ["published"]}
    looked = page(client.post("/admin/wires/batch/start/", {**given, "look": "1"}))
    assert "The brake holds it" not in looked
    client.post("/admin/wires/batch/start/", {**given, "start": "1"})
    batch = Batch.objects.get()
    assert (batch.kind, batch.progress, batch.items.count()) == ("proposals", "running", 1)


def test_decisions_on_new_proposals_are_labels(active, editor):
    wire = read(factories.make_draft(), "M2")
    finished(batches.start("Anew", ALL, by=editor))
    row = wire.current.proposals.first().codes.filter(code__kind="M").first()
    coding.accept(row.pk, by=editor)
    [label] = learning.labels()
    assert label.codes == {"M": (row.code.code,)}
