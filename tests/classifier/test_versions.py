"""What the database refuses of a version of the classifier, when Python is gone round."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from classifier.models import ClassifierVersion

pytestmark = pytest.mark.django_db
ACTIVE = {"active": True, "activated_by": "senior"}


def make(digit="a", **values):
    given = {"encoder": "e", "encoder_digest": "b" * 64, "definitions_digest": "c" * 64}
    return ClassifierVersion.objects.create(
        digest=digit * 64, checker="1", **{**given, **values}
    )


def refused(rule):
    return pytest.raises(IntegrityError, match=rule)


@pytest.mark.parametrize(
    "values",
    [
        {"digest": "f" * 64}, {"encoder": "other"}, {"weights": "d" * 64}, {"checker": "2"},
        {"training": [{"wire": "AIW-2026-0001"}]}, {"metrics": {"M": {}}}, {"thresholds": {"M": {}}},
        {"refused": "worse"}, {"comparison": {"new": 1}}, {"made_at": timezone.now()},
    ],
)  # fmt: skip
def test_nothing_of_a_version_changes(values):
    version = make()
    with refused("classifier_version_never_changes"), transaction.atomic():
        ClassifierVersion.objects.filter(pk=version.pk).update(**values)


def test_version_is_never_deleted():
    version = make()
    with refused("classifier_version_never_changes"), transaction.atomic():
        ClassifierVersion.objects.filter(pk=version.pk).delete()


def test_activation_changes_and_is_signed():
    version = make()
    rows = ClassifierVersion.objects.filter(pk=version.pk)
    with refused("classifier_activation_is_signed"), transaction.atomic():
        rows.update(active=True)
    rows.update(**ACTIVE, activated_at=timezone.now())
    rows.update(active=False)
    version.refresh_from_db()
    assert (version.active, version.activated_by) == (False, "senior")


def test_one_at_most_is_active():
    now = timezone.now()
    make("a", **ACTIVE, activated_at=now)
    with refused("classifier_active_is_one"), transaction.atomic():
        make("b", **ACTIVE, activated_at=now)


def test_refused_version_is_never_active():
    version = make(refused="It ranks worse.")
    with refused("classifier_refused_is_never_active"), transaction.atomic():
        ClassifierVersion.objects.filter(pk=version.pk).update(
            **ACTIVE, activated_at=timezone.now()
        )


def test_weights_are_a_hash():
    with refused("classifier_weights_are_a_sha256"), transaction.atomic():
        make(weights="learned")
