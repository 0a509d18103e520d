"""Bulk classification: braked, marked, paused, killed, undone; and it never overrides an editor."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests import factories
from tests.wires.admin.desk import make_proposal
from tests.wires.vaults import clock
from wires import batches, coding, lifecycle, taxonomy
from wires.batches import Selection
from wires.models import Batch, BatchItem, Change, Code, Coding, Event, ProposedCode, Wire
from wires.models.user import Role
from wires.refusals import NotAllowedError, RefusedError, WrongStateError

__all__ = ["clock"]
pytestmark = [pytest.mark.django_db, pytest.mark.slow]
DRAFTS = Selection(("draft",))
PUBLIC = Selection(("published", "disputed"))
REVIEWED = Selection(("in_review",))


@pytest.fixture(autouse=True)
def codes():
    taxonomy.load()


@pytest.fixture
def editor():
    return factories.make_editor()


@pytest.fixture
def senior():
    return factories.make_user(Role.SENIOR)


def tick(wire, *codes, ticked=True):
    """Let the classifier propose codes for a wire's current text."""
    proposal = make_proposal(wire)
    for code in codes:
        ProposedCode.objects.create(
            proposal=proposal, code=Code.objects.get(code=code), score=0.6, ticked=ticked
        )
    return wire


def make_drafts(count, *codes):
    wires = [factories.make_draft() for _ in range(count)]
    for wire in wires:
        factories.support(wire)
        tick(wire, *(codes or ("M2", "F6")))
    return wires


def make_public(count, ticked=0):
    """Public wires, of which some have a code that the classifier would add."""
    wires = [factories.make_published() for _ in range(count)]
    for wire in wires[:ticked]:
        tick(wire, "F7")
    return wires


def finished(batch):
    while batches.step(batch.pk, limit=5):
        pass
    batch.refresh_from_db()
    return batch


def codings(wire):
    rows = wire.codings.order_by("pk")
    return list(rows.values("pk", "code__code", "rank", "claim__n", "origin", "decided_by"))


def test_batch_puts_ticked_codes_and_marks_them(editor):
    wires = make_drafts(3)
    batch = finished(batches.start("Launch archive", DRAFTS, by=editor))
    assert batch.progress == "finished"
    for wire in wires:
        rows = codings(wire)
        assert [(r["code__code"], r["origin"], r["rank"]) for r in rows] == [
            ("M2", "bulk", 1), ("F6", "bulk", 1),
        ]  # fmt: skip
        assert all(row["claim__n"] for row in rows)
        assert Event.objects.filter(wire=wire, act="codes put in bulk", by=editor).exists()
    assert set(batch.items.values_list("progress", flat=True)) == {"applied"}


def test_code_rests_on_the_sentence_that_is_nearest_to_its_definition(editor):
    [wire] = make_drafts(1, "M2")
    finished(batches.start("b", DRAFTS, by=editor))
    assert wire.codings.get().claim.n == 1  # that the chatbot invented a rule


def test_wire_without_a_standing_sentence_is_left_as_it_is(editor):
    wire = tick(factories.make_draft(), "M2")
    batch = finished(batches.start("b", DRAFTS, by=editor))
    assert batch.items.get().progress == "unchanged"
    assert codings(wire) == []


def test_what_an_editor_decided_is_never_replaced(editor):
    put, rejected, removed, nothing = (factories.make_reviewed(editor) for _ in range(4))
    for wire in (put, rejected, removed, nothing):
        tick(wire, "M3", "F6", "F7")
    of = {wire.pk: wire.current.proposals.get().codes for wire in (rejected, removed)}
    coding.reject(of[rejected.pk].get(code__code="F7").pk, by=editor)
    coding.accept(of[removed.pk].get(code__code="F7").pk, by=editor, claim=1)
    coding.remove(removed.pk, "F7", by=editor)
    coding.remove(nothing.pk, "M2", by=editor)
    coding.put(nothing.pk, "M0", by=editor)
    before = {wire.pk: codings(wire) for wire in (put, rejected, removed, nothing)}
    finished(batches.start("b", REVIEWED, by=editor))
    for wire in (put, rejected, removed, nothing):
        assert codings(wire)[: len(before[wire.pk])] == before[wire.pk]
    added = {
        wire.pk: set(wire.codings.filter(origin="bulk").values_list("code__code", flat=True))
        for wire in (put, rejected, removed, nothing)
    }
    assert added == {
        put.pk: {"M3", "F7"}, rejected.pk: {"M3"}, removed.pk: {"M3"}, nothing.pk: {"F7"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("archive", "ticked", "braked"),
    [(10, 1, False), (10, 2, True), (20, 2, False), (20, 3, True), (1, 1, True)],
)
def test_brake_holds_above_a_tenth_of_the_archive(editor, archive, ticked, braked):
    make_public(archive, ticked)
    batch = batches.start("b", PUBLIC, by=editor)
    assert (batch.braked, batch.progress) == (braked, "asked" if braked else "running")


@pytest.mark.parametrize(("most", "braked"), [(2, False), (1, True)])
def test_brake_holds_above_a_number_of_wires(editor, settings, most, braked):
    settings.BRAKE_COUNT, settings.BRAKE_SHARE = most, 1.0
    make_public(3, ticked=2)
    assert batches.start("b", PUBLIC, by=editor).braked is braked


def test_drafts_are_never_braked(editor, settings):
    settings.BRAKE_COUNT = 1
    make_drafts(3)
    assert not batches.start("b", DRAFTS, by=editor).braked


def test_many_small_batches_are_no_way_round_the_brake(editor):
    wires = make_public(20, ticked=2)
    assert not batches.start("one", PUBLIC, by=editor).braked
    tick(wires[5], "F7")
    assert batches.start("two", PUBLIC, by=editor).braked


def test_braked_batch_does_nothing_until_another_senior_confirms(editor, senior):
    [wire] = make_public(1, ticked=1)
    batch = batches.start("b", PUBLIC, by=senior)
    assert not batches.step(batch.pk, limit=5)
    for person, words in ((editor, "senior"), (senior, "Nobody confirms their own")):
        with pytest.raises(NotAllowedError, match=words):
            batches.confirm(batch.pk, by=person)
    batches.confirm(batch.pk, by=factories.make_user(Role.SENIOR))
    finished(batch)
    assert wire.codings.filter(code__code="F7", origin="bulk").exists()


def test_declined_batch_never_runs(editor, senior):
    make_public(1, ticked=1)
    batch = batches.start("b", PUBLIC, by=editor)
    batches.decline(batch.pk, by=senior)
    assert not batches.step(batch.pk, limit=5)
    with pytest.raises(WrongStateError):
        batches.confirm(batch.pk, by=factories.make_user(Role.SENIOR))


def test_public_wire_is_recoded_in_public_with_the_mark(editor):
    wires = make_public(10, ticked=1)
    finished(batches.start("b", PUBLIC, by=editor))
    wire = Wire.objects.get(pk=wires[0].pk)
    assert {"code": "F7", "rank": "secondary", "source": "bulk"} in wire.record["codes"]
    assert Change.objects.filter(wire=wire).last().kind == "recoded"
    batches.review(wire.pk, by=editor)
    wire.refresh_from_db()
    assert {"code": "F7", "rank": "secondary", "source": "proposed"} in wire.record["codes"]
    assert wire.batch_items.get().reviewed_by == editor


def test_wire_that_became_public_meanwhile_is_left_to_an_editor(editor):
    wire = tick(factories.make_reviewed(editor), "F7")
    batch = batches.start("b", REVIEWED, by=editor)
    lifecycle.publish(wire.pk, by=editor)
    item = finished(batch).items.get()
    assert (item.progress, "by hand" in item.problem) == ("failed", True)
    assert not wire.codings.filter(origin="bulk").exists()


def test_paused_batch_rests_and_goes_on(editor):
    make_drafts(4)
    batch = batches.start("b", DRAFTS, by=editor)
    assert batches.step(batch.pk, limit=2)
    batches.pause(batch.pk, by=editor)
    assert not batches.step(batch.pk, limit=2)
    assert batch.items.filter(progress="applied").count() == 2
    batches.resume(batch.pk, by=editor)
    assert finished(batch).items.filter(progress="applied").count() == 4


def test_batch_is_undone_whole(editor):
    drafts, [public, *_] = make_drafts(2), make_public(30, ticked=1)
    before = {w.pk: codings(w) for w in (*drafts, public)}
    record = Wire.objects.get(pk=public.pk).record
    batch = finished(batches.start("b", Selection(("draft", "published")), by=editor))
    batches.undo(batch.pk, by=editor)
    assert finished(batch).progress == "undone"
    assert {w.pk: codings(w) for w in (*drafts, public)} == before
    public.refresh_from_db()
    assert {**public.record, "modified_at": ""} == {**record, "modified_at": ""}


def test_undoing_leaves_alone_what_an_editor_decided_since(editor):
    reviewed, rejected, plain = make_drafts(3)
    batch = finished(batches.start("b", DRAFTS, by=editor))
    batches.review(reviewed.pk, by=editor)
    coding.reject(rejected.current.proposals.get().codes.get(code__code="M2").pk, by=editor)
    before = codings(reviewed), codings(rejected)
    batches.undo(batch.pk, by=editor)
    finished(batch)
    assert (codings(reviewed), codings(rejected), codings(plain)) == (*before, [])
    assert dict(batch.items.values_list("wire", "progress")) == {
        reviewed.pk: "kept", rejected.pk: "kept", plain.pk: "undone",
    }  # fmt: skip


def test_wire_on_which_something_breaks_is_told_and_the_others_have_their_turn(
    editor, monkeypatch
):
    wires = make_drafts(3)
    real_put, real_back = coding.put_in_bulk, coding.take_back_bulk

    def put(wire_id, **given):
        if wire_id == wires[0].pk:
            raise KeyError("M2")
        return real_put(wire_id, **given)

    def take_back(wire_id, codes, **given):
        real_back(wire_id, codes, **given)
        if wire_id == wires[1].pk:
            raise KeyError("M2")

    monkeypatch.setattr(coding, "put_in_bulk", put)
    monkeypatch.setattr(coding, "take_back_bulk", take_back)
    batch = finished(batches.start("b", DRAFTS, by=editor))
    assert batch.progress == "finished"
    done = codings(wires[1])
    batches.undo(batch.pk, by=editor)
    assert finished(batch).progress == "undone"
    assert [codings(wire) for wire in wires] == [[], done, []]
    rows = batch.items.order_by("pk").values_list("progress", "problem")
    assert list(rows) == [
        ("failed", "KeyError: 'M2'"),
        ("kept", "KeyError: 'M2'"),
        ("undone", ""),
    ]


def test_undoing_in_the_middle_leaves_the_rest_untouched(editor):
    wires = make_drafts(4)
    batch = batches.start("b", DRAFTS, by=editor)
    batches.step(batch.pk, limit=2)
    batches.undo(batch.pk, by=editor)
    assert finished(batch).progress == "undone"
    assert [codings(wire) for wire in wires] == [[], [], [], []]
    assert batch.items.filter(progress="waiting").count() == 2


def test_undoing_past_the_brake_is_a_senior_editors(editor, senior):
    make_public(1, ticked=1)
    batch = batches.start("b", PUBLIC, by=editor)
    batches.confirm(batch.pk, by=senior)
    finished(batch)
    with pytest.raises(NotAllowedError, match="a senior editor has to do it"):
        batches.undo(batch.pk, by=editor)
    batches.undo(batch.pk, by=senior)
    assert finished(batch).progress == "undone"


def only(*wires):
    """Let the classifier have ticked F7 for these wires, and nothing for any other."""
    ProposedCode.objects.update(ticked=False)
    for wire in wires:
        if ProposedCode.objects.filter(proposal__version__wire=wire).update(ticked=True) == 0:
            tick(wire, "F7")
    return wires


def recoded():
    return Change.objects.filter(kind="recoded").values("wire").distinct().count()


def test_batches_paused_on_many_days_do_not_go_on_together(editor, senior, clock):
    wires, paused = make_public(20), []
    for day in range(3):
        only(*wires[2 * day : 2 * day + 2])
        paused.append(batches.start(f"day {day}", PUBLIC, by=editor))
        batches.pause(paused[-1].pk, by=editor)
        clock.forward(days=1, hours=1)
    ProposedCode.objects.update(ticked=True)
    first, second, third = paused
    finished(batches.resume(first.pk, by=editor))
    with pytest.raises(NotAllowedError, match="changes 2 public wires, after 2 others"):
        batches.resume(second.pk, by=editor)
    assert recoded() == 2
    second = batches.resume(second.pk, by=senior)
    assert (second.braked, second.decided_by, second.progress) == (True, senior, "running")
    finished(second)
    clock.forward(days=1, hours=1)
    finished(batches.resume(third.pk, by=editor))
    assert recoded() == 6


def test_nobody_lets_their_own_batch_go_on_past_the_brake(senior, clock):
    wires = make_public(10)
    only(wires[0])
    batch = batches.start("one", PUBLIC, by=senior)
    batches.pause(batch.pk, by=senior)
    clock.forward(hours=1)
    only(wires[1])
    finished(batches.start("two", PUBLIC, by=senior))
    with pytest.raises(NotAllowedError, match="who did not start it"):
        batches.resume(batch.pk, by=senior)


def test_undoing_is_counted_as_doing_is(editor, clock):
    """To start and undo in turn is no way round the brake, on one day or on the day after."""
    wires = make_public(10)
    only(wires[0])
    batch = finished(batches.start("one", PUBLIC, by=editor))
    only(wires[1])
    assert batches.start("two", PUBLIC, by=editor).braked
    clock.forward(days=1, hours=1)
    batches.undo(batch.pk, by=editor)
    assert batches.plan(PUBLIC).load.recent == 1  # about to be undone
    finished(batch)
    assert batches.plan(PUBLIC).load.recent == 1
    assert batches.start("three", PUBLIC, by=editor).braked


def test_batch_is_undone_by_its_editor_on_the_day_it_was_done(editor):
    only(make_public(10)[0])
    batch = finished(batches.start("one", PUBLIC, by=editor))
    batches.undo(batch.pk, by=editor)
    assert finished(batch).progress == "undone"


def test_undoing_what_others_did_together_is_braked(editor, senior, clock):
    wires, done = make_public(20), []
    for day in range(2):
        only(*wires[2 * day : 2 * day + 2])
        done.append(finished(batches.start(f"day {day}", PUBLIC, by=editor)))
        clock.forward(days=1, hours=1)
    finished(batches.undo(done[0].pk, by=editor))
    with pytest.raises(NotAllowedError, match="after 2 others within a day"):
        batches.undo(done[1].pk, by=editor)
    finished(batches.undo(done[1].pk, by=senior))


def test_what_a_batch_did_before_a_wire_was_public_is_not_counted(editor):
    wire = tick(factories.make_reviewed(editor), "F7")
    finished(batches.start("b", REVIEWED, by=editor))
    lifecycle.publish(wire.pk, by=editor)
    assert batches.plan(PUBLIC).load.recent == 0


@pytest.mark.parametrize("act", [batches.pause, batches.undo])
def test_worker_that_has_read_a_batch_does_nothing_after_it_is_stopped(editor, act):
    [wire] = make_drafts(1)
    read = Batch.objects.get(pk=batches.start("b", DRAFTS, by=editor).pk)
    item = read.items.get()
    act(read.pk, by=editor)
    batches._worked(read, item)  # noqa: SLF001 - as `step` does that has just read both
    assert (BatchItem.objects.get().progress, codings(wire)) == ("waiting", [])


def test_who_paused_and_resumed_is_kept(editor, senior):
    make_drafts(1)
    batch = batches.start("b", DRAFTS, by=editor)
    batches.pause(batch.pk, by=editor)
    batches.resume(batch.pk, by=senior)
    batch = batches.undo(batch.pk, by=editor)
    assert [(row["act"], row["by"]) for row in batch.acts] == [
        ("paused", editor.username), ("resumed", senior.username), ("undone", editor.username),
    ]  # fmt: skip
    assert all(row["at"] for row in batch.acts)


def test_batch_that_lost_its_worker_is_found_again(editor):
    make_drafts(2)
    batch = batches.start("b", DRAFTS, by=editor)
    assert batches.left_behind() == []
    Batch.objects.filter(pk=batch.pk).update(started_at=timezone.now() - timedelta(hours=1))
    assert batches.left_behind() == [batch.pk]
    batches.step(batch.pk, limit=1)
    assert batches.left_behind() == []


@pytest.mark.parametrize("role", [Role.REPORTER, Role.ADMINISTRATOR])
def test_bulk_work_is_an_editors(role, editor):
    make_drafts(1)
    batch = batches.start("b", DRAFTS, by=editor)
    other = factories.make_user(role)
    for act in (batches.pause, batches.undo):
        with pytest.raises(NotAllowedError):
            act(batch.pk, by=other)
    with pytest.raises(NotAllowedError):
        batches.start("b", DRAFTS, by=other)


def test_a_batch_over_nothing_is_refused(editor):
    tick(factories.make_draft(), "M2", ticked=False)
    with pytest.raises(RefusedError, match="no undecided code"):
        batches.start("b", DRAFTS, by=editor)
    with pytest.raises(RefusedError, match="title"):
        batches.start(" ", DRAFTS, by=editor)


def test_selection_narrows(editor):
    old, coded = make_drafts(1)[0], factories.make_reviewed(editor)
    tick(coded, "F7")
    Wire.objects.filter(pk=old.pk).update(filed_at=timezone.now() - timedelta(days=9))
    both = ("draft", "in_review")
    today = timezone.now().date()
    assert set(Selection(both).wires()) == {old, coded}
    assert set(Selection(both, uncoded=True).wires()) == {old}
    assert set(Selection(both, filed_until=today - timedelta(days=5)).wires()) == {old}
    factories.make_withdrawn()
    assert not Selection(("withdrawn", "discarded")).wires().exists()


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("batch_past_the_brake_is_confirmed_by_another_person", {"progress": "running"}),
        ("batch_is_dated_iff_ended", {"ended_at": timezone.now()}),
        ("batch_undoing_is_signed", {"undone_by": 1}),
    ],
)
def test_database_keeps_the_brake(senior, rule, values):
    make_public(1, ticked=1)
    batch = batches.start("b", PUBLIC, by=senior)
    if "undone_by" in values:
        values = {"undone_by": senior}
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(**values)
    if rule.startswith("batch_past"):
        own = {"decided_by": senior, "decided_at": timezone.now(), **values}
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            Batch.objects.filter(pk=batch.pk).update(**own)


def test_no_batch_and_no_item_is_deleted(editor):
    make_drafts(1)
    batches.start("b", DRAFTS, by=editor)
    for table, rule in (
        ("wires_batchitem", "batch_item_is_never_deleted"),
        ("wires_batch", "batch_is_never_deleted"),
    ):
        with (
            pytest.raises(IntegrityError, match=rule),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"DELETE FROM {table}")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_batch_never_do_a_wire_twice():
    with transaction.atomic():
        editor = factories.make_editor()
        wires = make_drafts(24)
        batch = batches.start("b", DRAFTS, by=editor)
        connection.run_on_commit.clear()
    ready = threading.Barrier(2)

    def work():
        try:
            ready.wait(30)
            while batches.step(batch.pk, limit=3):
                pass
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for running in [pool.submit(work) for _ in range(2)]:
            running.result(120)
    batch.refresh_from_db()
    assert batch.progress == "finished"
    assert Coding.objects.filter(wire__in=wires, origin="bulk").count() == 48
    assert Event.objects.filter(act="codes put in bulk").count() == 24
