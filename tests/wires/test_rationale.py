"""Boilerplate: a formula with other names in it is found, a text of a wire's own is not."""

import time

import pytest
import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext

from classifier import engine
from classifier.core import formula
from tests import factories
from wires import gate, lifecycle, severity
from wires import taxonomy as taxonomies
from wires.demonstration import STARTER
from wires.gate.boilerplate import COMPARED, SHARED_AT_MOST, shared_with
from wires.intake import markdown
from wires.intake.text import read
from wires.models import Rationale, Wire

FORMULA = {
    "system": "The model of {0}",
    "act": "gave a user of {0} wrong output",
    "harm": "a user was harmed by the output of {0}",
    "counterfactual": "Had the model of {0} not given the output, the user would not have been harmed.",
}  # fmt: skip
NAMES = ("Acme", "Zenith Air", "OpenAI", "deepseek", "Oak Street Bank 24")


def filled(name):
    return {slot: text.format(name) for slot, text in FORMULA.items()}


def give(wire, **slots):
    Rationale.objects.filter(wire=wire).update(**slots)


def found(wire):
    return [f.detail for f in gate.failures(Wire.objects.get(pk=wire.pk)) if f.rule == 5]


@pytest.mark.slow
@pytest.mark.django_db
def test_formula_is_refused_from_the_fourth_wire_on():
    wires = [factories.make_reviewed(providers=(name,)) for name in NAMES]
    for wire, name in zip(wires[:SHARED_AT_MOST], NAMES, strict=False):
        give(wire, **filled(name))
    assert not [detail for wire in wires for detail in found(wire) if "boilerplate" in detail]
    give(wires[3], **filled(NAMES[3]))
    for wire in wires[:4]:
        [detail] = [detail for detail in found(wire) if "boilerplate" in detail]
        assert "stands on 4 wires" in detail
        others = {other.public_id for other in wires[:4]} - {wire.public_id}
        assert all(other in detail for other in others)
    assert not found(wires[4])


@pytest.mark.slow
@pytest.mark.django_db
def test_counterfactual_alone_may_be_the_formula():
    wires = [factories.make_reviewed() for _ in range(4)]
    for wire, name in zip(wires, NAMES, strict=False):
        give(wire, counterfactual=FORMULA["counterfactual"].format(name))
    assert all("stands on 4 wires" in found(wire)[0] for wire in wires)


@pytest.mark.django_db
def test_drafted_template_is_refused_until_it_is_finished():
    wire = factories.make_reviewed()
    row = Rationale.objects.get(wire=wire)
    form = (
        f"But for {row.system}, which {row.act}, it would not have come to this: {row.harm}. "
        "Without it, [write here what would have happened instead]."
    )
    for text in (form, form.partition(" Without it,")[0]):
        give(wire, counterfactual=text)
        assert ["drafted template" in detail for detail in found(wire)] == [True]
    give(wire, counterfactual=form.replace(
        "[write here what would have happened instead]", "the customer of Acme had kept 812 dollars"
    ))  # fmt: skip
    assert not found(wire)


@pytest.mark.slow
@pytest.mark.django_db
def test_discarded_wires_do_not_count():
    wires = [factories.make_reviewed() for _ in range(4)]
    for wire in wires:
        give(wire, counterfactual=FORMULA["counterfactual"].format("Acme"))
    editor = factories.make_editor()
    lifecycle.discard(wires[3].pk, by=editor, note="The same event twice.")
    assert not found(wires[0])


@pytest.mark.django_db
@pytest.mark.slow
def test_ten_thousand_rationales_are_searched_in_bounded_work():
    wire = factories.make_reviewed()
    give(wire, counterfactual=FORMULA["counterfactual"].format("Acme"))
    mine = Rationale.objects.get(wire=wire)
    ids = [f"AIW-2020-{n:05d}" for n in range(10_000)]
    others = Wire.objects.bulk_create(
        Wire(public_id=name, fingerprint=name, filed_by=wire.filed_by) for name in ids
    )
    Rationale.objects.bulk_create(
        Rationale(
            wire=other, system="A car", act=f"did {factories.own_words(other)}", harm="a loss",
            counterfactual=f"Had the car not done it, {factories.own_words(other)}.",
            decided_by=wire.filed_by,
        )
        for other in others
    )  # fmt: skip
    for other, name in zip(others[5000:], NAMES[1:], strict=False):
        give(other, counterfactual=FORMULA["counterfactual"].format(name))
    with CaptureQueriesContext(connection) as queries:
        started = time.process_time()
        shared = shared_with(mine, ["Acme"])
        took = time.process_time() - started
    assert shared == ids[5000 : 5000 + len(NAMES) - 1]
    assert len(queries) == 2  # the texts, and the providers of those that were read
    assert took < 1.0
    assert COMPARED <= 50


@pytest.fixture(scope="module")
def shipped():
    """The wires of the starter archive as their files have them."""
    paths = sorted((STARTER / "wires").glob("*.md"))
    return {path.name: markdown.split(read(path))[:2] for path in paths}


def slots_of(front):
    return [front["rationale"][slot] for slot in gate.SLOTS]


@pytest.mark.slow
def test_no_shipped_wire_is_boilerplate(shipped):
    assert len(shipped) >= 24
    for part in (slice(None), slice(3, None)):
        skeletons = [
            formula.skeleton(slots_of(front)[part], front["providers"])
            for front, _ in shipped.values()
        ]
        for name, mine in zip(shipped, skeletons, strict=True):
            alike = sum(formula.likeness(mine, other) >= formula.SAME for other in skeletons)
            assert alike - 1 < SHARED_AT_MOST, name


def test_every_shipped_wire_is_named_in_its_rationale(shipped):
    for name, (front, body) in shipped.items():
        sentences = [sentence.text for sentence in engine.split(body)]
        text = "\n".join([front["headline"], *sentences, *front["providers"]])
        assert not engine.names_nothing_of(" ".join(slots_of(front)), text), name


def test_shipped_hazards_are_serious_if_they_would_have_been(shipped):
    rules = yaml.safe_load(taxonomies.SHIPPED.read_text())
    classes = set()
    for name, (front, _) in shipped.items():
        factors = severity.Factors.from_json(front["factors"])
        level = severity.level(rules, event_class="incident", factors=factors, standard="")
        classes.add(front["event_class"])
        if "hazard" in front["event_class"]:
            serious = front["event_class"] == "serious_hazard"
            assert serious == (level in ("SEV-1", "SEV-2")), name
    assert {"hazard", "serious_hazard"} <= classes
