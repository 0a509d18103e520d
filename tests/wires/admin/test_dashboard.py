"""The first page of the desk: what is late, lost, waiting or disagreed with."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests import factories
from tests.wires.admin.desk import make_proposal, page, signed_in
from wires import coding, lifecycle, taxonomy
from wires.admin import dashboard
from wires.models import Code, Fetch, ProposedCode, Source, Wire
from wires.models.user import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    taxonomy.load()
    return signed_in(Role.EDITOR)


def front(client) -> str:
    return page(client.get(reverse("admin:index")))


def test_ages_count_what_waits(editor):
    client, person = editor
    old, _ = factories.make_draft(), factories.make_draft()
    Wire.objects.filter(pk=old.pk).update(filed_at=timezone.now() - timedelta(days=8))
    Wire.objects.filter(pk=factories.make_published(person).pk).update(
        filed_at=timezone.now() - timedelta(days=40)
    )
    assert [age.count for age in dashboard.read(person).ages] == [1, 1, 1, 0]
    assert "?age=7" in front(client)


def test_agreement_counts_what_editors_decided(editor):
    _, person = editor
    wire = factories.make_reviewed(person)
    proposal = make_proposal(wire)
    proposed = {
        code: ProposedCode.objects.create(
            proposal=proposal, code=Code.objects.get(code=code), score=0.5, ticked=ticked
        )
        for code, ticked in (("M3", True), ("F7", True), ("F8", False))
    }
    coding.accept(proposed["F7"].pk, by=person, claim=1)
    coding.reject(proposed["M3"].pk, by=person)
    ticked, listed, covered = dashboard.read(person).agreement
    assert (ticked.part, ticked.whole, ticked.percent) == (1, 2, 50)
    assert (listed.part, listed.whole, listed.percent) == (0, 0, None)
    assert (covered.part, covered.whole) == (1, 3)  # M2 and F6 were put by hand


@pytest.mark.slow
def test_overdue_embargo_and_one_that_was_sent_back_are_told(editor):
    client, person = editor
    late, shut = factories.make_reviewed(person), factories.make_reviewed(person)
    for wire in (late, shut):
        lifecycle.schedule(wire.pk, by=person, at=timezone.now() + timedelta(hours=1))
    assert "Embargoes" not in front(client)
    coding.reason(shut.pk, by=person, system="", act="", harm="", counterfactual="", result="")
    Wire.objects.filter(pk=shut.pk).update(scheduled_for=timezone.now())
    lifecycle.publish_due()
    Wire.objects.filter(pk=late.pk).update(scheduled_for=timezone.now() - timedelta(minutes=5))
    shown = dashboard.read(person)
    assert shown.overdue == (late,)
    assert [alert.wire for alert in shown.alerts] == [shut]
    assert "Is a worker running?" in front(client)
    lifecycle.send_back(shut.pk, by=person, note="The form is empty.")
    assert dashboard.read(person).alerts == ()


def test_sources_that_are_lost_are_told_where_a_text_rests_on_them(editor):
    client, person = editor
    wire = factories.make_published(person)
    Source.objects.update(fate="gone", looked_at=timezone.now())
    assert dashboard.read(person).lost_sources == (wire.current.citations.get().source,)
    assert "gone, seen" in front(client)


def test_failed_fetch_is_told_with_its_reason(editor):
    client, person = editor
    Fetch.objects.create(
        url="https://example.org/a", asked_by=person, progress="failed",
        problem="The server answered 403.", ended_at=timezone.now(),
    )  # fmt: skip
    assert "The server answered 403." in front(client)


@pytest.mark.slow
def test_first_page_costs_the_same_however_much_waits(editor):
    client, person = editor

    def cost():
        with CaptureQueriesContext(connection) as queries:
            front(client)
        return len(queries)

    factories.make_draft()
    before = cost()
    for _ in range(12):
        lifecycle.schedule(
            factories.make_reviewed(person).pk, by=person,
            at=timezone.now() + timedelta(hours=1),
        )  # fmt: skip
    assert cost() == before


def test_code_that_the_form_put_agrees_with_the_one_that_was_ticked(editor):
    _, person = editor
    wire = factories.make_reviewed(person)  # M2 and F6, put by hand
    ProposedCode.objects.create(
        proposal=make_proposal(wire), code=Code.objects.get(code="F6"), score=0.5, ticked=True
    )
    ticked, _, covered = dashboard.read(person).agreement
    assert (ticked.part, ticked.whole) == (1, 1)
    assert (covered.part, covered.whole) == (1, 2)


@pytest.mark.slow
def test_list_that_shows_its_first_few_says_how_many_there_are(editor, monkeypatch):
    client, person = editor
    monkeypatch.setattr(dashboard, "SHOWN", 1)
    for _ in range(2):
        wire = factories.make_reviewed(person)
        lifecycle.schedule(wire.pk, by=person, at=timezone.now() + timedelta(hours=1))
    past = timezone.now() - timedelta(minutes=5)
    Wire.objects.update(scheduled_for=past)
    assert "All 2" in front(client)
    queue = reverse("admin:wires_wire_changelist")
    shown = client.get(f"{queue}?attention=overdue").content.decode()
    assert shown.count('class="desk-id"') == 2
    assert client.get(f"{queue}?attention=asked").status_code == 200
    assert client.get(f"{queue}?attention=alert").status_code == 200
    sources = reverse("admin:wires_source_changelist")
    assert client.get(f"{sources}?fate=lost").status_code == 200
