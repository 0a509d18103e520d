"""Who may open which page of the desk."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.wires.admin.desk import make_person, make_proposal, signed_in
from wires import taxonomy
from wires.models import Change, Event, Notice, Provider, Source, TaxonomyVersion, User, Wire
from wires.models.user import Role

pytestmark = pytest.mark.django_db

OURS = [
    model
    for app in ("wires", "classifier", "evidence")
    for model in apps.get_app_config(app).get_models()
    if admin.site.is_registered(model)
]
DESK = (Role.REPORTER, Role.EDITOR, Role.SENIOR, Role.ADMINISTRATOR)


def named(model: type[Model]) -> str:
    return f"admin:{model.__module__.split('.')[0]}_{model.__name__.lower()}"


@pytest.fixture
def addresses():
    """Every page of the desk that one can ask for, with a row to show."""
    taxonomy.load()
    wire = factories.make_withdrawn()
    run, proposal = factories.make_run(), make_proposal(wire)
    rows = [
        wire, run, proposal.classifier, Source.objects.latest("pk"), Change.objects.last(),
        Event.objects.last(), Notice.objects.last(), TaxonomyVersion.objects.latest(),
        TaxonomyVersion.objects.latest().codes.first(), Provider.objects.first(),
    ]  # fmt: skip
    found = [reverse("admin:index"), reverse("admin:wires_wire_file")]
    for row in rows:
        name = named(type(row))
        found += [reverse(f"{name}_changelist"), reverse(f"{name}_change", args=[row.pk])]
    found += [
        reverse(f"admin:wires_wire_{page}", args=[wire.pk]) for page in ("review", "revise")
    ]
    other = factories.make_draft()
    return [*found, reverse("admin:wires_wire_beside", args=[wire.pk, other.pk])]


def people() -> list[str]:
    return [
        reverse("admin:wires_user_changelist"),
        reverse("admin:wires_user_add"),
        reverse("admin:wires_user_change", args=[make_person().pk]),
    ]


@pytest.mark.slow
def test_nobody_reads_the_desk_without_signing_in(addresses):
    for address in [*addresses, *people()]:
        response = Client().get(address)
        assert (response.status_code, response.url.split("?")[0]) == (
            302, reverse("admin:login"),
        ), address  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("role", DESK)
def test_every_role_reads_every_register(addresses, role):
    client, _ = signed_in(role)
    for address in addresses:
        assert client.get(address, follow=True).status_code == 200, address


@pytest.mark.slow
@pytest.mark.parametrize(
    ("roles", "values"),
    [
        ((), {}),
        ((Role.EDITOR,), {"is_staff": False}),
        ((Role.EDITOR,), {"is_demonstration": True}),
    ],
)
def test_who_is_not_of_the_desk_stays_outside(addresses, roles, values):
    client, _ = signed_in(*roles, **values)
    for address in addresses:
        assert client.get(address).status_code == 302, address


def test_inactive_person_is_signed_out(addresses):
    client, person = signed_in(Role.EDITOR)
    person.is_active = False
    person.save()
    assert client.get(addresses[0]).status_code == 302


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.REPORTER, 403),
        (Role.EDITOR, 403),
        (Role.SENIOR, 403),
        (Role.ADMINISTRATOR, 200),
    ],
)
def test_people_are_for_administrators(role, status):
    client, _ = signed_in(role)
    for address in people():
        assert client.get(address).status_code == status, address


@pytest.mark.slow
def test_no_register_is_changed_through_a_plain_form(addresses):
    client, _ = signed_in(*DESK)
    for model in OURS:
        name = named(model)
        if model is not User:
            assert client.get(reverse(f"{name}_add")).status_code == 403
        row = model.objects.first()
        if row is not None:
            assert client.post(reverse(f"{name}_delete", args=[row.pk])).status_code == 403


def test_change_page_of_a_wire_is_its_review():
    client, _ = signed_in(Role.REPORTER)
    wire = factories.make_draft()
    response = client.post(
        reverse("admin:wires_wire_change", args=[wire.pk]), {"state": "published"}
    )
    assert response.url == reverse("admin:wires_wire_review", args=[wire.pk])
    assert Wire.objects.get(pk=wire.pk).state == "draft"


def test_unknown_wire_is_not_found():
    client, _ = signed_in(Role.EDITOR)
    for page in ("review", "revise"):
        assert client.get(reverse(f"admin:wires_wire_{page}", args=[99])).status_code == 404


@pytest.mark.slow
def test_desk_opens_before_a_taxonomy_is_loaded():
    client, _ = signed_in(Role.EDITOR)
    wire = factories.make_draft()
    for page in ("review", "revise"):
        response = client.get(reverse(f"admin:wires_wire_{page}", args=[wire.pk]))
        assert response.status_code == 200
    response = client.get(reverse("admin:wires_wire_review", args=[wire.pk]))
    assert "No taxonomy is loaded" in response.content.decode()
