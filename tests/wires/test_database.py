"""What the database refuses when Python is gone round."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests import factories
from wires import lifecycle
from wires.models import (
    Alias,
    ChangeCounter,
    Claim,
    Code,
    Coding,
    Exhibit,
    MoveRequest,
    Notice,
    Rationale,
    Source,
    Wire,
)
from wires.models.user import Role

pytestmark = pytest.mark.django_db


def refused(rule):
    return pytest.raises(IntegrityError, match=rule)


@pytest.fixture
def draft():
    return factories.make_draft()


@pytest.fixture
def published():
    return factories.make_published()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("wire_moves_only_as_designed", {"state": "nonsense"}),
        ("wire_event_class_is_known", {"event_class": "mishap"}),
        ("wire_reported_severity_is_known", {"severity_reported": "SEV-0"}),
        ("wire_verified_severity_is_known", {"severity_verified": "SEV-6"}),
        ("wire_standard_is_known", {"standard": "hearsay"}),
        ("wire_keeps_its_public_id", {"public_id": "AIW-2025-9999"}),
        ("wire_keeps_its_public_id", {"fingerprint": "0" * 64}),
        ("wire_has_publication_date_iff_public", {"first_published_at": timezone.now()}),
        ("wire_is_public_only_with_text", {"state": "in_review", "current": None}),
        ("wire_has_its_time_iff_scheduled", {"scheduled_for": timezone.now()}),
        ("wire_dispute_is_explained", {"public_reason": "because"}),
        ("wire_has_a_public_record_only_if_public", {"record": {}}),
        (
            "wire_from_one_source_is_verified_at_most_sev_5",
            {"standard": "single source", "severity_verified": "SEV-3"},
        ),
    ],
)
def test_wire_in_draft(draft, rule, values):
    with refused(rule), transaction.atomic():
        Wire.objects.filter(pk=draft.pk).update(**values)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("wire_is_published_only_classed", {"event_class": ""}),
        ("wire_is_published_only_classed", {"severity_verified": ""}),
        ("wire_is_public_only_with_text", {"current": None}),
        (
            "wire_keeps_its_publication_date",
            {"first_published_at": timezone.now() + timedelta(1)},
        ),
        ("wire_withdrawal_is_dated_and_explained", {"withdrawn_at": timezone.now()}),
    ],
)
def test_wire_in_public(published, rule, values):
    with refused(rule), transaction.atomic():
        Wire.objects.filter(pk=published.pk).update(**values)


def test_wire_begins_as_draft(draft):
    with refused("wire_begins_as_draft"), transaction.atomic():
        Wire.objects.create(
            public_id="AIW-2025-7777",
            fingerprint="1" * 64,
            filed_by=draft.filed_by,
            state="in_review",
        )


def test_wire_public_id_is_well_formed(draft):
    with refused("wire_public_id_is_well_formed"), transaction.atomic():
        Wire.objects.create(
            public_id="AIW-25-1", fingerprint="1" * 64, filed_by=draft.filed_by
        )


def test_wire_shows_only_its_own_text(draft):
    other = factories.make_draft()
    with refused("wire_current_text_is_its_own"), transaction.atomic():
        Wire.objects.filter(pk=draft.pk).update(current=None)
        Wire.objects.filter(pk=other.pk).update(current=draft.current)


FROZEN = {
    "version_never_changes": ("wires_version", {"body": "other"}),
    "change_never_changes": ("wires_change", {"kind": "amended"}),
    "notice_never_changes": ("wires_notice", {"text": "other"}),
    "citation_never_changes": ("wires_citation", {"key": "other"}),
    "taxonomy_never_changes": ("wires_taxonomyversion", {"author": "other"}),
    "code_never_changes": ("wires_code", {"title": "other"}),
}


@pytest.mark.slow
@pytest.mark.parametrize("rule", FROZEN)
@pytest.mark.parametrize("way", ["update", "delete"])
def test_frozen_row(rule, way):
    factories.make_withdrawn()
    table = FROZEN[rule][0]
    column, value = next(iter(FROZEN[rule][1].items()))
    sql = (
        f'UPDATE "{table}" SET {column} = %s' if way == "update" else f'DELETE FROM "{table}"'
    )
    with refused(rule), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [value] if way == "update" else None)


@pytest.mark.parametrize(
    ("rule", "table"),
    [
        ("wire_is_never_deleted", "wires_wire"),
        ("source_is_never_deleted", "wires_source"),
        ("claim_is_never_deleted", "wires_claim"),
        ("event_never_changes", "wires_event"),
    ],
)
def test_row_is_never_deleted(draft, rule, table):
    with refused(rule), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("source_text_never_changes", {"text": "other"}),
        ("source_kind_is_known", {"kind": "rumour"}),
        ("source_tier_is_known", {"tier": "best"}),
        ("source_names_its_record_iff_record", {"record_id": ""}),
    ],
)
def test_source(draft, rule, values):
    with (
        pytest.raises(IntegrityError, match=f"{rule}|source_text_never_changes"),
        transaction.atomic(),
    ):
        Source.objects.update(**values)


def test_source_hash_is_of_its_text(draft):
    with refused("source_hash_is_of_its_text"), transaction.atomic():
        Source.objects.create(
            kind="uploaded", text="a", sha256="0" * 64, added_by=draft.filed_by
        )


def test_source_has_text(draft):
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    with refused("source_has_text"), transaction.atomic():
        Source.objects.create(kind="uploaded", text="", sha256=empty, added_by=draft.filed_by)


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        (
            "claim_verdict_is_known",
            {"verdict": "true", "basis": "topic", "checked_at": timezone.now()},
        ),
        ("claim_basis_is_known", {"basis": "hunch"}),
        ("claim_verdict_has_a_basis_and_a_date", {"verdict": "unsupported"}),
        (
            "claim_is_supported_only_by_a_passage",
            {"verdict": "supported", "basis": "wording", "checked_at": timezone.now()},
        ),
        (
            "claim_is_contradicted_only_by_a_passage",
            {"verdict": "contradicted", "basis": "number", "checked_at": timezone.now()},
        ),
        ("claim_passage_has_a_place", {"passage_start": 1}),
        ("claim_passage_has_text", {"passage": "words"}),
        ("claim_has_a_place_in_the_body", {"end": 0}),
        ("claim_dismissal_is_signed", {"dismissed_at": timezone.now()}),
        ("claim_override_is_explained", {"override_note": "because"}),
        ("claim_text_never_changes", {"text": "other"}),
    ],
)
def test_claim(draft, rule, values):
    with (
        pytest.raises(IntegrityError, match=f"{rule}|claim_text_never_changes"),
        transaction.atomic(),
    ):
        Claim.objects.filter(n=1).update(**values)


def test_claim_passage_stands_in_its_source(draft):
    citation = draft.current.citations.get()
    with refused("claim_passage_stands_in_its_source"), transaction.atomic():
        Claim.objects.filter(n=1).update(
            citation=citation, passage="invented", passage_start=0, passage_end=8,
            verdict="supported", basis="wording", checked_at=timezone.now(),
        )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("coding_is_one_primary_and_few_secondary", {"rank": 3}),
        ("coding_has_the_kind_of_its_code", {"kind": "F"}),
        ("coding_origin_is_known", {"origin": "guess"}),
    ],
)
def test_coding(published, rule, values):
    with refused(rule), transaction.atomic():
        Coding.objects.filter(kind="M").update(**values)


def test_coding_rests_on_a_claim_of_its_wire(published):
    other = factories.make_draft()
    with refused("coding_rests_on_a_claim_of_its_wire"), transaction.atomic():
        published.codings.update(claim=other.current.claims.first())


def test_coding_rank_is_taken_once(published):
    code = Code.objects.get(code="M3")
    by = published.filed_by
    with (
        refused("coding_rank_is_taken_once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        Coding.objects.create(
            wire=published, code=code, kind="M", rank=1, origin="editor", decided_by=by
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("rationale_result_is_known", {"result": "perhaps"}),
        ("rationale_result_needs_four_slots", {"harm": ""}),
    ],
)
def test_rationale(published, rule, values):
    with refused(rule), transaction.atomic():
        Rationale.objects.filter(wire=published).update(**values)


def test_request_is_confirmed_by_another_person(published):
    by = factories.make_user(Role.SENIOR)
    with refused("request_is_confirmed_by_another_person"), transaction.atomic():
        MoveRequest.objects.create(
            wire=published, move="withdraw", reason="r", asked_by=by, decided_by=by,
            decided_at=timezone.now(), confirmed=True,
        )  # fmt: skip


def test_request_is_explained(published):
    with refused("request_is_explained"), transaction.atomic():
        MoveRequest.objects.create(
            wire=published, move="withdraw", asked_by=factories.make_editor()
        )


def test_exhibit_shows_a_finished_run(published):
    run = factories.make_run(
        status="queued",
        finished_at=None,
        outcome="",
        reason="",
        metrics=None,
        manifest_sha256="",
    )
    with refused("exhibit_shows_a_finished_run"), transaction.atomic():
        Exhibit.objects.create(
            wire=published, run=run, claim=published.current.claims.first(), reading="supports",
            attached_by=published.filed_by,
        )  # fmt: skip


def test_exhibit_bears_on_a_claim_of_its_wire(published):
    other = factories.make_draft()
    with refused("exhibit_bears_on_a_claim_of_its_wire"), transaction.atomic():
        Exhibit.objects.create(
            wire=published, run=factories.make_run(), claim=other.current.claims.first(),
            reading="supports", attached_by=published.filed_by,
        )  # fmt: skip


def test_change_counter_is_one_row():
    with refused("change_counter_is_one_row"), transaction.atomic():
        ChangeCounter.objects.create(id=2)


def test_alias_names_one_wire(published):
    Alias.objects.create(wire=published, name="AIID-1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Alias.objects.create(wire=factories.make_draft(), name="AIID-1")


@pytest.mark.slow
def test_merge_round_python_is_refused(published):
    other, third = factories.make_published(), factories.make_published()
    gone = factories.make_withdrawn()
    editor, senior = factories.make_editor(), factories.make_user(Role.SENIOR)
    request = MoveRequest.objects.create(
        wire=published, move="merge", into=other, reason="One event.", asked_by=editor
    )
    MoveRequest.objects.filter(pk=request.pk).update(
        decided_by=senior, decided_at=timezone.now(), confirmed=True
    )
    ended = {"state": "withdrawn", "withdrawn_at": timezone.now(), "public_reason": "merged"}
    for into, rule in (
        (third, "wire_merge_is_the_confirmed_one"),
        (gone, "wire_is_merged_into_one_that_stands"),
        (factories.make_draft(), "wire_is_merged_in_public_only_into_a_public_one"),
    ):
        with refused(rule), transaction.atomic():
            Wire.objects.filter(pk=published.pk).update(merged_into=into, **ended)
    Wire.objects.filter(pk=published.pk).update(merged_into=other, **ended)


def test_notice_on_a_wire_that_is_not_public_is_refused(draft, published):
    for wire, related in ((draft, None), (published, draft)):
        with refused("notice_names_public_wires"), transaction.atomic():
            Notice.objects.create(
                wire=wire, related=related, kind="correction", text="x", made_by=wire.filed_by
            )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        ("SEV-3", "SEV-2", False),
        ("SEV-2", "SEV-1", False),
        ("SEV-2", "SEV-3", True),
        ("SEV-3", "SEV-4", True),
    ],
)
def test_public_wire_becomes_graver_only_confirmed(before, after, allowed):
    editor = factories.make_editor()
    scale = 3 if before == "SEV-2" else 1
    wire = factories.make_reviewed(editor, scale=scale)
    request = lifecycle.ask(wire.pk, MoveRequest.Move.PUBLISH, by=editor)
    lifecycle.confirm(request.pk, by=factories.make_user(Role.SENIOR))
    Wire.objects.filter(pk=wire.pk).update(severity_reported="SEV-3")
    change = Wire.objects.filter(pk=wire.pk)
    if allowed:
        assert change.update(severity_verified=after) == 1
    else:
        with refused("wire_move_is_confirmed_by_another_person"), transaction.atomic():
            change.update(severity_verified=after)
