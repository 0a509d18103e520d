"""Every move, in every state, by every role, through every door that takes a request."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests import factories
from tests.wires.admin import test_acts as made
from tests.wires.admin.desk import BACKEND, make_person, page, post, review
from wires import lifecycle, taxonomy
from wires.models import Change, Event, MoveRequest, User, Wire
from wires.models.user import Role
from wires.severity import FACTORS

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
State = Wire.State
Move = MoveRequest.Move
DESK = {Role.EDITOR, Role.SENIOR}
UNPUBLISHED = {State.DRAFT, State.IN_REVIEW, State.SCHEDULED}

# The design's table: from which states a form may start a move. All of them are an editor's;
# a reporter submits a draft of their own, which another test shows.
STARTS = {
    "submit": {State.DRAFT},
    "send_back": {State.IN_REVIEW},
    "publish": {State.IN_REVIEW},
    "schedule": {State.IN_REVIEW},
    "unschedule": {State.SCHEDULED},
    "amend": {State.PUBLISHED},
    "discard": UNPUBLISHED,
    "merge": UNPUBLISHED,
    "ask_publish": {State.IN_REVIEW},
    "ask_dispute": {State.PUBLISHED},
    "ask_resolve": {State.DISPUTED},
    "ask_withdraw": {State.PUBLISHED, State.DISPUTED},
    "ask_merge": {State.PUBLISHED, State.DISPUTED},
    "ask_regrade": {State.PUBLISHED, State.DISPUTED},
}


def in_state(state: str) -> Wire:
    """A wire in this state; the published one has a new text that could be put in place."""
    ways = {
        State.DRAFT: factories.make_draft,
        State.IN_REVIEW: factories.make_reviewed,
        State.SCHEDULED: made.scheduled,
        State.PUBLISHED: made.waiting,
        State.DISPUTED: made.disputed,
        State.WITHDRAWN: factories.make_withdrawn,
        State.DISCARDED: discarded,
    }
    return ways[State(state)]()


def discarded() -> Wire:
    editor = factories.make_editor()
    return lifecycle.discard(factories.make_draft().pk, by=editor, note="Not ours.")


def everything(wire: Wire) -> tuple[object, ...]:
    row = Wire.objects.values().get(pk=wire.pk)
    return row, Event.objects.count(), Change.objects.count()


def signed_in(role: Role | None) -> Client:
    client = Client()
    client.force_login(make_person(*([role] if role else [])), backend=BACKEND)
    return client


@pytest.fixture(autouse=True)
def codes():
    taxonomy.load()


@pytest.mark.parametrize("state", State.values)
def test_the_desk_makes_a_move_only_as_designed(state):
    wire, other = in_state(state), factories.make_published()
    typed = {
        **made.CLASSED, **made.GRAVER,
        "note": "A note.", "reason": "A reason.", "notice": "A notice.", "into": other.public_id,
        "at": (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"),
    }  # fmt: skip
    clients = {role: signed_in(role) for role in (None, *Role)}
    before, wrong = everything(wire), []
    for act, starts in STARTS.items():
        for role, client in clients.items():
            with transaction.atomic():
                response = post(client, wire, act, **typed)
                moved = everything(wire) != before
                may = role in DESK and state in starts
                # Whoever has no role is led to the sign-in page.
                statuses = (302,) if may or role is None else (403, 409)
                if moved != may or response.status_code not in statuses:
                    wrong.append((act, role, response.status_code, moved))
                transaction.set_rollback(True)
    assert wrong == []


def asked_to(move: str, state: str) -> tuple[MoveRequest, User]:
    """A request for this move of a wire in this state, open, and the editor who asked for it.

    Where the design has no such request it is put there, round Python.
    """
    into = factories.make_published() if move == Move.MERGE else None
    wire = made.grave() if state == State.IN_REVIEW else in_state(state)
    asker = make_person(Role.EDITOR)
    factors = {name: {"value": 3, "claim": 2} for name in FACTORS}
    detail = {**made.CLASSED, "factors": factors} if move == Move.REGRADE else {}
    if state in lifecycle.STARTS[Move(move)]:
        request = lifecycle.ask(
            wire.pk, Move(move), by=asker, reason="A reason.", into=into.pk if into else None,
            detail=detail,
        )  # fmt: skip
    else:
        request = MoveRequest.objects.create(
            wire=wire, move=move, reason="A reason.", asked_by=asker, into=into,
            detail={"version": 1, "classing": {**detail, "override": "", "note": ""}},
        )  # fmt: skip
    return request, asker


def decided(request: MoveRequest, client: Client, act: str) -> tuple[int, bool]:
    """Post a decision that is rolled back; returns the answer's status and whether it was taken."""
    with transaction.atomic():
        response = post(client, request.wire, act, request=request.pk, note="A note.")
        row = MoveRequest.objects.get(pk=request.pk)
        transaction.set_rollback(True)
    return response.status_code, row.confirmed is (act == "confirm")


@pytest.mark.parametrize("state", State.values)
@pytest.mark.parametrize("move", Move.values)
def test_a_request_is_confirmed_by_who_may_and_in_its_states_alone(move, state):
    request, asker = asked_to(move, state)
    clients = {role: signed_in(role) for role in (None, *Role)}
    may = DESK if move == Move.PUBLISH else {Role.SENIOR}
    wrong = []
    for role, client in clients.items():
        starts = state in lifecycle.STARTS[Move(move)]
        told = {
            "confirm": (role in may and starts, (403, 409)),
            "decline": (role in may, (403,)),
        }
        for act, (allowed, refusals) in told.items():
            status, taken = decided(request, client, act)
            statuses = (302,) if allowed or role is None else refusals
            if taken != allowed or status not in statuses:
                wrong.append((act, role, status, taken))
    own = Client()
    own.force_login(asker, backend=BACKEND)
    assert decided(request, own, "confirm")[1] is False
    assert decided(request, own, "decline") == (302, True)
    asker.groups.clear()
    asker.join(Role.ADMINISTRATOR)
    assert decided(request, own, "decline") == (403, False)
    assert 'value="decline"' not in page(own.get(review(request.wire)))
    assert wrong == []


@pytest.mark.parametrize("move", Move.values)
@pytest.mark.parametrize("is_active", [True, False])
@pytest.mark.parametrize("role", [None, *Role])
def test_the_database_asks_who_decides_a_request(move, role, is_active):
    start = min(lifecycle.STARTS[Move(move)])
    request, _ = asked_to(move, start)
    by = make_person(*([role] if role else []), is_active=is_active)
    decide = {"decided_by": by, "decided_at": timezone.now(), "confirmed": True}
    rows = MoveRequest.objects.filter(pk=request.pk)
    if is_active and role in (DESK if move == Move.PUBLISH else {Role.SENIOR}):
        assert rows.update(**decide) == 1
        with (
            pytest.raises(IntegrityError, match="by_its_decision_alone"),
            transaction.atomic(),
        ):
            rows.update(confirmed=False)
    else:
        with (
            pytest.raises(IntegrityError, match="request_is_confirmed_by_who_may"),
            transaction.atomic(),
        ):
            rows.update(**decide)
    with (
        pytest.raises(IntegrityError, match="request_changes_by_its_decision_alone"),
        transaction.atomic(),
    ):
        rows.update(reason="Another reason.")
    with (
        pytest.raises(IntegrityError, match="request_is_never_deleted"),
        transaction.atomic(),
    ):
        rows.delete()


@pytest.mark.parametrize("state", State.values)
@pytest.mark.parametrize("role", [Role.REPORTER, Role.EDITOR, Role.SENIOR, Role.ADMINISTRATOR])
def test_a_form_is_offered_only_where_it_may_be_used(state, role):
    wire = in_state(state)
    shown = page(signed_in(role).get(review(wire)))
    offered = {act for act in STARTS if f'name="_act" value="{act}"' in shown}
    allowed = {act for act, starts in STARTS.items() if role in DESK and state in starts}
    allowed -= {"ask_publish"}  # is offered in place of `publish` where two have to decide
    assert offered == allowed


@pytest.mark.parametrize("state", State.values)
def test_no_plain_form_and_no_door_of_the_public_moves_a_wire(state):
    wire = in_state(state)
    before = everything(wire)
    client = signed_in(Role.SENIOR)
    plain = [
        reverse("admin:wires_wire_change", args=[wire.pk]),
        reverse("admin:wires_wire_delete", args=[wire.pk]),
        reverse("admin:wires_wire_add"),
        reverse("admin:wires_wire_changelist"),
    ]
    public = [
        f"/wires/{wire.public_id}/", f"/api/v1/wires/{wire.public_id}/", "/api/v1/wires/",
        "/api/v1/changes/", "/api/v1/exports/wires.csv", "/search/", "/",
    ]  # fmt: skip
    data = {"state": "published", "_selected_action": wire.pk, "action": "delete_selected"}
    for address in plain:
        assert client.post(address, data).status_code in (200, 302, 403), address
    for address in public:
        for method in ("post", "put", "patch", "delete"):
            response = getattr(client, method)(address, data, content_type="application/json")
            assert response.status_code in (404, 405), (method, address)
    assert everything(wire) == before
