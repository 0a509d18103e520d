"""People and their roles: made and changed by administrators alone."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from tests.wires.admin.desk import PASSWORD, make_person, page, signed_in
from wires.models import User
from wires.models.user import Role

pytestmark = pytest.mark.django_db

NEW = "a pass phrase for once"


def change(client, person: User, **values):
    typed = {"username": person.username, "first_name": "", "last_name": "", "email": "",
             "is_active": "on", "groups": [], **values}  # fmt: skip
    return client.post(reverse("admin:wires_user_change", args=[person.pk]), typed)


def test_new_person_is_staff_with_a_password_that_works_once():
    client, _ = signed_in(Role.ADMINISTRATOR)
    typed = {"username": "nina", "usable_password": "true", "password1": NEW, "password2": NEW}
    response = client.post(reverse("admin:wires_user_add"), typed)
    person = User.objects.get(username="nina")
    assert response.url == reverse("admin:wires_user_change", args=[person.pk])
    assert (person.is_staff, person.is_superuser, person.must_change_password) == (
        True, False, True,
    )  # fmt: skip
    assert not any(person.has_role(role) for role in Role)
    editors = Group.objects.get(name=Role.EDITOR.value)
    assert change(client, person, groups=[editors.pk]).status_code == 302
    assert User.objects.get(pk=person.pk).has_role(Role.EDITOR)


def test_password_given_by_an_administrator_works_once():
    client, _ = signed_in(Role.ADMINISTRATOR)
    person = make_person(Role.EDITOR)
    address = reverse("admin:auth_user_password_change", args=[person.pk])
    client.post(address, {"usable_password": "true", "password1": NEW, "password2": NEW})
    person.refresh_from_db()
    assert person.must_change_password
    assert person.check_password(NEW)


def test_only_roles_are_offered_as_groups():
    Group.objects.create(name="something else")
    client, _ = signed_in(Role.ADMINISTRATOR)
    answer = page(client.get(reverse("admin:wires_user_change", args=[make_person().pk])))
    assert "something else" not in answer
    for role in Role:
        assert role.value in answer


def test_nobody_gives_a_role_to_themselves():
    client, person = signed_in(Role.ADMINISTRATOR)
    editors = Group.objects.get_or_create(name=Role.EDITOR.value)[0]
    change(client, person, groups=[editors.pk], first_name="Ada")
    person = User.objects.get(pk=person.pk)
    assert person.first_name == "Ada"
    assert person.is_active
    assert not person.has_role(Role.EDITOR)
    assert person.has_role(Role.ADMINISTRATOR)


@pytest.mark.parametrize("role", [Role.REPORTER, Role.EDITOR, Role.SENIOR])
def test_other_roles_change_nobody(role):
    client, _ = signed_in(role)
    person = make_person(Role.REPORTER)
    assert change(client, person, first_name="Eve").status_code == 403
    address = reverse("admin:auth_user_password_change", args=[person.pk])
    assert client.post(address, {"password1": NEW, "password2": NEW}).status_code == 403
    assert User.objects.get(pk=person.pk).check_password(PASSWORD)


def test_demonstration_people_stay_as_shipped():
    client, _ = signed_in(Role.ADMINISTRATOR)
    person = make_person(Role.EDITOR, is_demonstration=True)
    assert client.get(reverse("admin:wires_user_change", args=[person.pk])).status_code == 200
    assert change(client, person, first_name="Eve").status_code == 403
    address = reverse("admin:auth_user_password_change", args=[person.pk])
    assert client.post(address, {"password1": NEW, "password2": NEW}).status_code == 403


def test_nobody_is_made_a_superuser_by_a_form():
    client, _ = signed_in(Role.ADMINISTRATOR)
    person = make_person()
    change(client, person, is_superuser="on", must_change_password="on")
    person.refresh_from_db()
    assert not person.is_superuser
    assert not person.must_change_password
