"""Bulk work on the desk: seen before it is started, acted on by who may, marked in public."""

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.wires import test_batches as made
from tests.wires.admin.desk import page, post, review, signed_in
from wires import batches, taxonomy
from wires.batches import Selection
from wires.models import Batch
from wires.models.user import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
START = "/admin/wires/batch/start/"


@pytest.fixture(autouse=True)
def codes():
    taxonomy.load()


def address(batch) -> str:
    return reverse("admin:wires_batch_change", args=[batch.pk])


def given(**values):
    return {"title": "Launch archive", "states": ["draft"], **values}


def test_a_batch_is_seen_before_it_is_started():
    client, person = signed_in(Role.EDITOR)
    made.make_drafts(2)
    shown = page(client.post(START, given(look="1")))
    assert "<b>2</b> wires would be touched, <b>0</b> of them public" in shown
    assert not Batch.objects.exists()
    response = client.post(START, given(start="1"))
    batch = Batch.objects.get()
    assert response.url == address(batch)
    assert (batch.started_by, batch.selection["states"]) == (person, ["draft"])
    shown = page(client.get(response.url))
    assert "0 of 2 wires done" in shown
    assert "Launch archive" in page(client.get(reverse("admin:wires_batch_changelist")))


def test_the_brake_is_said_before_and_after():
    client, _ = signed_in(Role.EDITOR)
    made.make_public(1, ticked=1)
    shown = page(client.post(START, given(states=["published"], look="1")))
    assert "The brake holds it" in shown
    client.post(START, given(states=["published"], start="1"))
    shown = page(client.get(address(Batch.objects.get())))
    assert "a senior editor who did not start it" in shown
    assert 'value="confirm"' not in shown


@pytest.mark.parametrize(
    "typed",
    [{"title": ""}, {"states": []}, {"states": ["withdrawn"]}, {"filed_until": "soon"}],
)
def test_wrong_input_is_said(typed):
    client, _ = signed_in(Role.EDITOR)
    assert client.post(START, given(start="1", **typed)).status_code == 422
    assert not Batch.objects.exists()


def test_acts_follow_each_other():
    editor, person = signed_in(Role.EDITOR)
    senior, _ = signed_in(Role.SENIOR)
    made.make_public(1, ticked=1)
    batch = batches.start("b", Selection(("published",)), by=person)
    assert editor.post(address(batch), {"_act": "confirm"}).status_code == 403
    for client, act, left in (
        (senior, "confirm", "running"), (editor, "pause", "paused"),
        (editor, "resume", "running"), (senior, "undo", "undoing"),
    ):  # fmt: skip
        assert f'value="{act}"' in page(client.get(address(batch)))
        assert client.post(address(batch), {"_act": act}).status_code == 302
        batch.refresh_from_db()
        assert batch.progress == left
    assert editor.post(address(batch), {"_act": "pause"}).status_code == 409
    assert editor.post(address(batch), {"_act": "nonsense"}).status_code == 404


@pytest.mark.parametrize("role", [Role.REPORTER, Role.ADMINISTRATOR])
def test_bulk_work_is_not_for(role):
    client, _ = signed_in(role)
    made.make_drafts(1)
    assert client.post(START, given(start="1")).status_code == 403
    batch = batches.start("b", Selection(("draft",)), by=factories.make_editor())
    for act in ("pause", "undo", "resume", "confirm", "decline"):
        assert client.post(address(batch), {"_act": act}).status_code in (403, 409)
    assert 'name="_act"' not in page(client.get(address(batch)))
    batch.refresh_from_db()
    assert batch.progress == "running"


def test_mark_is_shown_until_an_editor_confirms():
    client, person = signed_in(Role.EDITOR)
    wires = made.make_public(10, ticked=1)
    wire = wires[0]
    made.finished(batches.start("Launch archive", Selection(("published",)), by=person))
    queue = reverse("admin:wires_wire_changelist")

    def shown():
        public = page(Client().get(f"/wires/{wire.public_id}/"))
        marked = client.get(f"{queue}?bulk=open").context["cl"].result_list
        return "bulk, not yet reviewed" in public, list(marked), page(client.get(review(wire)))

    public, marked, desk = shown()
    assert (public, marked) == (True, [wire])
    assert "Launch archive" in desk
    assert post(client, wire, "confirm_bulk").status_code == 302
    public, marked, desk = shown()
    assert (public, marked) == (False, [])
    assert 'value="confirm_bulk"' not in desk


def test_page_of_a_batch_names_what_it_left_alone():
    client, person = signed_in(Role.EDITOR)
    [wire] = made.make_drafts(1)
    batch = made.finished(batches.start("b", Selection(("draft",)), by=person))
    batches.review(wire.pk, by=person)
    batches.undo(batch.pk, by=person)
    made.finished(batch)
    assert f"An editor has decided on the codes of {wire} since." in page(
        client.get(address(batch))
    )


def test_page_of_a_batch_says_what_was_asked_for_and_who_stopped_it():
    client, person = signed_in(Role.EDITOR)
    made.make_drafts(1)
    batch = batches.start("b", Selection(("draft", "in_review"), uncoded=True), by=person)
    batches.pause(batch.pk, by=person)
    shown = page(client.get(address(batch)))
    assert "Asked for: wires that are draft, in review, without any code." in shown
    assert f"paused by {person.username}, " in shown
