"""The versions of the classifier on the desk: read by all, activated by senior editors."""

import shutil

import pytest
from django.urls import reverse

from classifier.models import ClassifierVersion
from tests.wires.admin.desk import make_classifier, make_trained, page, signed_in
from wires import learning
from wires.models import Activation
from wires.models.user import Role

pytestmark = pytest.mark.django_db
MEASURES = {"M": {"micro_f1": {"value": 0.512, "low": 0.45, "high": 0.57}}}


@pytest.fixture(autouse=True)
def data(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    return tmp_path


def address(version):
    return reverse("admin:classifier_classifierversion_change", args=[version.pk])


def activate(client, version, reason="It ranks better."):
    return client.post(address(version), {"reason": reason})


def trained(name="a", **values):
    return make_trained(
        name, training=[{"wire": "AIW-2026-0001"}], metrics=MEASURES,
        thresholds={"M": {"cut": 0.61}}, **values,
    )  # fmt: skip


def test_page_tells_what_a_version_learned_and_how_it_measured():
    client, _ = signed_in(Role.REPORTER)
    version = trained()
    shown = page(client.get(address(version)))
    for told in (
        version.weights,
        "decisions on 1 wire",
        "0.512",
        "0.450 to 0.570",
        "0.610 on",
    ):
        assert told in shown


def test_senior_editor_activates_with_a_reason_and_rolls_back():
    client, senior = signed_in(Role.SENIOR)
    first = trained("a")
    second = trained("b", comparison={"against": first.digest})
    assert activate(client, first).status_code == 302
    activate(client, second)
    assert "Activate it again" in page(client.get(address(first)))
    activate(client, first, "Back: it ticked too much.")
    assert ClassifierVersion.objects.get(active=True) == first
    shown = page(client.get(address(first)))
    assert "Back: it ticked too much." in shown
    assert str(senior) in shown
    assert "in place of" in shown


@pytest.mark.parametrize("role", [Role.REPORTER, Role.EDITOR, Role.ADMINISTRATOR])
def test_other_roles_see_no_button_and_are_refused(role):
    client, _ = signed_in(role)
    version = trained()
    assert 'name="reason"' not in page(client.get(address(version)))
    answer = activate(client, version)
    assert answer.status_code == 403
    assert "Only a senior editor" in page(answer)
    assert not Activation.objects.exists()


def test_refused_version_is_shown_with_its_figures_and_has_no_button():
    client, _ = signed_in(Role.SENIOR)
    version = trained(refused="It ranks worse: 0.41 against 0.62.")
    shown = page(client.get(address(version)))
    assert "0.41 against 0.62" in shown
    assert 'name="reason"' not in shown
    assert activate(client, version).status_code == 409
    listed = page(client.get(reverse("admin:classifier_classifierversion_changelist")))
    assert "refused" in listed


def test_activation_without_a_reason_is_refused():
    client, _ = signed_in(Role.SENIOR)
    answer = activate(client, trained(), " ")
    assert answer.status_code == 409
    assert "needs a reason" in page(answer)


def test_version_that_was_never_active_says_so():
    client, _ = signed_in(Role.EDITOR)
    assert "It was never active" in page(client.get(address(make_classifier())))


def test_unknown_version_is_not_found():
    client, _ = signed_in(Role.EDITOR)
    for number in ("0", "nonsense"):
        path = reverse("admin:classifier_classifierversion_change", args=[number])
        assert client.get(path).status_code == 404


def test_active_version_is_marked_in_the_list():
    client, senior = signed_in(Role.SENIOR)
    version = trained()
    learning.activate(version.pk, by=senior, reason="Better.")
    listed = page(client.get(reverse("admin:classifier_classifierversion_changelist")))
    assert ">active<" in listed.replace("\n", "")


FIGURES = {
    "new": 0.41, "old": 0.62, "difference": -0.21, "low": -0.3, "high": -0.1, "texts": 50,
    "groups": 40,
}  # fmt: skip


@pytest.mark.parametrize(
    ("comparison", "told"),
    [
        ({"blind": FIGURES}, "as both are stored, on the blind sample"),
        ({"fresh": FIGURES}, "on texts that it has not learned from"),
        (FIGURES, "with the labels of each learned anew"),  # of a version made before
    ],
)
def test_page_tells_how_it_was_held_against_the_one_in_use(comparison, told):
    client, _ = signed_in(Role.EDITOR)
    shown = page(client.get(address(trained(comparison=comparison))))
    assert told in shown
    assert "0.410 against 0.620, difference -0.210 (-0.300 to -0.100)" in shown
    assert shown.count("Against the version in use then") == 1


def test_page_names_the_version_that_it_was_held_against():
    client, _ = signed_in(Role.EDITOR)
    first = trained("a", comparison={"against": "", "fresh": FIGURES})
    second = trained("b", comparison={"against": first.digest, "fresh": FIGURES})
    assert "Held against the definitions alone" in page(client.get(address(first)))
    shown = page(client.get(address(second)))
    assert f'Held against <a href="{address(first)}"><code>{first}</code></a>' in shown
    assert "Held against" not in page(client.get(address(make_classifier("c"))))


def test_page_says_why_a_version_with_lost_weights_is_not_activated(data):
    client, _ = signed_in(Role.SENIOR)
    version = trained()
    shutil.rmtree(data / "classifiers" / version.digest)
    answer = activate(client, version)
    assert answer.status_code == 409
    assert "learned cannot be read" in page(answer)
