"""What changed between two texts."""

import re

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from tests import factories
from tests.wires.admin.desk import page, signed_in
from wires import lifecycle
from wires.admin import diff
from wires.models.user import Role


@given(st.text(), st.text())
def test_parts_hold_both_texts(old, new):
    parts = diff.parts(old, new)
    assert "".join(p.text for p in parts if p.kind != "new") == old
    assert "".join(p.text for p in parts if p.kind != "gone") == new


def test_a_changed_word_is_marked_and_no_more():
    parts = diff.parts("Acme paid 812 dollars.", "Acme paid 900 dollars.")
    assert [(p.kind, p.text) for p in parts] == [
        ("same", "Acme paid "), ("gone", "812"), ("new", "900"), ("same", " dollars."),
    ]  # fmt: skip


@pytest.mark.django_db
def test_page_marks_what_changed_and_shows_it_as_text():
    editor = factories.make_editor()
    wire = factories.make_draft(editor)
    lifecycle.revise(
        wire.pk, by=editor, headline="A <b>new</b> headline", note="Shorter.",
        body=factories.BODY.replace("812 dollars", "900 dollars"),
    )  # fmt: skip
    client, _ = signed_in(Role.REPORTER)
    compare = reverse("admin:wires_wire_compare", args=[wire.pk])
    shown = page(client.get(compare))
    assert "<del>812</del><ins>900</ins>" in shown
    assert b"<b>new</b>" not in client.get(compare).content
    assert "<ins>812</ins>" in page(client.get(f"{compare}?old=2&new=1"))
    assert client.get(f"{compare}?old=3").status_code == 404


@pytest.mark.django_db
def test_page_names_the_sources_that_came_and_went():
    editor = factories.make_editor()
    wire = factories.make_draft(editor, sources=(factories.make_source(title="First print"),))
    lifecycle.revise(
        wire.pk, by=editor, headline="A headline", note="Corrected.", body=factories.BODY,
        sources=(factories.make_source(title="Second print", text="Another text."),),
    )  # fmt: skip
    client, _ = signed_in(Role.REPORTER)
    shown = client.get(reverse("admin:wires_wire_compare", args=[wire.pk])).content.decode()
    assert re.search(r"<del>.*First print.*</del>", shown)
    assert re.search(r"<ins>.*Second print.*</ins>", shown)
