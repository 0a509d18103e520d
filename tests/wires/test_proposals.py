"""Several proposals a version: the newest is shown, and what was decided on older ones stays."""

import pytest
from django.db import IntegrityError, transaction

from tests import factories
from tests.wires.admin.desk import make_classifier, make_proposal, page, review, signed_in
from wires import coding, report, taxonomy
from wires.models import Code, Coding, Proposal, ProposedCode
from wires.models.user import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def codes():
    taxonomy.load()


def propose(wire, name, *codes, ticked=True):
    proposal = make_proposal(wire, classifier=make_classifier(name))
    return [
        ProposedCode.objects.create(
            proposal=proposal, code=Code.objects.get(code=code), score=0.61, ticked=ticked
        )
        for code in codes
    ]


def test_one_classifier_proposes_once():
    wire = factories.make_draft()
    propose(wire, "a")
    with pytest.raises(IntegrityError, match="proposal_is_once"), transaction.atomic():
        propose(wire, "a")
    propose(wire, "b")
    assert wire.current.proposals.count() == 2


def test_newest_is_what_page_and_report_tell():
    client, _ = signed_in(Role.EDITOR)
    wire = factories.make_draft()
    propose(wire, "a", "M5")
    propose(wire, "b", "M3")
    shown = page(client.get(review(wire)))
    assert "1 earlier proposal" in shown
    told = report.of(wire, duplicate_of=None)["proposal"]
    assert [row["code"] for row in told["codes"]] == ["M3"]
    assert Proposal.objects.newest().get().codes.get().code.code == "M3"


def test_earlier_decisions_stay_readable():
    client, editor = signed_in(Role.EDITOR)
    wire = factories.make_draft()
    [accepted, rejected] = propose(wire, "a", "M3", "M5")
    coding.accept(accepted.pk, by=editor)
    coding.reject(rejected.pk, by=editor)
    propose(wire, "b", "M3", "M7")
    shown = page(client.get(review(wire)))
    assert f"accepted by {editor} on an earlier proposal" in shown
    assert f"rejected by {editor}" in shown
    assert "M5" in shown


def test_batch_puts_what_the_newest_ticks_and_nothing_that_was_decided_before():
    editor = factories.make_editor()
    wire = factories.make_draft()
    factories.support(wire)
    [rejected, _] = propose(wire, "a", "M3", "F7")
    coding.reject(rejected.pk, by=editor)
    propose(wire, "b", "M3", "M2")
    assert coding.put_in_bulk(wire.pk, by=editor, batch="b") == ["M2"]
    assert set(wire.codings.values_list("code__code", "origin")) == {
        ("M2", Coding.Origin.BULK.value)
    }


@pytest.mark.slow
def test_page_takes_as_many_queries_for_many_earlier_proposals(django_assert_max_num_queries):
    client, editor = signed_in(Role.EDITOR)
    wire = factories.make_draft()
    for name in "abcdef":
        coding.reject(propose(wire, name, "M3")[0].pk, by=editor)
    client.get(review(wire))
    with django_assert_max_num_queries(48):
        client.get(review(wire))


def test_confirming_bulk_codes_decides_on_the_newest_proposal_alone():
    editor = factories.make_editor()
    wire = factories.make_draft()
    factories.support(wire)
    [older] = propose(wire, "a", "M2")
    [newer] = propose(wire, "b", "M2")
    coding.put_in_bulk(wire.pk, by=editor, batch="b")
    coding.confirm_bulk(wire.pk, by=editor)
    for row in (older, newer):
        row.refresh_from_db()
    assert (older.decision, newer.decision) == ("open", "accepted")
