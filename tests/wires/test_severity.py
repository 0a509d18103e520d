"""The written rule: row by row, and over every class, factor and standard with its caps."""

import re
from itertools import product

import pytest
import yaml

from config.paths import CHECKOUT
from tests import factories
from wires import coding, gate, lifecycle, severity, taxonomy
from wires.models import Claim, Wire
from wires.pages.reading import UNREAL
from wires.pages.reading import factors as told_factors

RULES = yaml.safe_load(taxonomy.SHIPPED.read_text())
ALL = [severity.Factors(*values) for values in product(range(4), repeat=3)]
CLASSES = [row["name"] for row in RULES["event_classes"]]
STANDARDS = [row["name"] for row in RULES["standards"]]
GUIDE = CHECKOUT.parent / "shared" / "TAXONOMY.md"


def told(event_class, f, standard):
    """The rule as the editorial guide words it, written a second time."""
    if event_class == "incident":
        if f.scale == 3 and f.scope >= 2 and f.irremediability == 3:
            return "SEV-1"
        if f.scale == 3 or (f.scale == 2 and f.scope == 3):
            return "SEV-2"
        return "SEV-3" if f.scale >= 1 else "SEV-4"
    if event_class == "serious_hazard":
        established = ("primary artefact", "two independent sources", "reproduced")
        return "SEV-3" if standard in established else "SEV-4"
    return "SEV-5" if event_class == "notice" else "SEV-4"


def told_verified(event_class, f, standard, *, core_stands):
    """The guide's caps: nothing is worse than SEV-5 that is weakly established."""
    capped = standard in ("single source", "disputed") or not core_stands
    return "SEV-5" if capped else told(event_class, f, standard)


def level(event_class, factors, standard):
    return severity.level(RULES, event_class=event_class, factors=factors, standard=standard)


def verified(event_class, factors, *, standard, core_stands):
    return severity.verified(
        RULES,
        event_class=event_class,
        factors=factors,
        standard=standard,
        core_stands=core_stands,
    )


def test_there_are_five_classes_and_six_standards():
    assert Wire.EventClass.values == CLASSES
    assert sorted(STANDARDS) == sorted(Wire.Standard.values)


@pytest.mark.parametrize("standard", ["", *STANDARDS])
@pytest.mark.parametrize("event_class", CLASSES)
def test_level_of_every_combination(event_class, standard):
    for factors in ALL:
        expected = told(event_class, factors, standard)
        assert level(event_class, factors, standard) == expected, factors


@pytest.mark.parametrize("core_stands", [True, False])
@pytest.mark.parametrize("standard", ["", *STANDARDS])
@pytest.mark.parametrize("event_class", CLASSES)
def test_verified_level_of_every_combination(event_class, standard, core_stands):
    for factors in ALL:
        found = verified(event_class, factors, standard=standard, core_stands=core_stands)
        expected = told_verified(event_class, factors, standard, core_stands=core_stands)
        assert found == expected, factors


# One case for each row of the guide's table, at its edge: what it holds for, and the nearest
# factors that it does not hold for, which the next row then decides.
ROWS = [
    ("incident", (3, 2, 3), "", "SEV-1"),
    ("incident", (3, 3, 3), "", "SEV-1"),
    ("incident", (3, 1, 3), "", "SEV-2"),
    ("incident", (3, 2, 2), "", "SEV-2"),
    ("incident", (3, 0, 0), "", "SEV-2"),
    ("incident", (2, 3, 0), "", "SEV-2"),
    ("incident", (2, 2, 3), "", "SEV-3"),
    ("incident", (1, 3, 3), "", "SEV-3"),
    ("incident", (1, 0, 0), "", "SEV-3"),
    ("incident", (0, 3, 3), "", "SEV-4"),
    ("near_miss", (3, 3, 3), "two independent sources", "SEV-4"),
    ("near_miss", (0, 0, 0), "", "SEV-4"),
    ("hazard", (3, 3, 3), "reproduced", "SEV-4"),
    ("hazard", (0, 0, 0), "", "SEV-4"),
    ("serious_hazard", (0, 0, 0), "primary artefact", "SEV-3"),
    ("serious_hazard", (0, 0, 0), "two independent sources", "SEV-3"),
    ("serious_hazard", (0, 0, 0), "reproduced", "SEV-3"),
    ("serious_hazard", (3, 3, 3), "public record", "SEV-4"),
    ("serious_hazard", (3, 3, 3), "single source", "SEV-4"),
    ("serious_hazard", (3, 3, 3), "disputed", "SEV-4"),
    ("serious_hazard", (3, 3, 3), "", "SEV-4"),
    ("notice", (3, 3, 3), "primary artefact", "SEV-5"),
]


@pytest.mark.parametrize(("event_class", "values", "standard", "expected"), ROWS)
def test_row_of_the_rule(event_class, values, standard, expected):
    assert level(event_class, severity.Factors(*values), standard) == expected


def test_every_row_decides_something():
    reached = set()
    for event_class, factors, standard in product(CLASSES, ALL, ["", *STANDARDS]):
        reached.add(
            next(
                number
                for number, row in enumerate(RULES["rule"])
                if severity.level(
                    {**RULES, "rule": [row, *_nothing()]},
                    event_class=event_class,
                    factors=factors,
                    standard=standard,
                )
                != "none"
            )
        )
    assert reached == set(range(len(RULES["rule"])))


def _nothing():
    return [{"event_class": name, "when": {}, "level": "none"} for name in CLASSES]


@pytest.mark.skipif(
    not GUIDE.is_file(), reason="the editorial guide is not beside this checkout"
)
def test_shipped_rule_has_the_rows_of_the_guide():
    table = GUIDE.read_text().split("**Rule**")[1].split("`verified` is capped")[0]
    rows = re.findall(r"^\| ([a-z_, ]+) \| .+ \| (\d) \|$", table, re.MULTILINE)
    written = [(name, f"SEV-{level}") for names, level in rows for name in names.split(", ")]
    # The guide joins two conditions of SEV-2 in one row; the shipped rule has a row for each.
    shipped = [(row["event_class"], row["level"]) for row in RULES["rule"]]
    assert list(dict.fromkeys(shipped)) == written


def test_unknown_class_is_an_error():
    with pytest.raises(ValueError, match="mishap"):
        severity.level(RULES, event_class="mishap", factors=ALL[0], standard="")


@pytest.fixture
def wire():
    return factories.make_reviewed()


def classified(wire, **values):
    given = {
        "event_class": "incident", "standard": "public record", "reported": "SEV-2",
        "factors": wire.factors,
    }  # fmt: skip
    return coding.classify(wire.pk, by=factories.make_editor(), **{**given, **values})


@pytest.mark.django_db
def test_reported_and_verified_are_apart(wire):
    done = classified(wire)
    assert (done.severity_reported, done.severity_verified) == ("SEV-2", "SEV-3")
    assert gate.failures(done) == []


@pytest.mark.django_db
def test_factors_are_recorded_with_the_sentences_that_they_rest_on(wire):
    factors = {name: {"value": 2, "claim": n} for n, name in enumerate(severity.FACTORS, 1)}
    classified(wire, factors=factors)
    wire.refresh_from_db()
    assert wire.factors == factors


@pytest.mark.django_db
@pytest.mark.parametrize("standard", ["single source", "disputed"])
def test_weakly_established_wire_is_verified_at_sev_5(wire, standard):
    grave = {name: {"value": 3, "claim": 2} for name in severity.FACTORS}
    done = classified(wire, standard=standard, factors=grave)
    assert (done.severity_reported, done.severity_verified) == ("SEV-2", "SEV-5")


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("columns", "verified_as"),
    [
        ({}, "SEV-3"),
        ({"verdict": "partly"}, "SEV-3"),
        ({"verdict": "unsupported", "basis": "topic"}, "SEV-5"),
        ({"verdict": "contradicted", "basis": "number"}, "SEV-5"),
        ({"verdict": "unchecked", "basis": "", "checked_at": None}, "SEV-5"),
    ],
)
def test_core_claim_that_does_not_stand_caps(wire, columns, verified_as):
    if columns:
        Claim.objects.filter(version=wire.current, n=1).update(**columns)
    assert gate.verified_level(gate.Dossier(wire, wire.current)) == verified_as
    wire.codings.filter(kind="M").delete()  # then the first sentence is the core
    assert gate.verified_level(gate.Dossier(wire, wire.current)) == verified_as


@pytest.mark.django_db
def test_level_is_open_until_class_and_factors_are_recorded(wire):
    wire.event_class = ""
    assert gate.verified_level(gate.Dossier(wire, wire.current)) == ""
    wire.event_class, wire.factors = "incident", {"scale": {"value": 1, "claim": 1}}
    assert gate.verified_level(gate.Dossier(wire, wire.current)) == ""


@pytest.mark.django_db
def test_override_is_explained_in_the_record(wire):
    editor = factories.make_editor()
    assert "note" not in lifecycle.publish(wire.pk, by=editor).record["severity"]
    classified(wire, reported="SEV-3", override="SEV-4", note="Repaid the same day.")
    record = Wire.objects.get(pk=wire.pk).record
    assert record["severity"] == {
        "reported": "SEV-3", "verified": "SEV-4", "note": "Repaid the same day.",
        "factors": {"scale": 1, "scope": 1, "irremediability": 1},
    }  # fmt: skip


@pytest.mark.parametrize("event_class", CLASSES)
def test_factors_of_what_did_not_happen_say_what_could_have_been(event_class):
    record = {
        "event_class": event_class,
        "severity": {"factors": {"scale": 3, "scope": 0, "irremediability": 3}},
    }
    scale, scope, last = told_factors(record, RULES)
    could = "could have been " if event_class in UNREAL else ""
    assert scale.words.startswith(f"{could}grave: a death")
    assert scope.words == "none"
    assert last.words == f"{could}permanent"
    assert (event_class in UNREAL) == (event_class not in ("incident", "notice"))


@pytest.mark.parametrize(
    ("data", "factors"),
    [
        ({}, None),
        ({"scale": {"value": 1}, "scope": {"value": 1}}, None),
        (
            {"scale": {"value": 4}, "scope": {"value": 1}, "irremediability": {"value": 0}},
            None,
        ),
        (
            {"scale": {"value": 0}, "scope": {"value": 1}, "irremediability": {"value": 3}},
            severity.Factors(0, 1, 3),
        ),
    ],
)
def test_factors_are_read_only_when_all_are_recorded(data, factors):
    assert severity.Factors.from_json(data) == factors
