"""Two editors act on one wire at the same moment: one of them is told so, and nothing is lost."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from classifier.models import ClassifierVersion
from tests import factories
from wires import claims, coding, lifecycle
from wires.models import Change, Code, Event, MoveRequest, Proposal, ProposedCode, Wire
from wires.models.user import Role
from wires.refusals import RefusedError

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROUNDS = 200
PATIENCE = 30  # seconds

# What two people try at once, by what each writes to the desk's history. Of the first pairs
# only one can succeed; of the last ones both must.
RIVALS = [
    ("publish", "publish"),
    ("publish", "discard"),
    ("publish", "send_back"),
    ("publish", "schedule"),
    ("schedule", "discard"),
    ("send_back", "discard"),
    ("send_back", "schedule"),
]
FRIENDS = [("put", "override"), ("put", "reason"), ("remark", "publish")]
ACTS = {
    "publish": lambda wire, by: lifecycle.publish(wire.pk, by=by),
    "schedule": lambda wire, by: lifecycle.schedule(
        wire.pk, by=by, at=timezone.now() + timedelta(hours=1)
    ),
    "discard": lambda wire, by: lifecycle.discard(wire.pk, by=by, note="not ours"),
    "send_back": lambda wire, by: lifecycle.send_back(wire.pk, by=by, note="more sources"),
    "put": lambda wire, by: coding.put(wire.pk, "F7", by=by, claim=3, rank=2),
    "override": lambda wire, by: claims.override(
        wire.current.claims.get(n=3).pk, by=by, note="The tribunal's file says it."
    ),
    "reason": lambda wire, by: coding.reason(
        wire.pk, by=by, system="The chatbot of Acme", act="invented a refund rule",
        harm="one customer of Acme lost money", result="contributory",
        counterfactual="Had the chatbot of Acme not invented it, nobody had relied on it.",
    ),
    "remark": lambda wire, by: lifecycle.remark(wire.pk, by=by, note="seen"),
}  # fmt: skip
WRITES = {
    "publish": "published", "schedule": "scheduled", "discard": "discarded",
    "send_back": "sent back", "put": "code put", "override": "claim overridden",
    "reason": "reasoned", "remark": "remark",
}  # fmt: skip


@pytest.fixture
def people():
    return factories.make_editor(), factories.make_editor()


def at_once(acts, people, wire):
    """Run two acts in two threads that start together; return what each was told."""
    start = threading.Barrier(2)

    def attempt(name, by):
        try:
            start.wait(PATIENCE)
            with transaction.atomic():  # as a request of the desk does
                ACTS[name](Wire.objects.get(pk=wire.pk), by)
                connection.run_on_commit.clear()  # no worker runs here
        except RefusedError as error:
            return str(error)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(attempt, *each) for each in zip(acts, people, strict=True)]
        return [each.result(PATIENCE) for each in running]


def written(wire, acts):
    names = [WRITES[name] for name in acts]
    return list(Event.objects.filter(wire=wire, act__in=names).values_list("act", "by"))


def test_of_two_rival_acts_one_is_done_and_the_other_told(people):
    for number in range(ROUNDS):
        acts = RIVALS[number % len(RIVALS)]
        with transaction.atomic():
            wire = factories.make_reviewed(people[0])
            connection.run_on_commit.clear()
        before = set(written(wire, acts))
        told = at_once(acts, people, wire)
        wire.refresh_from_db()
        done = [
            (WRITES[a], by.pk)
            for a, by, word in zip(acts, people, told, strict=True)
            if not word
        ]
        # A wire that was sent back, or scheduled, may still be discarded: then both were in time.
        in_turn = acts[1] == "discard" and acts[0] in ("schedule", "send_back")
        assert len(done) == 1 or (in_turn and len(done) == 2 and wire.state == "discarded"), (
            told
        )
        assert sorted(set(written(wire, acts)) - before) == sorted(done)
        for word in filter(None, told):
            assert word.startswith(f"{wire} is "), (
                word
            )  # what it is now, and what it would have to be
        published = Change.objects.filter(wire=wire).count()
        assert published == (wire.state == Wire.State.PUBLISHED)
    assert list(Change.objects.order_by("seq").values_list("seq", flat=True)) == list(
        range(1, Change.objects.count() + 1)
    )


def test_of_two_acts_that_bear_each_other_none_is_lost(people):
    for number in range(ROUNDS):
        acts = FRIENDS[number % len(FRIENDS)]
        with transaction.atomic():
            wire = factories.make_reviewed(people[0])
            connection.run_on_commit.clear()
        before = len(written(wire, acts))
        assert at_once(acts, people, wire) == ["", ""]
        assert len(written(wire, acts)) == before + 2


def test_of_two_who_confirm_one_request_one_is_told(people):
    for _ in range(ROUNDS // 4):
        with transaction.atomic():
            wire = factories.make_reviewed(people[0], scale=3)
            request = lifecycle.ask(wire.pk, MoveRequest.Move.PUBLISH, by=people[0])
            connection.run_on_commit.clear()
        seniors = [factories.make_user(Role.SENIOR) for _ in range(2)]
        ACTS["confirm"] = lambda _wire, by, pk=request.pk: lifecycle.confirm(pk, by=by)
        told = at_once(("confirm", "confirm"), seniors, wire)
        assert sorted(map(bool, told)) == [False, True]
        assert Change.objects.filter(wire=wire).count() == 1


@pytest.mark.parametrize("rival", ["discard", "send_back"])
def test_confirmation_and_a_move_back_are_taken_one_after_the_other(people, rival):
    senior = factories.make_user(Role.SENIOR)
    for _ in range(ROUNDS // 4):
        with transaction.atomic():
            wire = factories.make_reviewed(people[0], scale=3)
            request = lifecycle.ask(wire.pk, MoveRequest.Move.PUBLISH, by=people[0])
            connection.run_on_commit.clear()
        ACTS["confirm"] = lambda _wire, by, pk=request.pk: lifecycle.confirm(pk, by=by)
        told = at_once(("confirm", rival), (senior, people[1]), wire)
        assert sorted(map(bool, told)) == [False, True], told
        wire.refresh_from_db()
        published = wire.state == Wire.State.PUBLISHED
        assert published == (not told[0])
        assert Change.objects.filter(wire=wire).count() == published
        assert not MoveRequest.objects.filter(wire=wire, decided_at=None).exists()


def test_of_two_decisions_on_one_proposed_code_the_last_stands_whole(people):
    """Accepting and rejecting at once leaves the decision and the coding in agreement."""
    for _ in range(ROUNDS // 4):
        with transaction.atomic():
            wire = factories.make_reviewed(people[0])
            proposed = _proposed(wire)
            connection.run_on_commit.clear()
        ACTS["accept"] = lambda _w, by, pk=proposed.pk: coding.accept(pk, by=by, claim=1)
        ACTS["reject"] = lambda _w, by, pk=proposed.pk: coding.reject(pk, by=by)
        at_once(("accept", "reject"), people, wire)
        proposed.refresh_from_db()
        stands = wire.codings.filter(code=proposed.code).exists()
        assert stands == (proposed.decision == ProposedCode.Decision.ACCEPTED)


def _proposed(wire):
    classifier, _ = ClassifierVersion.objects.get_or_create(
        digest="a" * 64,
        defaults={
            "encoder": "test", "encoder_digest": "b" * 64, "definitions_digest": "c" * 64,
            "checker": "test",
        },
    )  # fmt: skip
    proposal = Proposal.objects.create(
        version=wire.current, classifier=classifier, abstained=False
    )
    code = Code.objects.get(code="F7")
    return ProposedCode.objects.create(proposal=proposal, code=code, score=0.5, ticked=True)
