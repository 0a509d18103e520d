"""The queue and the first page: what they list, in what order, and what they cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests import factories
from tests.wires.admin import test_acts as made
from tests.wires.admin.desk import make_proposal, page, post, review, signed_in
from wires import exhibits, lifecycle, tasks, taxonomy
from wires.models import Wire
from wires.models.user import Role

pytestmark = pytest.mark.django_db

QUEUE = "admin:wires_wire_changelist"


@pytest.fixture(autouse=True)
def codes():
    taxonomy.load()


def listed(client, query: str = "") -> list[str]:
    response = client.get(f"{reverse(QUEUE)}?{query}")
    assert response.status_code == 200
    return [str(wire) for wire in response.context["cl"].result_list]


@pytest.mark.slow
def test_waiting_wires_come_first_and_oldest_first():
    client, _ = signed_in(Role.EDITOR)
    wires = [factories.make_draft(), factories.make_reviewed(), factories.make_draft()]
    factories.make_published()
    assert listed(client) == [str(wire) for wire in wires]


@pytest.mark.slow
def test_filters_and_search_reach_every_state():
    client, _ = signed_in(Role.EDITOR)
    draft = factories.make_draft(headline="Robot falls into a fountain")
    public = factories.make_published(headline="Drone lands on a stage")
    grave = factories.make_reviewed(scale=3, scope=2)
    assert listed(client, "state__exact=published") == [str(public)]
    assert listed(client, "q=drone+stage") == [str(public)]
    assert listed(client, f"q={draft.public_id}") == [str(draft)]
    assert listed(client, "severity_verified__exact=SEV-2") == [str(grave)]
    assert listed(client, "event_class__exact=incident") == [str(grave)]
    assert listed(client, "shown=everything") == [str(draft), str(public), str(grave)]


def test_row_says_what_is_to_decide_and_leads_to_the_review():
    client, _ = signed_in(Role.EDITOR)
    wire = made.unsupported()
    make_proposal(wire)
    answer = page(client.get(reverse(QUEUE)))
    assert f'href="{review(wire)}"' in answer
    [row] = client.get(reverse(QUEUE)).context["cl"].result_list
    assert (row.stops, row.has_proposal) == (1, True)
    made.claims.dismiss(made.claim_of(wire).pk, by=factories.make_editor(), note="A title.")
    [row] = client.get(reverse(QUEUE)).context["cl"].result_list
    assert row.stops == 0


@pytest.mark.slow
def test_hundred_wires_cost_as_many_queries_as_one():
    client, _ = signed_in(Role.EDITOR)
    counts = []
    for more in (1, 99):
        for _ in range(more):
            factories.make_draft()
        with CaptureQueriesContext(connection) as queries:
            assert len(listed(client)) in (1, 100)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8


def test_first_page_says_what_waits_and_what_happened():
    client, editor = signed_in(Role.EDITOR)
    draft, public = factories.make_draft(), factories.make_published()
    lifecycle.ask(
        public.pk, lifecycle.MoveRequest.Move.DISPUTE, by=editor, reason="A party denies it."
    )
    run = exhibits.ask_run(draft.pk, "emergent", by=editor)
    response = client.get(reverse("admin:index"))
    shown, answer = response.context["dashboard"], page(response)
    counts = {queue.state: queue.count for queue in shown.queues}
    assert (counts["draft"], counts["published"], counts["withdrawn"]) == (1, 1, 0)
    assert shown.oldest == (draft,)
    assert [request.wire for request in shown.requests] == [public]
    assert shown.runs == (run,)
    assert [change.kind for change in shown.changes] == ["published"]
    assert f"Run {run.pk}, emergent" in answer


@pytest.mark.slow
def test_first_page_costs_the_same_for_a_long_queue():
    client, _ = signed_in(Role.EDITOR)
    counts = []
    for more in (1, 12):
        for _ in range(more):
            factories.make_published()
            factories.make_draft()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("admin:index")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20


def test_first_page_of_an_empty_archive_says_what_would_fill_it():
    client, _ = signed_in(Role.REPORTER)
    answer = page(client.get(reverse("admin:index")))
    for words in (
        "Nothing waits.",
        "No request is open.",
        "No run waits",
        "Nothing is public yet.",
    ):
        assert words in answer


@pytest.mark.slow
def test_queue_is_narrowed_by_age_and_by_the_gate():
    client, editor = signed_in(Role.EDITOR)
    fresh, old, public = (
        factories.make_reviewed(editor), factories.make_draft(), factories.make_published(editor),
    )  # fmt: skip
    Wire.objects.filter(pk=old.pk).update(filed_at=timezone.now() - timedelta(days=4))
    assert listed(client, "gate=unknown") == [str(old), str(fresh)]
    for wire in (fresh, old):
        tasks.check_claims(wire.current_id)
    assert listed(client, "age=3") == [str(old)]
    assert listed(client, "age=7") == []
    assert listed(client, "gate=open") == [str(fresh)]
    assert listed(client, "gate=closed") == [str(old)]
    assert listed(client, "gate=5") == [str(old)]
    assert listed(client, "gate=1") == []
    assert str(public) not in listed(client, "gate=unknown")


def test_gate_in_the_queue_follows_the_acts_of_the_desk():
    client, editor = signed_in(Role.EDITOR)
    wire = factories.make_reviewed(editor)
    post(client, wire, "remove", code="M2")
    assert listed(client, "gate=7") == [str(wire)]
    post(client, wire, "put", code="M2", claim=1)
    assert listed(client, "gate=open") == [str(wire)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("address", "status"),
    [("abc/change/", 404), ("\u0663/change/", 302), ("?gate=99999", 200), ("?gate=x", 200),
     ("?gate=99999999999999999999", 200), ("?attention=x", 200)],
)  # fmt: skip
def test_address_that_nobody_offers_is_no_fault_of_the_desk(address, status):
    client, _ = signed_in(Role.EDITOR)
    assert client.get(f"/admin/wires/wire/{address}").status_code == status
