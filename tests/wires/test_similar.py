"""Wires that may tell the same event: found by text, told with what else agrees."""

from datetime import date

import pytest
from django.db import connection

from tests import factories
from wires import lifecycle, proposing, similar, taxonomy
from wires.models import Embedding, Proposal, Wire
from wires.similar import Agreement, Likeness

pytestmark = pytest.mark.django_db
ENCODER = "e" * 64
DIMENSIONS = 384


def vector(*begin: float) -> list[float]:
    return [*begin, *[0.0] * (DIMENSIONS - len(begin))]


def embedded(begin, **values):
    wire = factories.make_draft(**values)
    Embedding.objects.create(version=wire.current, encoder=ENCODER, vector=vector(*begin))
    return wire


def likely(wire, begin=(1.0, 0.0)):
    return similar.likely(wire.current, tuple(vector(*begin)), encoder=ENCODER)


def named(found):
    return [likeness.wire for likeness in found]


def test_meaning_and_words_decide_together():
    wire = factories.make_draft()
    words = "A ferry of Umbra ran aground near Bergen.[^record]"
    near = embedded((1.0, 0.0), headline="Ferry runs aground", body=words)
    nearer_in_words = embedded((0.8, 0.6))
    far = embedded((0.0, 1.0), headline="Ferry runs aground", body=words)
    found = likely(wire)
    assert named(found) == [nearer_in_words.public_id, near.public_id, far.public_id]
    assert found[0].score > 0.8
    assert found[1].score == pytest.approx(0.5, abs=0.1)
    assert 0 <= found[2].score < 0.1


def test_three_at_most_and_never_itself():
    wire = embedded((1.0, 0.0))
    others = {embedded((1.0, 0.1 * n)).public_id for n in range(5)}
    found = named(likely(wire))
    assert len(found) == 3
    assert set(found) <= others


def test_only_texts_that_stand_and_only_of_the_same_encoder():
    editor = factories.make_editor()
    wire = factories.make_draft()
    gone, kept, merged = (embedded((1.0, 0.0)) for _ in range(3))
    lifecycle.discard(gone.pk, by=editor, note="Not an incident.")
    lifecycle.merge(merged.pk, into=kept.pk, by=editor, note="One event.")
    other = factories.make_draft()
    Embedding.objects.create(version=other.current, encoder="f" * 64, vector=vector(1.0))
    assert named(likely(wire)) == [kept.public_id]


def test_text_that_was_replaced_is_not_compared():
    editor = factories.make_editor()
    wire, other = factories.make_draft(), embedded((1.0, 0.0))
    lifecycle.revise(
        other.pk, by=editor, headline="Another", body=factories.BODY, note="Headline."
    )
    assert likely(wire) == []


DAY = date(2024, 5, 1)


def test_what_may_be_the_same_event_comes_before_what_only_reads_like_it():
    wire = factories.make_draft(occurred_on=DAY, providers=("Acme",))
    long_ago = embedded((1.0, 0.0), occurred_on=date(2021, 1, 1), providers=("Acme",))
    of_others = embedded((1.0, 0.05), occurred_on=DAY, providers=("Umbra",))
    alike = embedded((0.5, 0.87), occurred_on=date(2024, 5, 20), providers=("Acme", "Umbra"))
    found = likely(wire)
    assert named(found)[0] == alike.public_id
    assert set(named(found)[1:]) == {long_ago.public_id, of_others.public_id}
    assert found[0].score < found[1].score
    assert found[1].score >= found[2].score


@pytest.mark.slow
@pytest.mark.parametrize(
    ("values", "comes_first"),
    [
        ({"occurred_on": date(2024, 6, 1), "providers": ("Acme",)}, True),  # 31 days
        ({"occurred_on": date(2024, 6, 2), "providers": ("Acme",)}, False),
        ({"occurred_on": date(2024, 3, 31), "providers": ("Acme",)}, True),
        ({"occurred_on": None, "providers": ("Acme",)}, True),
        ({"occurred_on": DAY, "providers": ()}, True),
        ({"occurred_on": DAY, "providers": ("Umbra",)}, False),
        ({"occurred_on": date(2020, 1, 1), "providers": (), "linked": ("AIID-6",)}, True),
    ],
)
def test_window_and_entity_are_held_against_what_is_known(values, comes_first):
    wire = factories.make_draft(occurred_on=DAY, providers=("Acme",), aliases=("AIID-6",))
    far = embedded((0.0, 1.0), **values)
    other = embedded((1.0, 0.0), occurred_on=date(2019, 1, 1), providers=("Umbra",))
    expected = [far, other] if comes_first else [other, far]
    assert named(likely(wire)) == [one.public_id for one in expected]


def test_where_nothing_is_known_of_a_wire_the_text_alone_decides():
    wire = factories.make_draft(providers=())
    far = embedded((0.0, 1.0), occurred_on=DAY)
    near = embedded((1.0, 0.0), occurred_on=date(2019, 1, 1), providers=("Umbra",))
    assert named(likely(wire)) == [near.public_id, far.public_id]


@pytest.mark.slow
def test_the_index_is_searched_past_texts_that_do_not_stand():
    """Two hundred discarded drafts are nearer than the only wire that stands."""
    wire = factories.make_draft(occurred_on=DAY, providers=("Acme",))
    stands = embedded((0.6, 0.8), occurred_on=date(2019, 1, 1), providers=("Umbra",))
    gone = [embedded((1.0, 0.001 * n)) for n in range(200)]
    Wire.objects.filter(pk__in=[one.pk for one in gone]).update(state="discarded")
    with connection.cursor() as cursor:  # as the planner has it where there are many
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    assert named(likely(wire)) == [stands.public_id]


@pytest.mark.parametrize(
    ("mine", "theirs", "days"),
    [
        (date(2024, 5, 1), date(2024, 5, 1), 0),
        (date(2024, 5, 4), date(2024, 5, 1), 3),
        (date(2024, 5, 1), date(2024, 5, 4), 3),
        (None, date(2024, 5, 1), None),
        (None, None, None),
    ],
)
def test_dates_agree_or_are_not_known(mine, theirs, days):
    one, other = (factories.make_draft(occurred_on=on) for on in (mine, theirs))
    assert Agreement.between(one, other).days == days


def test_providers_and_ids_that_both_have_are_named():
    one = factories.make_draft(providers=("Acme", "Umbra"), aliases=("AIID-6",))
    other = factories.make_draft(providers=("Umbra", "Acme", "Solo"), linked=("AIID-6",))
    stranger = factories.make_draft(providers=("Solo",), aliases=("AIID-7",))
    assert Agreement.between(one, other).providers == ("Acme", "Umbra")
    assert Agreement.between(one, other).names == ("AIID-6",)
    assert Agreement.between(one, stranger) == Agreement(None, (), ())


def test_what_is_stored_is_read_back_and_an_older_one_too():
    likeness = Likeness("AIW-2025-0001", 0.5, Agreement(3, ("Acme",), ("AIID-6",)))
    assert Likeness.from_json(likeness.as_json()) == likeness
    older = Likeness.from_json({"wire": "AIW-2025-0001", "score": 0.5})
    assert older.agreement == Agreement(None, (), ())


@pytest.mark.slow
def test_queries_do_not_grow_with_the_archive(django_assert_num_queries):
    wire = factories.make_draft()
    for size in (1, 5):
        for _ in range(size):
            embedded((1.0, 0.0), aliases=())
        fresh = type(wire).objects.select_related("current").get(pk=wire.pk)
        version = fresh.current
        version.wire = fresh
        with django_assert_num_queries(10):
            similar.likely(version, tuple(vector(1.0)), encoder=ENCODER)


@pytest.mark.slow
def test_proposal_keeps_what_the_real_encoder_finds():
    taxonomy.load()
    twin = factories.make_draft(
        headline="Acme's bot made up a rule on refunds",
        body="The chatbot of Acme told a customer of a refund rule that it had invented.[^record]",
        occurred_on=date(2024, 5, 2), linked=("AIID-6",),
    )  # fmt: skip
    stranger = factories.make_draft(
        headline="A delivery robot blocks a wheelchair ramp", providers=("Rollo",),
        body="A delivery robot stood on a ramp in Leeds for an hour.[^record]",
    )  # fmt: skip
    wire = factories.make_draft(occurred_on=date(2024, 5, 4), aliases=("AIID-6",))
    for each in (twin, stranger, wire):
        proposing.propose(each.current.pk)
    first, second = Proposal.objects.get(version=wire.current).similar
    assert (first["wire"], second["wire"]) == (twin.public_id, stranger.public_id)
    assert first["score"] > second["score"]
    assert (first["days"], first["providers"], first["names"]) == (2, ["Acme"], ["AIID-6"])
    assert (second["days"], second["providers"], second["names"]) == (None, [], [])
