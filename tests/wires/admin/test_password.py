"""Passwords that work once, and people without one."""

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.wires.admin.desk import PASSWORD, make_person, page, signed_in
from wires.models import User
from wires.models.user import Role

pytestmark = pytest.mark.django_db

CHANGE = "admin:password_change"
NEW = "quite another pass phrase"


def sign_in(person: User, password: str = PASSWORD) -> Client:
    client = Client()
    client.post(reverse("admin:login"), {"username": person.username, "password": password})
    return client


def change(client: Client, new: str, old: str = PASSWORD):
    typed = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post(reverse(CHANGE), typed)


def test_one_time_password_opens_nothing_but_its_change():
    wire = factories.make_draft()
    client = sign_in(make_person(Role.EDITOR, must_change_password=True))
    for address in (
        reverse("admin:index"),
        reverse("admin:wires_wire_changelist"),
        reverse("admin:wires_wire_review", args=[wire.pk]),
        reverse("admin:password_change_done"),
        "/admin/nothing/",
    ):
        for response in (client.get(address), client.post(address, {"_act": "submit"})):
            assert (response.status_code, response.headers["Location"]) == (
                302,
                reverse(CHANGE),
            )
    assert client.get(reverse(CHANGE)).status_code == 200
    assert client.post(reverse("admin:logout")).status_code == 200
    assert client.get(reverse("admin:index")).url.startswith(reverse("admin:login"))


def test_new_password_opens_the_desk():
    person = make_person(Role.EDITOR, must_change_password=True)
    client = sign_in(person)
    assert change(client, NEW).url == reverse("admin:password_change_done")
    person.refresh_from_db()
    assert not person.must_change_password
    assert client.get(reverse("admin:index")).status_code == 200
    assert sign_in(person, NEW).get(reverse("admin:index")).status_code == 200
    assert sign_in(person).get(reverse("admin:index")).status_code == 302


@pytest.mark.parametrize(
    ("new", "old", "words"),
    [
        (PASSWORD, PASSWORD, "This is the old password"),
        ("short", PASSWORD, "too short"),
        (NEW, "not the old one", "old password was entered incorrectly"),
    ],
)
def test_bad_change_leaves_the_person_where_they_were(new, old, words):
    person = make_person(Role.EDITOR, must_change_password=True)
    client = sign_in(person)
    assert words in page(change(client, new, old))
    person.refresh_from_db()
    assert person.must_change_password
    assert client.get(reverse("admin:index")).status_code == 302


def test_whoever_signs_in_comes_to_the_first_page():
    person = make_person(Role.EDITOR)
    client = Client()
    asked = client.get(reverse("admin:login"), follow=True)
    typed = {"username": person.username, "password": PASSWORD}
    response = client.post(
        asked.request["PATH_INFO"] + "?" + asked.request["QUERY_STRING"], typed
    )
    assert response.url == reverse("admin:index")


def test_site_outside_the_desk_does_not_ask_for_a_password():
    client, _ = signed_in(Role.EDITOR, must_change_password=True)
    assert client.get("/no-such-page").status_code == 404


def test_demonstration_editor_cannot_sign_in():
    person = make_person(Role.EDITOR, is_demonstration=True, is_staff=False)
    person.set_unusable_password()
    person.save()
    assert sign_in(person).get(reverse("admin:index")).status_code == 302
    # Not even with a password and a place on the staff.
    person.set_password(PASSWORD)
    person.is_staff = True
    person.save()
    assert sign_in(person).get(reverse("admin:index")).status_code == 302


def test_guessing_is_throttled(settings):
    settings.AXES_FAILURE_LIMIT = 3
    person = make_person(Role.EDITOR)
    client = Client()
    for guess in ("one", "two", "three"):
        response = client.post(
            reverse("admin:login"), {"username": person.username, "password": guess}
        )
    assert response.status_code == 429
    assert sign_in(person).get(reverse("admin:index")).status_code == 302
