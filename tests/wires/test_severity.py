"""The written rule, row by row, over every combination of factors."""

from itertools import product

import pytest
import yaml

from wires import severity, taxonomy

RULES = yaml.safe_load(taxonomy.SHIPPED.read_text())
ALL = [severity.Factors(*values) for values in product(range(4), repeat=3)]


def told(event_class, f, *, established):
    """The rule as the editorial guide words it, written a second time."""
    if event_class == "incident":
        if f.scale == 3 and f.scope >= 2 and f.irremediability == 3:
            return "SEV-1"
        if f.scale == 3 or (f.scale == 2 and f.scope == 3):
            return "SEV-2"
        return "SEV-3" if f.scale >= 1 else "SEV-4"
    if event_class == "serious_hazard":
        return "SEV-3" if established else "SEV-4"
    return "SEV-5" if event_class == "notice" else "SEV-4"


@pytest.mark.parametrize("standard", ["", *(row["name"] for row in RULES["standards"])])
@pytest.mark.parametrize("event_class", [row["name"] for row in RULES["event_classes"]])
def test_level_of_every_combination(event_class, standard):
    established = standard in ("primary artefact", "two independent sources", "reproduced")
    for factors in ALL:
        found = severity.level(
            RULES, event_class=event_class, factors=factors, standard=standard
        )
        assert found == told(event_class, factors, established=established), factors


@pytest.mark.parametrize("standard", ["single source", "disputed"])
def test_weakly_established_wire_is_capped(standard):
    for factors in ALL:
        assert verified("incident", factors, standard=standard, core_stands=True) == "SEV-5"


def test_unsupported_core_claim_caps():
    grave = severity.Factors(3, 3, 3)
    assert verified("incident", grave, standard="public record", core_stands=True) == "SEV-1"
    assert verified("incident", grave, standard="public record", core_stands=False) == "SEV-5"


def verified(event_class, factors, *, standard, core_stands):
    return severity.verified(
        RULES,
        event_class=event_class,
        factors=factors,
        standard=standard,
        core_stands=core_stands,
    )


def test_unknown_class_is_an_error():
    with pytest.raises(ValueError, match="mishap"):
        severity.level(RULES, event_class="mishap", factors=ALL[0], standard="")


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
