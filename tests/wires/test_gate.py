"""The eight rules, each failing alone on a wire that is otherwise publishable."""

import pytest
from django.utils import timezone

from tests import factories
from wires import claims, coding, exhibits, gate, lifecycle
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


def test_wire_without_text_fails_every_rule():
    found = [failure for state in gate.states(Wire()) for failure in state.failures]
    assert [failure.rule for failure in found] == list(range(1, 9))
    assert {(failure.detail, failure.part) for failure in found} == {
        ("The wire has no text.", "text")
    }


def test_failure_names_the_part_and_the_sentence(wire):
    claim(wire).update(cites=[])
    Rationale.objects.filter(wire=wire).update(result="no")
    Wire.objects.filter(pk=wire.pk).update(severity_verified="SEV-4")
    wire.codings.filter(kind="F").update(claim=None)
    found = {
        (failure.rule, failure.part, failure.sentence)
        for failure in gate.failures(Wire.objects.get(pk=wire.pk))
    }
    assert found == {
        (2, "sentences", 1), (6, "severity", None), (7, "codes", None), (8, "rationale", None),
    }  # fmt: skip


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


def test_1_right_count_holds_and_a_revision_drops_the_header(wire):
    Wire.objects.filter(pk=wire.pk).update(filed={"source_count": 0})
    assert failing(wire) == {}
    Wire.objects.filter(pk=wire.pk).update(filed={"source_count": 9})
    assert set(failing(wire)) == {1}
    lifecycle.revise(
        wire.pk,
        by=factories.make_editor(),
        headline="Same",
        body=factories.BODY,
        note="Header.",
    )
    assert 1 not in failing(wire)


def test_2_sentence_without_a_citation_is_named(wire):
    claim(wire).update(cites=[])
    assert set(failing(wire)) == {2}
    assert "Sentence 1 cites no source: “A chatbot of Acme" in failing(wire)[2]


def test_2_unknown_citation_is_named(wire):
    claim(wire).update(cites=["elsewhere"])
    assert "[elsewhere], which is not among the sources" in failing(wire)[2]


def test_2_body_without_a_sentence_to_check_is_refused(wire):
    Claim.objects.filter(version=wire.current).update(
        dismissed_by=wire.filed_by, dismissed_at=timezone.now()
    )
    assert failing(wire)[2] == "The body has no sentence that could be checked."


def test_2_sentence_that_is_no_claim_needs_no_citation(wire):
    claim(wire, 3).update(cites=[], dismissed_by=wire.filed_by, dismissed_at=timezone.now())
    assert failing(wire) == {}


@pytest.mark.slow
@pytest.mark.parametrize("verdict", ["unsupported", "contradicted", "unchecked"])
def test_3_sentence_against_its_sources_is_named(wire, verdict):
    columns = {
        "unsupported": {"basis": "absent"},
        "contradicted": {"basis": "number"},
        "unchecked": {"basis": "", "checked_at": None},
    }[verdict]
    claim(wire, 3).update(verdict=verdict, **columns)
    assert set(failing(wire)) == {3}
    assert f"“{claim(wire, 3).get().text}”" in failing(wire)[3]
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


def test_3_partly_supported_sentence_stands(wire):
    claim(wire, 3).update(verdict="partly")
    assert failing(wire) == {}


def test_3_unchecked_sentence_may_be_overridden(wire):
    claim(wire, 3).update(
        verdict="unchecked", basis="", checked_at=None, override_note="Heard in court.",
        overridden_by=wire.filed_by, overridden_at=timezone.now(),
    )  # fmt: skip
    assert failing(wire) == {}


def test_3_contradicted_sentence_is_a_claim_whoever_dismissed_it_before(wire):
    claim(wire, 3).update(
        verdict="contradicted", basis="negation", dismissed_by=wire.filed_by,
        dismissed_at=timezone.now(), dismissal_note="A caption.",
    )  # fmt: skip
    assert set(failing(wire)) == {3}


def test_3_what_no_source_has_is_named(wire):
    claim(wire, 3).update(
        verdict="unsupported", basis="topic", missing={"names": ["Zenith"], "terms": ["snow"]}
    )
    assert "(topic; no source has Zenith, snow)" in failing(wire)[3]


@pytest.mark.parametrize(
    ("part", "word"), [("quotes", "quoted phrase"), ("numbers", "number")]
)
def test_4_quote_or_number_that_no_source_has_is_named(wire, part, word):
    claim(wire).update(missing={part: ["safety tax"]})
    assert set(failing(wire)) == {4}
    assert f"the {word} “safety tax” occurs in no stored source" in failing(wire)[4]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("Acme paid 813 dollars.[^record]", "the number “813 dollars”"),
        (
            "Acme called it “a safety tax” in court.[^record]",
            "the quoted phrase “a safety tax”",
        ),
        ("Acme paid 812 dollars.[^record]", ""),
        ("It was “ruled against” Acme.[^record]", ""),
    ],
)
def test_4_of_a_sentence_that_nobody_checked_the_words_are_looked_up(body, problem):
    wire = factories.make_draft(body=body)
    assert problem in failing(wire).get(4, "")
    assert bool(problem) == (4 in failing(wire))


def test_4_sentence_that_is_no_claim_is_left_out(wire):
    claim(wire).update(
        missing={"numbers": ["7"]}, dismissed_by=wire.filed_by, dismissed_at=timezone.now()
    )
    assert 4 not in failing(wire)


def test_5_form_must_be_filled(wire):
    Rationale.objects.filter(wire=wire).update(harm="", result="")
    assert "no harm" in failing(wire)[5]
    for slot in ("system", "act", "counterfactual"):
        Rationale.objects.filter(wire=wire).update(**{slot: ""})
    found = [f.detail for f in gate.failures(wire) if f.rule == 5]
    assert found == [f"The but-for form has no {slot}." for slot in gate.SLOTS]
    Rationale.objects.filter(wire=wire).delete()
    assert "empty" in failing(wire)[5]


@pytest.mark.slow
def test_5_boilerplate_that_many_wires_share_is_refused():
    wires = [factories.make_reviewed() for _ in range(4)]
    text = dict.fromkeys(
        ("system", "act", "harm", "counterfactual"), "The chatbot of Acme did it."
    )
    for wire in wires[:3]:
        Rationale.objects.filter(wire=wire).update(**text)
    assert failing(wires[0]) == {}
    Rationale.objects.filter(wire=wires[3]).update(**text)
    found = failing(wires[0])[5]
    assert "stands on 4 wires" in found
    assert all(wire.public_id in found for wire in wires[1:])


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
    found = [f.detail for f in gate.failures(wire) if f.rule == 6]
    assert found[:3] == [
        f"The factor {name} rests on sentence 2, which is not a supported claim."
        for name in ("irremediability", "scale", "scope")
    ]


def test_6_factor_above_none_rests_on_some_sentence(wire):
    factors = {name: {"value": 1, "claim": None} for name in wire.factors}
    Wire.objects.filter(pk=wire.pk).update(factors=factors)
    assert "rests on no sentence" in failing(wire)[6]
    nothing = {name: {"value": 0, "claim": None} for name in wire.factors}
    Wire.objects.filter(pk=wire.pk).update(factors=nothing, severity_verified="SEV-4")
    assert failing(wire) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("event_class", "scale", "verified", "problem"),
    [
        ("hazard", 1, "SEV-4", ""),
        ("serious_hazard", 3, "SEV-4", ""),
        ("near_miss", 3, "SEV-4", ""),
        ("notice", 3, "SEV-5", ""),
        (
            "hazard",
            3,
            "SEV-4",
            "The class is hazard, but by its factors it would have been SEV-2",
        ),
        (
            "serious_hazard",
            1,
            "SEV-4",
            "serious hazard, but by its factors it would have been SEV-3",
        ),
    ],
)
def test_6_hazard_is_serious_if_it_would_have_been(
    wire, event_class, scale, verified, problem
):
    factors = {**wire.factors, "scale": {"value": scale, "claim": 2}}
    Wire.objects.filter(pk=wire.pk).update(
        event_class=event_class, factors=factors, severity_verified=verified
    )
    assert problem in failing(wire).get(6, "")
    assert bool(problem) == (6 in failing(wire))
    Wire.objects.filter(pk=wire.pk).update(
        severity_verified="SEV-1", severity_note="The desk counts the whole town."
    )  # an override says why the level is another, not why the class is
    assert bool(problem) == (6 in failing(wire))


def test_6_core_sentence_that_does_not_stand_caps_the_level(wire):
    claim(wire).update(
        verdict="unsupported", basis="absent", override_note="n", overridden_by=wire.filed_by,
        overridden_at=timezone.now(),
    )  # fmt: skip
    assert "the rule gives SEV-5" in failing(wire)[6]
    coding.put(wire.pk, "M0", by=factories.make_editor(), rank=1)
    assert 6 not in failing(wire)


def test_6_a_title_that_is_no_claim_is_not_the_first_one():
    text = f"What happened. {factories.SOURCE}"
    wire = factories.make_draft(
        body=f"# What happened\n\n{factories.BODY}",
        sources=(factories.make_source(text=text),),
    )
    factories.support(wire)
    claim(wire).update(verdict="unsupported", basis="absent")
    assert not gate.Dossier(wire, wire.current).core_stands
    claims.dismiss(claim(wire).get().pk, by=factories.make_editor(), note="A title.")
    assert gate.Dossier(wire, wire.current).core_stands


def test_7_both_kinds_of_code_are_needed(wire):
    wire.codings.filter(kind="F").delete()
    assert "no F code" in failing(wire)[7]


def test_7_no_code_at_all_is_two_failures(wire):
    wire.codings.all().delete()
    found = [f.detail for f in gate.failures(wire) if f.rule == 7]
    assert found == ["There is no M code.", "There is no F code."]


@pytest.mark.slow
@pytest.mark.parametrize("verdict", ["unsupported", "unchecked"])
def test_7_overridden_sentence_carries_no_code(wire, verdict):
    columns = (
        {"basis": "topic"} if verdict == "unsupported" else {"basis": "", "checked_at": None}
    )
    claim(wire).update(
        verdict=verdict, override_note="n", overridden_by=wire.filed_by,
        overridden_at=timezone.now(), **columns,
    )  # fmt: skip
    assert "M2 rests on no supported claim" in failing(wire)[7]


def test_7_sentence_that_is_no_claim_carries_no_code(wire):
    claim(wire, 2).update(dismissed_by=wire.filed_by, dismissed_at=timezone.now())
    assert "F6 rests on no supported claim" in failing(wire)[7]


def test_7_secondary_code_must_rest_on_a_claim_too(wire):
    coding.put(wire.pk, "F7", by=factories.make_editor(), rank=2)
    assert failing(wire)[7] == "F7 rests on no supported claim; else it is F0."


def test_7_code_must_rest_on_a_supported_claim_else_it_is_empty(wire):
    wire.codings.filter(kind="F").update(claim=None)
    assert "F6 rests on no supported claim" in failing(wire)[7]
    coding.put(wire.pk, "F0", by=factories.make_editor(), rank=1)
    assert 7 not in failing(wire)


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("standard", "values"),
    [
        ("public record", [{}]),
        ("primary artefact", [{"kind": "uploaded", "record_id": "", "tier": "primary"}]),
        ("primary artefact", [{"kind": "fetched", "record_id": "", "tier": "primary"}]),
        (
            "two independent sources",
            [{"kind": "fetched", "record_id": "", "group": g} for g in ("one", "two")],
        ),
    ],
)
def test_8_standard_that_is_met_holds(standard, values):
    sources = tuple(
        factories.make_source(key=f"s{n}", text=f"{factories.SOURCE} {n}", **given)
        for n, given in enumerate(values)
    )
    wire = factories.make_reviewed(
        sources=sources, body=factories.BODY.replace("[^record]", "[^s0]")
    )
    Wire.objects.filter(pk=wire.pk).update(standard=standard)
    assert failing(wire) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("standard", "values", "problem"),
    [
        (
            "primary artefact",
            {"kind": "notes", "record_id": "", "tier": "primary"},
            "own text",
        ),
        (
            "primary artefact",
            {"kind": "fetched", "record_id": "", "tier": "reporting"},
            "own text",
        ),
        ("public record", {"kind": "fetched", "record_id": ""}, "none is among the sources"),
        ("public record", {"reports": 1}, "lists two or more reports"),
        ("public record", {"reports": None}, "lists two or more reports"),
        ("single source", {"group": "paper"}, "group is known"),
        (
            "two independent sources",
            {"kind": "fetched", "record_id": "", "group": "one"},
            "1 ind",
        ),
    ],
)
def test_8_source_of_the_wrong_kind_establishes_nothing(standard, values, problem):
    wire = factories.make_reviewed(sources=(factories.make_source(**values),))
    Wire.objects.filter(pk=wire.pk).update(standard=standard, severity_verified="SEV-5")
    assert problem in failing(wire)[8]


def test_8_tier_b_run_that_supports_a_claim_makes_a_wire_reproduced(wire):
    run = factories.make_run(tier="B")
    Wire.objects.filter(pk=wire.pk).update(standard="reproduced")
    assert 8 in failing(wire)
    exhibits.attach(wire.pk, run.pk, by=factories.make_editor(), claim=1)
    assert failing(wire) == {}
    wire.exhibits.update(reading="inconclusive")
    assert 8 in failing(wire)


def test_8_single_source_wire_is_verified_at_sev_5_alone(wire):
    # The database refuses to store another level; the rule is asked of a row in memory.
    wire.standard, wire.severity_verified = "single source", "SEV-3"
    found = [failure.detail for failure in gate.failures(wire) if failure.rule == 8]
    assert "A single source wire is published with verified SEV-5." in found


def test_8_tier_a_run_does_not_make_a_wire_reproduced(wire):
    exhibits.attach(wire.pk, factories.make_run().pk, by=factories.make_editor(), claim=1)
    Wire.objects.filter(pk=wire.pk).update(standard="reproduced")
    assert 8 in failing(wire)


@pytest.mark.parametrize("result", ["yes", "contributory"])
def test_8_system_that_contributed_is_enough(wire, result):
    Rationale.objects.filter(wire=wire).update(result=result)
    assert failing(wire) == {}


def test_8_test_that_was_not_made_is_not_passed(wire):
    Rationale.objects.filter(wire=wire).delete()
    assert failing(wire)[8] == "The but-for test's result is not chosen."


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
        reported="SEV-3", factors={**wire.factors, "scale": {"value": 3, "claim": 2}},
    )  # fmt: skip
    assert (wire.severity_reported, wire.severity_verified) == ("SEV-3", "SEV-5")
    assert failing(wire) == {}
    assert lifecycle.publish(wire.pk, by=editor).record["standard"] == "single source"
