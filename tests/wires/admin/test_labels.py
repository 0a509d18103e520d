"""Weak labels on the review page: whose they are, how far they came, and that they are weak."""

import pytest

from tests import factories
from tests.wires.admin.desk import review, signed_in
from wires import taxonomy
from wires.intake import WeakLabel
from wires.models.user import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def codes():
    taxonomy.load()


def shown(**values):
    client, _ = signed_in(Role.EDITOR)
    return client.get(review(factories.make_draft(**values))).content.decode()


def test_labels_of_one_annotator_stand_together_and_are_called_weak():
    labels = (
        WeakLabel("MIT", "Entity: AI", "language model", "published"),
        WeakLabel("GMF", "Goal: <b>Chat</b>", "human", "draft"),
        WeakLabel("MIT", "Intent: Other", "language model", "published"),
    )
    text = shown(labels=labels)
    assert (
        "<td>MIT</td><td>Entity: AI; Intent: Other</td><td>language model</td>"
        "<td>weak label, published</td>"
    ) in text
    assert (
        "<td>Goal: &lt;b&gt;Chat&lt;/b&gt;</td><td>human</td><td>weak label, draft</td>"
        in text
    )


def test_many_labels_of_one_annotator_are_folded():
    labels = tuple(
        WeakLabel("CSETv1", f"Question {n}: yes", "002", "published") for n in range(9)
    )
    text = shown(labels=labels)
    assert "<summary>9 labels</summary>Question 0: yes; Question 1: yes" in text


def test_a_wire_without_labels_has_no_such_table():
    assert "Weak labels" not in shown()
