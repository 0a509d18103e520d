"""Names that lead to wires: they join wires in both directions and over any number of steps,
but nothing of a wire that waits reaches a public one.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories
from wires import aliases, lifecycle
from wires.aliases import Names
from wires.models import Alias, Change, Wire
from wires.models.user import Role

pytestmark = pytest.mark.django_db


def names_of(wire):
    return set(Alias.objects.filter(wire=wire).values_list("name", flat=True))


def own_of(wire):
    return set(Alias.objects.filter(wire=wire, is_own=True).values_list("name", flat=True))


@pytest.fixture
def reporter():
    return factories.make_user(Role.REPORTER)


@pytest.fixture
def draft(reporter):
    return lambda *own, linked=(): factories.make_draft(reporter, aliases=own, linked=linked)


@pytest.fixture
def reviewed():
    editor = factories.make_editor()
    return lambda *own, linked=(): factories.make_reviewed(editor, aliases=own, linked=linked)


def publish(wire):
    return lifecycle.publish(wire.pk, by=factories.make_editor())


def test_own_name_leads_to_one_wire_and_is_never_taken_from_it(draft):
    first, second = draft("AIID-1"), draft("AIID-1", "AIID-2")
    assert (own_of(first), own_of(second)) == ({"AIID-1"}, {"AIID-2"})
    assert names_of(first) == names_of(second) == {"AIID-1", "AIID-2"}
    assert {n: w.pk for n, w in aliases.owners(["AIID-1", "AIID-2", "AIID-3"]).items()} == {
        "AIID-1": first.pk, "AIID-2": second.pk,
    }  # fmt: skip


def test_names_join_over_many_steps_in_whatever_order_wires_are_filed(draft):
    first, last = draft("A", linked=["x"]), draft("C", linked=["y"])
    assert (names_of(first), names_of(last)) == ({"A", "x"}, {"C", "y"})
    apart = draft("D", linked=["z"])
    middle = draft("B", linked=["x", "y"])
    assert names_of(first) == names_of(middle) == names_of(last) == {"A", "B", "C", "x", "y"}
    assert names_of(apart) == {"D", "z"}
    assert (own_of(first), own_of(middle)) == ({"A"}, {"B"})


@pytest.mark.slow
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sets(st.sampled_from("abcdefg"), max_size=3), min_size=1, max_size=6))
def test_wires_that_names_connect_carry_the_same_names(reporter, linked):
    wires = [
        factories.make_draft(reporter, aliases=(), linked=tuple(sorted(names)))
        for names in linked
    ]
    for wire, names in zip(wires, linked, strict=True):
        expected, size = set(names), -1
        while size != len(expected):
            size = len(expected)
            expected.update(*(other for other in linked if other & expected))
        assert names_of(wire) == expected
    Alias.objects.all().delete()


@pytest.mark.slow
def test_a_name_of_a_waiting_wire_stays_from_a_public_one_until_it_is_public_itself(reviewed):
    public = publish(reviewed("AIID-1", linked=["OECD-1"]))
    before = public.record
    waiting = reviewed("AIID-2", linked=["OECD-1", "OECD-2"])
    assert names_of(waiting) == {"AIID-1", "AIID-2", "OECD-1", "OECD-2"}
    assert names_of(public) == {"AIID-1", "OECD-1"}
    public.refresh_from_db()
    assert public.record == before
    publish(waiting)
    public.refresh_from_db()
    assert set(public.record["aliases"]) == {"AIID-1", "AIID-2", "OECD-1", "OECD-2"}
    changes = Change.objects.order_by("seq").values_list("wire", "kind")
    assert list(changes)[-2:] == [(waiting.pk, "published"), (public.pk, "linked")]


def test_a_published_wire_leaves_behind_what_it_has_through_one_that_waits(reviewed):
    hidden = reviewed("AVID-9", linked=["OECD-1"])
    wire = reviewed("AIID-1", linked=["OECD-1"])
    assert names_of(wire) == {"AIID-1", "AVID-9", "OECD-1"}
    published = publish(wire)
    assert set(published.record["aliases"]) == names_of(wire) == {"AIID-1", "OECD-1"}
    assert names_of(hidden) == {"AIID-1", "AVID-9", "OECD-1"}


@pytest.mark.slow
def test_two_public_wires_are_not_joined_by_one_that_waits(reviewed):
    first, second = publish(reviewed("A", linked=["x"])), publish(reviewed("B", linked=["y"]))
    bridge = reviewed("C", linked=["x", "y"])
    third = publish(reviewed("D", linked=["y"]))
    assert names_of(first) == {"A", "x"}
    assert names_of(second) == names_of(third) == {"B", "D", "y"}
    publish(bridge)
    for wire in (first, second, third, bridge):
        assert names_of(wire) == {"A", "B", "C", "D", "x", "y"}
        wire.refresh_from_db()
        assert set(wire.record["aliases"]) == names_of(wire)


def test_a_name_that_a_filing_states_itself_is_published_with_it(reviewed):
    reviewed("AIID-6")
    assert set(publish(reviewed("AML.CS0009", linked=["AIID-6"])).record["aliases"]) == {
        "AIID-6", "AML.CS0009",
    }  # fmt: skip


@pytest.mark.slow
def test_publication_that_joins_nothing_is_one_change(reviewed):
    publish(reviewed("A", linked=["x"]))
    before = Change.objects.count()
    publish(reviewed("B", linked=["y"]))
    assert Change.objects.count() == before + 1


def test_a_discarded_wire_joins_nobody(draft, reviewed):
    gone = reviewed("A", linked=["x", "y"])
    lifecycle.discard(gone.pk, by=factories.make_editor(), note="Not about a system.")
    assert names_of(draft("B", linked=["x"])) == {"B", "x"}


def test_given_again_is_given_once(draft):
    wire = draft("A", linked=["x"])
    rows = set(Alias.objects.values_list("pk", flat=True))
    aliases.give({wire.pk: Names(own=("A",), linked=("x",))})
    assert set(Alias.objects.values_list("pk", flat=True)) == rows
    aliases.give({wire.pk: Names(own=("x",))})
    assert own_of(wire) == {"A", "x"}


@pytest.mark.slow
def test_names_of_a_wire_merged_away_lead_to_the_one_that_stays(reviewed):
    stays = publish(reviewed("A", linked=["x"]))
    neighbour = publish(reviewed("N", linked=["x"]))
    gone = publish(reviewed("B", linked=["y"]))
    grown = aliases.take_over(stays, gone)
    assert own_of(stays) == {"A", "B", gone.public_id}
    assert own_of(gone) == set()
    assert {wire.pk for wire in grown} == {stays.pk, neighbour.pk}
    assert names_of(neighbour) == {"A", "B", "N", "x", "y", gone.public_id}


def test_a_draft_merged_away_leaves_its_id_and_its_neighbours_names_unsaid(draft, reviewed):
    stays = publish(reviewed("A"))
    draft("HIDDEN", linked=["y"])
    gone = draft("B", linked=["y"])
    assert [wire.pk for wire in aliases.take_over(stays, gone)] == [stays.pk]
    assert names_of(stays) == {"A", "B", "y"}


def test_a_wire_that_waits_takes_over_and_joins_those_that_wait(draft):
    stays, gone, neighbour = draft("A"), draft("B", linked=["y"]), draft("C", linked=["y"])
    assert aliases.take_over(stays, gone) == []
    assert names_of(stays) == names_of(neighbour) == {"A", "B", "C", "y"}
    assert Wire.objects.get(pk=stays.pk).aliases.filter(is_own=True).count() == 2


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_filing_and_publishing_at_once_lose_no_name_and_never_lock_each_other_out():
    rounds, each = 8, 5
    editor, reporter = factories.make_editor(), factories.make_user(Role.REPORTER)
    with transaction.atomic():
        waiting = [
            factories.make_reviewed(editor, aliases=(f"A-{n}",), linked=(f"x-{n % 3}",))
            for n in range(rounds)
        ]
        connection.run_on_commit.clear()  # no worker runs here

    def work(task):
        try:
            return task()
        finally:
            connection.close()

    def publish_all():
        return [lifecycle.publish(wire.pk, by=editor) for wire in waiting]

    def edit_all():
        return [lifecycle.remark(wire.pk, by=editor, note="Read.") for wire in waiting]

    def file_some(name):
        filings = (
            factories.make_filing(
                record=f"{name}-{n}", aliases=(f"{name}-{n}",), linked=(f"x-{n % 3}",)
            )
            for n in range(rounds * each)
        )
        return list(lifecycle.file_all(filings, by=reporter))

    tasks = [publish_all, edit_all, partial(file_some, "B"), partial(file_some, "C")]
    with ThreadPoolExecutor(len(tasks)) as pool:
        for done in [pool.submit(work, task) for task in tasks]:
            done.result(timeout=120)
    for group in range(3):
        sharing = Wire.objects.filter(aliases__name=f"x-{group}")
        public = [wire for wire in sharing if wire.is_public]
        mine = {f"A-{n}" for n in range(group, rounds, 3)} | {f"x-{group}"}
        assert all(names_of(wire) == mine == set(wire.record["aliases"]) for wire in public)
        assert len({frozenset(names_of(w)) for w in sharing if not w.is_public}) == 1
