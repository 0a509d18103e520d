"""Learning from editors: what is a label, who activates, and what new proposals are made by."""

import shutil

import pytest
from django.db import IntegrityError, transaction

from classifier.models import ClassifierVersion
from tests import factories
from tests.wires.admin.desk import make_classifier, make_proposal, make_trained
from wires import batches, coding, learning, lifecycle, taxonomy
from wires.models import Activation, Code, ProposedCode
from wires.models.user import Role
from wires.refusals import NotAllowedError, RefusedError, WrongStateError

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def codes():
    taxonomy.load()


@pytest.fixture
def data(tmp_path, settings):
    """A data folder of the test's own, where the weights of versions lie."""
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def editor():
    return factories.make_editor()


@pytest.fixture
def senior():
    return factories.make_user(Role.SENIOR)


def propose(wire, *codes, ticked=True, **values):
    proposal = make_proposal(wire, **values)
    return [
        ProposedCode.objects.create(
            proposal=proposal, code=Code.objects.get(code=code), score=0.6, ticked=ticked
        )
        for code in codes
    ]


def labelled():
    return {label.wire: dict(label.codes) for label in learning.labels()}


def test_codes_put_and_accepted_are_labels_with_who_and_when(editor):
    wire = factories.make_draft()
    [row] = propose(wire, "M3")
    accepted = coding.accept(row.pk, by=editor)
    put = coding.put(wire.pk, "F6", by=editor)
    [label] = learning.labels()
    assert label.codes == {"M": ("M3",), "F": ("F6",)}
    assert [(d["code"], d["said"], d["coding"], d["by"]) for d in label.decisions] == [
        ("M3", "put", accepted.pk, editor.username), ("F6", "put", put.pk, editor.username),
    ]  # fmt: skip
    assert all(decision["at"] for decision in label.decisions)


def test_rejection_is_a_label_where_all_that_was_proposed_of_the_kind_is_rejected(editor):
    wire = factories.make_draft()
    rows = propose(wire, "M3", "M5", "F6")
    coding.reject(rows[0].pk, by=editor)
    assert labelled() == {}
    coding.reject(rows[1].pk, by=editor)
    [label] = learning.labels()
    assert label.codes == {"M": ()}
    assert [(d["said"], d["proposed"]) for d in label.decisions] == [
        ("rejected", rows[0].pk), ("rejected", rows[1].pk),
    ]  # fmt: skip


def test_rejection_beside_a_code_that_was_put_is_kept_as_a_decision(editor):
    wire = factories.make_draft()
    [row] = propose(wire, "M3")
    coding.reject(row.pk, by=editor)
    coding.put(wire.pk, "M2", by=editor)
    [label] = learning.labels()
    assert label.codes == {"M": ("M2",)}
    assert {decision["said"] for decision in label.decisions} == {"put", "rejected"}


def test_m0_says_that_no_code_is_right(editor):
    wire = factories.make_draft()
    coding.put(wire.pk, "M0", by=editor)
    assert labelled() == {wire.public_id: {"M": ("M0",)}}


def test_bulk_code_is_no_label_until_it_is_reviewed(editor):
    wire = factories.make_draft()
    factories.support(wire)
    propose(wire, "M2")
    coding.put_in_bulk(wire.pk, by=editor, batch="b")
    assert labelled() == {}
    batches.review(wire.pk, by=editor)
    assert labelled() == {wire.public_id: {"M": ("M2",)}}


def test_discarded_and_merged_wires_and_the_blind_sample_are_left_out(editor):
    gone, merged, kept, blind = (factories.make_draft() for _ in range(4))
    propose(blind, "M3", is_blind=True)
    for wire in (gone, merged, kept, blind):
        coding.put(wire.pk, "M2", by=editor)
    lifecycle.discard(gone.pk, by=editor, note="Not an incident.")
    lifecycle.merge(merged.pk, into=kept.pk, by=editor, note="One event.")
    assert set(labelled()) == {kept.public_id}


def test_labels_are_gathered_in_a_fixed_number_of_queries(editor, django_assert_num_queries):
    for count in (1, 4):
        for _ in range(count):
            coding.reject(propose(factories.make_draft(), "M3")[0].pk, by=editor)
        with django_assert_num_queries(4):
            learning.labels()


def test_too_few_labels_are_refused(editor):
    coding.put(factories.make_draft().pk, "M2", by=editor)
    with pytest.raises(RefusedError, match=r"1 wires carry .* 20 of one kind are needed"):
        learning.train(print)


# Activation


@pytest.mark.parametrize("role", [Role.REPORTER, Role.EDITOR, Role.ADMINISTRATOR])
def test_only_a_senior_editor_activates(role):
    version = make_classifier()
    with pytest.raises(NotAllowedError, match="senior"):
        learning.activate(version.pk, by=factories.make_user(role), reason="Better.")
    assert not Activation.objects.exists()


def test_activation_is_kept_with_who_when_why_and_what_it_replaced(senior):
    first, second = make_classifier("a"), make_classifier("b")
    learning.activate(first.pk, by=senior, reason="The first.")
    learning.activate(second.pk, by=senior, reason="It ranks better.")
    learning.activate(first.pk, by=senior, reason="Back: it ticked too much.")
    assert ClassifierVersion.objects.get(active=True) == first
    rows = Activation.objects.order_by("pk").values_list(
        "classifier", "replaced", "by", "reason"
    )
    assert list(rows) == [
        (first.pk, None, senior.pk, "The first."),
        (second.pk, first.pk, senior.pk, "It ranks better."),
        (first.pk, second.pk, senior.pk, "Back: it ticked too much."),
    ]
    first.refresh_from_db()
    assert (first.activated_by, bool(first.activated_at)) == (senior.username, True)


def test_activation_needs_a_reason_and_a_version_that_is_not_active(senior):
    version = make_classifier()
    with pytest.raises(RefusedError, match="reason"):
        learning.activate(version.pk, by=senior, reason=" ")
    learning.activate(version.pk, by=senior, reason="Better.")
    with pytest.raises(WrongStateError, match="active already"):
        learning.activate(version.pk, by=senior, reason="Again.")
    with pytest.raises(RefusedError, match="no such version"):
        learning.activate(0, by=senior, reason="Which?")


def test_refused_version_is_not_activated_and_the_figures_say_why(senior):
    version = make_classifier(refused="It ranks worse: 0.41 against 0.62.")
    with pytest.raises(RefusedError, match=r"0\.41 against 0\.62"):
        learning.activate(version.pk, by=senior, reason="All the same.")
    assert not ClassifierVersion.objects.filter(active=True).exists()


def learned(name, against):
    return make_trained(name, comparison={"against": against and against * 64})


@pytest.mark.usefixtures("data")
def test_version_is_activated_over_the_one_that_it_was_held_against(senior):
    """Else two that beat the same third, a good one and a poor one, go by the gate in turn."""
    first, second, third = learned("a", ""), learned("b", "a"), learned("c", "a")
    learning.activate(first.pk, by=senior, reason="The first.")
    learning.activate(third.pk, by=senior, reason="It ranks better.")
    with pytest.raises(
        RefusedError, match=r"b{12} was held against classifier a{12}, and .* c{12} is"
    ):
        learning.activate(second.pk, by=senior, reason="This one too.")
    learning.activate(first.pk, by=senior, reason="Back: it ticked too much.")
    learning.activate(second.pk, by=senior, reason="Held against the first.")
    learning.activate(third.pk, by=senior, reason="Back: it was active before.")
    assert ClassifierVersion.objects.get(active=True) == third


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("comparison", [{}, {"against": ""}])
def test_version_that_was_held_against_definitions_takes_the_place_of_no_trained_one(
    senior, comparison
):
    learning.activate(learned("a", "").pk, by=senior, reason="The first.")
    other = make_trained("b", comparison=comparison)
    with pytest.raises(RefusedError, match="held against no trained classifier"):
        learning.activate(other.pk, by=senior, reason="Better than nothing.")


def test_version_whose_weights_are_lost_is_not_activated(senior, data):
    """Also not as a rollback: codes would be ranked by the definitions alone, and nobody told."""
    first, second = learned("a", ""), learned("b", "a")
    learning.activate(first.pk, by=senior, reason="The first.")
    learning.activate(second.pk, by=senior, reason="It ranks better.")
    (data / "classifiers" / first.digest / "model.json").write_text("other")
    with pytest.raises(
        RefusedError, match=r"a{12} learned cannot be read: .* as it was written"
    ):
        learning.activate(first.pk, by=senior, reason="Back.")
    shutil.rmtree(data / "classifiers" / first.digest)
    with pytest.raises(RefusedError, match=r"is not there\. Put the folder back from a copy"):
        learning.activate(first.pk, by=senior, reason="Back.")
    assert ClassifierVersion.objects.get(active=True) == second


def test_activations_are_never_rewritten(senior):
    learning.activate(make_classifier().pk, by=senior, reason="Better.")
    for change in (lambda rows: rows.update(reason="Other."), lambda rows: rows.delete()):
        with pytest.raises(IntegrityError, match="activation_never"), transaction.atomic():
            change(Activation.objects.all())
