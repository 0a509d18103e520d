"""Every move, in every state, by every role, through every door that takes a request."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests import factories
from tests.wires.admin import test_acts as made
from tests.wires.admin.desk import BACKEND, make_person, page, post, review
from wires import lifecycle, taxonomy
from wires.models import Change, Event, Wire
from wires.models.user import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
State = Wire.State
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
