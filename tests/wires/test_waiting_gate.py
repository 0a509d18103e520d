"""The gate of a text that waits: as it will be once codes and factors have moved to it."""

import pytest

from tests import factories
from wires import gate, lifecycle
from wires.gate.succession import successors
from wires.models import Claim, Wire
from wires.refusals import GateClosedError

pytestmark = pytest.mark.django_db

LEAD = "It was told by the record.[^record] "


@pytest.fixture
def editor():
    return factories.make_editor()


def waiting(editor, body):
    """Return a published wire and a new text of it whose every sentence is supported."""
    wire = factories.make_published(editor)
    new = lifecycle.revise(wire.pk, by=editor, headline="New", body=body, note="Corrected.")
    citation = new.citations.select_related("source").get()
    new.claims.update(
        verdict="supported", basis="wording", score=1.0, citation=citation, passage=citation.source.text[0],
        passage_start=0, passage_end=1, checked_at=new.made_at,
    )  # fmt: skip
    return Wire.objects.get(pk=wire.pk), new


def failing(wire, new):
    return {failure.rule: failure.detail for failure in gate.failures(wire, new)}


@pytest.mark.slow
def test_codes_and_factors_are_held_against_the_sentences_that_follow(editor):
    wire, new = waiting(editor, LEAD + factories.BODY)
    assert failing(wire, new) == {}
    dossier = gate.Dossier(wire, new)
    assert [(row.code.code, row.sentence) for row in dossier.codings] == [("M2", 2), ("F6", 3)]
    assert {factor["claim"] for factor in dossier.factors.values()} == {3}
    standing = gate.Dossier(wire, wire.current)
    assert [row.sentence for row in standing.codings] == [1, 2]
    lifecycle.amend(wire.pk, by=editor, notice="The record was not named.")
    wire.refresh_from_db()
    assert [row.claim.n for row in wire.codings.all()] == [2, 3]
    assert {factor["claim"] for factor in wire.factors.values()} == {3}


@pytest.mark.slow
def test_corrected_sentence_keeps_what_rests_on_it(editor):
    wire, new = waiting(editor, factories.BODY.replace("812", "821"))
    assert failing(wire, new) == {}
    lifecycle.amend(wire.pk, by=editor, notice="Acme paid 821 dollars, not 812.")
    assert wire.codings.get(kind="F").claim.text.startswith("Acme paid 821")


def test_sentence_that_stands_no_more_carries_nothing(editor):
    wire, new = waiting(editor, factories.BODY.replace("812", "821"))
    new.claims.filter(n=2).update(verdict="contradicted", basis="number")
    assert set(failing(wire, new)) == {3, 6, 7}


@pytest.mark.slow
def test_what_rested_on_a_sentence_that_was_taken_out_rests_on_none(editor):
    body = " ".join(line for line in factories.BODY.split("[^record]") if "812" not in line)
    wire, new = waiting(editor, body.strip() + "[^record]")
    found = failing(wire, new)
    assert "F6 rests on no supported claim" in found[7]
    assert "rests on no sentence" in found[6]
    with pytest.raises(GateClosedError) as refusal:
        lifecycle.amend(wire.pk, by=editor, notice="One sentence was wrong.")
    assert {failure.detail for failure in refusal.value.failures} == {
        failure.detail for failure in gate.failures(wire, new)
    }
    assert gate.failures(Wire.objects.get(pk=wire.pk)) == []


def texts(*sentences):
    return [Claim(pk=n, n=n, text=text) for n, text in enumerate(sentences, start=1)]


@pytest.mark.parametrize(
    ("old", "new", "places"),
    [
        (("a b c", "d e f"), ("a b c", "d e f"), {1: 1, 2: 2}),
        (("a b c", "d e f"), ("d e f", "a b c"), {1: 2, 2: 1}),
        (("a b c", "a b c"), ("x y z", "a b c", "a b c"), {1: 2, 2: 3}),
        (("a b c", "a b c"), ("a b c",), {1: 1}),
        (("a b c d e",), ("a b c d x",), {1: 1}),
        (("a b c d e",), ("a b x y z",), {}),
        # The more alike of two takes the place; nothing is taken twice.
        (("a b c d e f g h i j",), ("a b c d e f g h x y", "a b c d e f g h i x"), {1: 2}),
        (("a b c d e", "a b c d f"), ("a b c d g",), {1: 1}),
        ((), ("a",), {}),
        (("a",), (), {}),
    ],
)
def test_successor_is_the_same_sentence_or_the_one_that_rewords_it(old, new, places):
    found = successors(
        texts(*old), [Claim(pk=9 + c.n, n=c.n, text=c.text) for c in texts(*new)]
    )
    assert {place: claim.n for place, claim in found.items()} == places
