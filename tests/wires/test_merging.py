"""Two wires that tell one event become one; both ids are kept, and nothing hidden is told."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests import factories
from tests.wires.merges import REASON, asked, folded, merged
from tests.wires.pages import states
from wires import lifecycle
from wires.models import Alias, Change, MoveRequest, Wire
from wires.models.user import Role
from wires.refusals import NotAllowedError, RefusedError, WrongStateError

State = Wire.State
Move = MoveRequest.Move
PATIENCE = 30  # seconds


def names(wire, *, own=True):
    rows = Alias.objects.filter(wire=wire, is_own=own)
    return set(rows.values_list("name", flat=True))


def changes(*wires):
    rows = Change.objects.filter(wire__in=wires).order_by("seq")
    return [(row.wire_id, row.kind) for row in rows]


def fresh(wire):
    return Wire.objects.get(pk=wire.pk)


# A wire that no reader knows


@pytest.mark.django_db
@pytest.mark.parametrize(
    "make", [factories.make_draft, factories.make_reviewed, states.make_scheduled]
)
def test_hidden_wire_is_discarded_and_its_names_lead_to_the_other(make):
    survivor = factories.make_draft(aliases=("AIID-1",))
    wire = make() if make is states.make_scheduled else make(aliases=("AIID-2",))
    own = names(wire)
    done = folded(wire, survivor)
    assert (done.state, done.merged_into, done.first_published_at) == (
        "discarded",
        survivor,
        None,
    )
    assert names(survivor) == {"AIID-1"} | own
    assert names(wire) == set()
    # Its id was never public: it is no name of the other.
    assert not Alias.objects.filter(name=wire.public_id).exists()
    assert Change.objects.count() == 0
    [event] = wire.events.filter(act="merged")
    assert event.note == f"Into {survivor}: It is the same event."
    assert survivor.events.get(act="took over").detail == {"wire": wire.public_id}


@pytest.mark.django_db
def test_names_that_a_public_wire_gains_are_a_public_change():
    survivor = factories.make_published(aliases=("AIID-1",))
    wire = factories.make_draft(aliases=("AIID-2",))
    folded(wire, survivor)
    assert changes(survivor, wire) == [(survivor.pk, "published"), (survivor.pk, "linked")]
    assert fresh(survivor).record["aliases"] == ["AIID-1", "AIID-2"]
    assert fresh(survivor).modified_at > survivor.modified_at


@pytest.mark.django_db
def test_public_wire_that_gains_no_name_is_left_alone():
    survivor = factories.make_published()
    folded(factories.make_draft(), survivor)
    assert changes(survivor) == [(survivor.pk, "published")]


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.REPORTER, Role.ADMINISTRATOR])
def test_only_an_editor_merges(role):
    wire, other = factories.make_draft(), factories.make_draft()
    with pytest.raises(NotAllowedError):
        lifecycle.merge(wire.pk, into=other.pk, by=factories.make_user(role), note="n")
    public, second = factories.make_published(), factories.make_published()
    with pytest.raises(NotAllowedError):
        lifecycle.ask(
            public.pk, Move.MERGE, by=factories.make_user(role), reason="r", into=second.pk
        )


@pytest.mark.django_db
def test_hidden_merge_needs_a_note_and_another_wire_that_stands():
    editor = factories.make_editor()
    wire, other = factories.make_draft(), factories.make_draft()
    with pytest.raises(RefusedError, match="with a note"):
        lifecycle.merge(wire.pk, into=other.pk, by=editor, note=" ")
    for nothing in (wire.pk, other.pk + 1000):
        with pytest.raises(RefusedError, match="Name another wire"):
            lifecycle.merge(wire.pk, into=nothing, by=editor, note="n")
    for gone in (factories.make_withdrawn(), folded(factories.make_draft(), other)):
        with pytest.raises(WrongStateError, match=f"{gone} is"):
            lifecycle.merge(wire.pk, into=gone.pk, by=editor, note="n")
    assert fresh(wire).state == "draft"


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize(
    "make", [factories.make_published, states.make_disputed, factories.make_withdrawn]
)
def test_public_wire_is_not_merged_by_one_editor(make):
    wire = make()
    with pytest.raises(WrongStateError, match=f"{wire} is {wire.state}"):
        folded(wire, factories.make_published())


# A public wire


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("make", [factories.make_published, states.make_disputed])
def test_public_wire_is_withdrawn_and_all_its_names_lead_to_the_other(make):
    survivor = factories.make_published(aliases=("AIID-1",))
    wire = make()
    done = merged(wire, survivor)
    said = f"Merged into {survivor}: {REASON}"
    assert (done.state, done.merged_into, done.public_reason) == ("withdrawn", survivor, said)
    assert done.withdrawn_at
    assert names(survivor) == {"AIID-1", wire.public_id}
    [*_, gone, grown] = changes(wire, survivor)
    assert (gone, grown) == ((wire.pk, "merged"), (survivor.pk, "linked"))
    assert done.record["merged_into"] == survivor.public_id
    assert done.record["body"] == ""
    stays = fresh(survivor).record
    assert stays["merged_into"] is None
    assert wire.public_id in stays["aliases"]
    # One notice, seen from both sides.
    notice = {"kind": "withdrawal", "text": said, "wire": wire.public_id,
              "related": survivor.public_id}  # fmt: skip
    for record in (done.record, stays):
        last = {k: v for k, v in record["notices"][-1].items() if k != "at"}
        assert last == notice


@pytest.mark.slow
@pytest.mark.django_db
def test_names_that_others_share_grow_with_it():
    third = factories.make_published(aliases=("AIID-3",), linked=("AIID-2",))
    survivor = factories.make_published(aliases=("AIID-1",))
    wire = factories.make_published(aliases=("AIID-2",))
    merged(wire, survivor)
    assert names(survivor) == {"AIID-1", "AIID-2", wire.public_id}
    assert {"AIID-1", wire.public_id} <= names(third, own=False)
    assert changes(third)[-1] == (third.pk, "linked")
    assert sorted(fresh(survivor).record["aliases"]) == sorted(
        {"AIID-1", "AIID-2", "AIID-3", wire.public_id}
    )


@pytest.mark.slow
@pytest.mark.django_db
def test_nobody_confirms_their_own_merge_nor_does_an_editor():
    senior = factories.make_user(Role.SENIOR)
    wire, other = factories.make_published(), factories.make_published()
    request = lifecycle.ask(wire.pk, Move.MERGE, by=senior, reason="r", into=other.pk)
    for by in (senior, factories.make_editor()):
        with pytest.raises(NotAllowedError):
            lifecycle.confirm(request.pk, by=by)
    assert fresh(wire).state == "published"


@pytest.mark.slow
@pytest.mark.django_db
def test_merge_is_asked_with_a_reason_into_a_public_wire_that_stands():
    editor = factories.make_editor()
    wire = factories.make_published()
    with pytest.raises(RefusedError, match="needs a reason"):
        lifecycle.ask(
            wire.pk, Move.MERGE, by=editor, reason=" ", into=factories.make_published().pk
        )
    for nothing in (None, wire.pk):
        with pytest.raises(RefusedError, match="Name another wire"):
            lifecycle.ask(wire.pk, Move.MERGE, by=editor, reason="r", into=nothing)
    for hidden in (
        factories.make_draft(),
        states.make_scheduled(),
        factories.make_withdrawn(),
    ):
        with pytest.raises(WrongStateError, match="a public wire that stands"):
            lifecycle.ask(wire.pk, Move.MERGE, by=editor, reason="r", into=hidden.pk)
    assert not wire.requests.exists()


@pytest.mark.slow
@pytest.mark.django_db
def test_merge_is_refused_when_the_other_has_gone_meanwhile():
    wire, other, third = (factories.make_published() for _ in range(3))
    request = asked(wire, other)
    merged(other, third)
    with pytest.raises(
        WrongStateError, match=f"{other} is withdrawn and was merged into {third}"
    ):
        lifecycle.confirm(request.pk, by=factories.make_user(Role.SENIOR))
    request.refresh_from_db()
    assert request.decided_at is None
    assert fresh(wire).state == "published"


@pytest.mark.slow
@pytest.mark.django_db
def test_chain_of_merges_leads_to_its_end():
    first, second, third = (factories.make_published() for _ in range(3))
    merged(first, second)
    merged(second, third)
    assert names(third) == {first.public_id, second.public_id}
    assert fresh(first).merged_into == second
    with pytest.raises(WrongStateError):
        asked(third, first)


@pytest.mark.slow
@pytest.mark.django_db
def test_what_has_ended_by_a_merge_stays_merged():
    wire, other = factories.make_published(), factories.make_published()
    merged(wire, other)
    for act in (
        lambda: asked(wire, factories.make_published()),
        lambda: lifecycle.ask(wire.pk, Move.RESOLVE, by=factories.make_editor(), reason="r"),
        lambda: folded(wire, factories.make_draft()),
    ):
        with pytest.raises(WrongStateError, match=f"{wire} is withdrawn"):
            act()


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("wire_is_merged_only_when_ended", {}),
        (
            "wire_merge_is_the_confirmed_one",
            {"state": "withdrawn", "withdrawn_at": timezone.now, "public_reason": "r"},
        ),
    ],
)
def test_database_refuses_a_merge_that_nobody_confirmed(rule, values):
    wire, other = factories.make_published(), factories.make_published()
    given = {name: value() if callable(value) else value for name, value in values.items()}
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Wire.objects.filter(pk=wire.pk).update(merged_into=other, **given)


@pytest.mark.django_db
def test_database_refuses_to_merge_elsewhere_or_into_itself():
    wire, other = factories.make_draft(), factories.make_draft()
    folded(wire, other)
    with pytest.raises(IntegrityError, match="wire_stays_merged"), transaction.atomic():
        Wire.objects.filter(pk=wire.pk).update(merged_into=factories.make_draft())
    gone = factories.make_draft()
    lifecycle.discard(gone.pk, by=factories.make_editor(), note="n")
    with pytest.raises(IntegrityError, match="into_one_that_stands"), transaction.atomic():
        Wire.objects.filter(pk=gone.pk).update(merged_into=gone)


# Two people at once


def at_once(*acts):
    """Run acts in threads that start together; return what each was told, empty where it was done."""
    start = threading.Barrier(len(acts))

    def attempt(act):
        try:
            start.wait(PATIENCE)
            with transaction.atomic():
                act()
                connection.run_on_commit.clear()  # no worker runs here
        except RefusedError as error:
            return str(error)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(acts)) as pool:
        running = [pool.submit(attempt, act) for act in acts]
        return [each.result(PATIENCE) for each in running]


def ended(one, other, told):
    """Check that of two opposite merges one was done; return the wire that stands."""
    assert sorted(map(bool, told)) == [False, True], told
    [word] = filter(None, told)
    gone = one if fresh(one).merged_into_id else other
    stands = other if gone == one else one
    assert fresh(gone).merged_into_id == stands.pk
    assert fresh(stands).merged_into_id is None
    assert word.startswith(f"{gone} is ")
    assert f"merged into {stands}" in word
    return stands


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_hidden_wires_merged_into_each_other_one_stands():
    one_editor, other_editor = factories.make_editor(), factories.make_editor()
    for _ in range(40):
        with transaction.atomic():
            one, other = factories.make_draft(), factories.make_draft()
            connection.run_on_commit.clear()
        told = at_once(
            lambda a=one, b=other: lifecycle.merge(a.pk, into=b.pk, by=one_editor, note="n"),
            lambda a=one, b=other: lifecycle.merge(b.pk, into=a.pk, by=other_editor, note="n"),
        )
        assert fresh(ended(one, other, told)).state == "draft"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_public_wires_merged_into_each_other_one_stands():
    seniors = [factories.make_user(Role.SENIOR) for _ in range(2)]
    for _ in range(20):
        with transaction.atomic():
            one, other = factories.make_published(), factories.make_published()
            requests = (asked(one, other), asked(other, one))
            connection.run_on_commit.clear()
        told = at_once(
            *(
                lambda by=by, pk=request.pk: lifecycle.confirm(pk, by=by)
                for by, request in zip(seniors, requests, strict=True)
            )
        )
        stands = ended(one, other, told)
        assert fresh(stands).state == "published"
        kinds = [kind for _, kind in changes(one, other)]
        assert sorted(kinds) == ["linked", "merged", "published", "published"]
    sequence = list(Change.objects.order_by("seq").values_list("seq", flat=True))
    assert sequence == list(range(1, len(sequence) + 1))
