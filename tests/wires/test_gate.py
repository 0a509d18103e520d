"""The eight rules, each failing alone on a wire that is otherwise publishable."""

import pytest
from django.utils import timezone

from tests import factories
from wires import coding, exhibits, gate, lifecycle
from wires.models import Claim, Rationale, Wire

pytestmark = pytest.mark.django_db


@pytest.fixture
def wire():
    return factories.make_reviewed()


def failing(wire):
    found = Wire.objects.get(pk=wire.pk)
    return {failure.rule: failure.detail for failure in gate.failures(found)}


def claim(wire, n=1):
    return Claim.objects.filter(version=wire.current, n=n)


def test_open_gate_has_no_failure(wire):
    assert failing(wire) == {}
    assert [state.rule for state in gate.states(wire)] == list(range(1, 9))
    assert all(state.holds for state in gate.states(wire))


def test_wire_without_text_fails_on_its_first_rule():
    assert all(not state.holds for state in gate.states(Wire(public_id="AIW-2026-0001")))


def test_1_count_in_the_header_must_be_of_independent_sources(wire):
    Wire.objects.filter(pk=wire.pk).update(filed={"source_count": 2})
    assert set(failing(wire)) == {1}
    assert (
        "counts 2 sources; 1 are stored, of which 0 are known to be independent"
        in failing(wire)[1]
    )


def test_1_sources_that_retell_one_paper_count_once():
    sources = tuple(
        factories.make_source(
            key=f"s{n}",
            text=f"{factories.SOURCE} {n}",
            kind="uploaded",
            record_id="",
            group=group,
        )
        for n, group in enumerate(["paper", "paper", "other", ""])
    )
    wire = factories.make_draft(sources=sources)
    assert gate.Dossier(wire, wire.current).independent == {"paper", "other"}


def test_1_a_source_must_be_stored():
    wire = factories.make_draft(sources=())
    assert "no stored source" in failing(wire)[1]


def test_2_sentence_without_a_citation_is_named(wire):
    claim(wire).update(cites=[])
    assert set(failing(wire)) == {2}
    assert "Sentence 1 cites no source: “A chatbot of Acme" in failing(wire)[2]


def test_2_unknown_citation_is_named(wire):
    claim(wire).update(cites=["elsewhere"])
    assert "[elsewhere], which is not among the sources" in failing(wire)[2]


@pytest.mark.parametrize("verdict", ["unsupported", "contradicted", "unchecked"])
def test_3_sentence_against_its_sources_is_named(wire, verdict):
    columns = {
        "unsupported": {"basis": "absent"},
        "contradicted": {"basis": "number"},
        "unchecked": {"basis": "", "checked_at": None},
    }[verdict]
    claim(wire, 3).update(verdict=verdict, **columns)
    assert set(failing(wire)) == {3}
    assert failing(wire)[3].startswith(f"Sentence 3 is {verdict}")


def test_3_override_lets_an_unsupported_sentence_stand_but_not_a_contradicted_one(wire):
    signed = {
        "override_note": "Seen on the record by the desk.",
        "overridden_by": wire.filed_by,
        "overridden_at": timezone.now(),
    }
    claim(wire, 3).update(verdict="unsupported", basis="topic", **signed)
    assert failing(wire) == {}
    claim(wire, 3).update(verdict="contradicted", basis="negation")
    assert set(failing(wire)) == {3}


def test_3_sentence_that_is_no_claim_is_left_out(wire):
    claim(wire, 3).update(
        verdict="unsupported",
        basis="absent",
        dismissed_by=wire.filed_by,
        dismissed_at=timezone.now(),
    )
    assert failing(wire) == {}


@pytest.mark.parametrize(
    ("part", "word"), [("quotes", "quoted phrase"), ("numbers", "number")]
)
def test_4_quote_or_number_that_no_source_has_is_named(wire, part, word):
    claim(wire).update(missing={part: ["safety tax"]})
    assert set(failing(wire)) == {4}
    assert f"the {word} “safety tax” occurs in no stored source" in failing(wire)[4]


def test_5_form_must_be_filled(wire):
    Rationale.objects.filter(wire=wire).update(harm="", result="")
    assert "no harm" in failing(wire)[5]
    Rationale.objects.filter(wire=wire).delete()
    assert "empty" in failing(wire)[5]


def test_5_boilerplate_that_many_wires_share_is_refused():
    wires = [factories.make_reviewed() for _ in range(4)]
    text = dict.fromkeys(
        ("system", "act", "harm", "counterfactual"), "The chatbot of Acme did it."
    )
    for wire in wires[:3]:
        Rationale.objects.filter(wire=wire).update(**text)
    assert failing(wires[0]) == {}
    Rationale.objects.filter(wire=wires[3]).update(**text)
    assert "stands on 4 wires" in failing(wires[0])[5]


def test_5_text_that_names_nothing_of_the_wire_is_refused(wire):
    Rationale.objects.filter(wire=wire).update(
        system="An AI system", act="behaved in the described way", harm="Harm occurred",
        counterfactual="The harm would not have occurred without the system being deployed.",
    )  # fmt: skip
    assert set(failing(wire)) == {5}
    assert "names nothing of this wire" in failing(wire)[5]


def test_6_class_and_factors_must_be_recorded(wire):
    Wire.objects.filter(pk=wire.pk).update(event_class="")
    assert "event class" in failing(wire)[6]
    Wire.objects.filter(pk=wire.pk).update(event_class="incident", factors={})
    assert "factors" in failing(wire)[6]


def test_6_level_must_follow_the_rule_or_say_why(wire):
    Wire.objects.filter(pk=wire.pk).update(severity_verified="SEV-4")
    assert "the rule gives SEV-3" in failing(wire)[6]
    Wire.objects.filter(pk=wire.pk).update(severity_note="The loss was repaid the same day.")
    assert failing(wire) == {}


def test_6_factor_must_rest_on_a_supported_claim(wire):
    claim(wire, 2).update(
        verdict="unsupported", basis="absent", override_note="n", overridden_by=wire.filed_by,
        overridden_at=timezone.now(),
    )  # fmt: skip
    assert "scale rests on sentence 2" in failing(wire)[6] or "scope" in failing(wire)[6]


def test_7_both_kinds_of_code_are_needed(wire):
    wire.codings.filter(kind="F").delete()
    assert "no F code" in failing(wire)[7]


def test_7_code_must_rest_on_a_supported_claim_else_it_is_empty(wire):
    wire.codings.filter(kind="F").update(claim=None)
    assert "F6 rests on no supported claim" in failing(wire)[7]
    coding.put(wire.pk, "F0", by=factories.make_editor(), rank=1)
    assert 7 not in failing(wire)


@pytest.mark.parametrize(
    ("standard", "problem"),
    [
        ("", "not chosen"),
        ("two independent sources", "Two independent sources are needed; 0"),
        ("single source", "group is known"),
        ("primary artefact", "No primary artefact"),
        ("reproduced", "Tier A run never establishes"),
        ("disputed", "disputed after that"),
    ],
)
def test_8_standard_must_be_met(wire, standard, problem):
    Wire.objects.filter(pk=wire.pk).update(standard=standard, severity_verified="SEV-5")
    assert problem in failing(wire)[8]


def test_8_tier_a_run_does_not_make_a_wire_reproduced(wire):
    exhibits.attach(wire.pk, factories.make_run().pk, by=factories.make_editor(), claim=1)
    Wire.objects.filter(pk=wire.pk).update(standard="reproduced")
    assert 8 in failing(wire)


@pytest.mark.parametrize("result", ["no", ""])
def test_8_but_for_test_must_be_passed(wire, result):
    Rationale.objects.filter(wire=wire).update(result=result)
    assert "but-for test" in failing(wire)[8]


def test_notes_of_one_group_make_a_single_source_wire_of_sev_5():
    editor = factories.make_editor()
    sources = (factories.make_source(kind="notes", record_id="", group="paper"),)
    wire = factories.make_reviewed(editor, sources=sources)
    wire = coding.classify(
        wire.pk, by=editor, event_class="serious_hazard", standard="single source",
        reported="SEV-3", factors=wire.factors,
    )  # fmt: skip
    assert (wire.severity_reported, wire.severity_verified) == ("SEV-3", "SEV-5")
    assert failing(wire) == {}
    assert lifecycle.publish(wire.pk, by=editor).record["standard"] == "single source"
