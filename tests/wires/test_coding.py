"""Codes, severity and rationale: what editors decide, and that it is written down."""

import pytest

from classifier.models import ClassifierVersion
from tests import factories
from wires import coding, proposing, taxonomy
from wires.models import Code, Event, Proposal, ProposedCode
from wires.models.user import Role
from wires.refusals import (
    GateClosedError,
    NotAllowedError,
    RefusedError,
    SecondEditorNeededError,
    WrongStateError,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return factories.make_editor()


def proposed(wire, *codes):
    taxonomy.load()
    version = ClassifierVersion.objects.create(
        digest="a" * 64,
        encoder="e",
        encoder_digest="b" * 64,
        definitions_digest="c" * 64,
        checker="1",
    )
    proposal = Proposal.objects.create(
        version=wire.current, classifier=version, abstained=False
    )
    return [
        ProposedCode.objects.create(
            proposal=proposal, code=Code.objects.get(code=code), score=0.5, ticked=False
        )
        for code in codes
    ]


def on(wire):
    return [(c.code.code, c.rank, c.origin) for c in wire.codings.select_related("code")]


def test_accepted_code_stands_with_its_claim_and_its_author(editor):
    wire = factories.make_draft()
    [row] = proposed(wire, "M2")
    coding.accept(row.pk, by=editor, claim=1)
    row.refresh_from_db()
    assert (row.decision, row.decided_by) == ("accepted", editor)
    assert on(wire) == [("M2", 1, "proposed")]
    assert wire.codings.get().claim.n == 1
    assert Event.objects.filter(wire=wire).last().detail["code"] == "M2"


def test_rejected_code_goes(editor):
    wire = factories.make_draft()
    [row] = proposed(wire, "M2")
    coding.accept(row.pk, by=editor)
    coding.reject(row.pk, by=editor, note="It is another mechanism.")
    assert on(wire) == []
    assert Event.objects.filter(wire=wire).last().note == "It is another mechanism."


def test_ranks_fill_up_and_then_refuse(editor):
    wire = factories.make_draft()
    proposed(wire)
    for code in ("M2", "M3", "F1", "F2", "F3"):
        coding.put(wire.pk, code, by=editor)
    assert on(wire) == [("M2", 1, "editor"), ("M3", 2, "editor"), ("F1", 1, "editor"),
                        ("F2", 2, "editor"), ("F3", 3, "editor")]  # fmt: skip
    with pytest.raises(RefusedError, match="remove one first"):
        coding.put(wire.pk, "M4", by=editor)
    coding.put(wire.pk, "M4", by=editor, rank=1)
    assert on(wire)[:2] == [("M4", 1, "editor"), ("M3", 2, "editor")]


def test_unknown_code_or_sentence_is_refused(editor):
    wire = factories.make_draft()
    proposed(wire)
    with pytest.raises(RefusedError, match="no code M99"):
        coding.put(wire.pk, "M99", by=editor)
    with pytest.raises(RefusedError, match="no sentence 60"):
        coding.put(wire.pk, "M2", by=editor, claim=60)
    with pytest.raises(RefusedError, match="does not carry"):
        coding.remove(wire.pk, "M2", by=editor)


@pytest.mark.parametrize("role", [Role.REPORTER, Role.ADMINISTRATOR])
def test_only_editors_decide(role):
    wire = factories.make_reviewed()
    by = factories.make_user(role)
    with pytest.raises(NotAllowedError):
        coding.put(wire.pk, "M3", by=by)
    with pytest.raises(NotAllowedError):
        coding.reason(
            wire.pk, by=by, system="a", act="b", harm="c", counterfactual="d", result="yes"
        )


@pytest.mark.slow
def test_nothing_changes_on_a_withdrawn_wire(editor):
    wire = factories.make_withdrawn()
    with pytest.raises(WrongStateError):
        coding.put(wire.pk, "M3", by=editor)


@pytest.mark.slow
def test_recoding_a_public_wire_is_a_public_change(editor):
    wire = factories.make_published(editor)
    coding.put(wire.pk, "M3", by=editor, claim=1)
    wire.refresh_from_db()
    assert [code["code"] for code in wire.record["codes"]] == ["M2", "M3", "F6"]
    assert [change.kind for change in wire.changes.all()] == ["published", "recoded"]


def test_override_of_the_rule_needs_a_public_reason(editor):
    wire = factories.make_reviewed(editor)
    given = {"event_class": "incident", "standard": "public record", "reported": "SEV-3"}
    with pytest.raises(RefusedError, match="public reason"):
        coding.classify(wire.pk, by=editor, factors=wire.factors, override="SEV-4", **given)
    wire = coding.classify(
        wire.pk, by=editor, factors=wire.factors, override="SEV-4", note="Repaid.", **given
    )
    assert (wire.severity_verified, wire.severity_note) == ("SEV-4", "Repaid.")
    assert Event.objects.filter(wire=wire).last().detail["rule"] == "SEV-3"


def test_but_for_test_is_answered_only_with_four_slots(editor):
    wire = factories.make_draft()
    with pytest.raises(RefusedError, match="four slots"):
        coding.reason(
            wire.pk, by=editor, system="a", act=" ", harm="c", counterfactual="d", result="no"
        )
    coding.reason(
        wire.pk, by=editor, system="a", act="", harm="", counterfactual="", result=""
    )
    assert wire.rationale.system == "a"


def test_factors_of_a_proposal_name_the_claim_that_the_desk_sees():
    taxonomy.load()
    wire = factories.make_draft(
        body="# What happened\n\nA car of Acme hit a wall.[^record] Two people died in the crash.[^record]"
    )
    proposing.propose(wire.current.pk)
    scale = wire.current.proposals.get().factors["scale"]
    assert scale["value"] == 3
    assert wire.current.claims.get(n=scale["claim"]).text == "Two people died in the crash."


def test_public_wire_is_not_recoded_past_the_gate(editor):
    wire = factories.make_published(editor)
    with pytest.raises(GateClosedError):
        coding.remove(wire.pk, "F6", by=editor)
    assert [code.code.code for code in wire.codings.all()] == ["M2", "F6"]
    with pytest.raises(SecondEditorNeededError, match="SEV-1"):
        coding.classify(
            wire.pk, by=editor, event_class="incident", standard="public record", reported="SEV-3",
            factors=wire.factors, override="SEV-1", note="Worse than it looked.",
        )  # fmt: skip
    wire.refresh_from_db()
    assert (wire.severity_verified, wire.changes.count()) == ("SEV-3", 1)
