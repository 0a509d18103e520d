import re

import pytest

from tests import factories
from tests.wires.pages import states
from wires import severity, taxonomy
from wires.models import Claim

pytestmark = pytest.mark.django_db


def test_about_defines_every_word_that_a_claim_can_carry(client):
    taxonomy.load()
    content = client.get("/about/").content.decode()
    for word in (*Claim.Verdict.values, *Claim.Basis.values):
        assert f"<dt>{word}</dt>" in content


def test_about_prints_the_rule_in_force(client):
    rules = taxonomy.load().rules
    content = client.get("/about/").content.decode()
    rows = re.findall(r"<tr><td>([^<]*)</td><td>([^<]*)</td><td>(SEV-\d)</td></tr>", content)
    assert [row[2] for row in rows] == [row["level"] for row in rules["rule"]]
    assert rows[0][1] == "scale 3 or more, scope 2 or more, irremediability 3 or more"
    assert {
        name for name in severity.FACTORS if f'<th scope="row">{name}</th>' in content
    } == set(severity.FACTORS)
    for row in (*rules["standards"], *rules["event_classes"]):
        assert row["name"].replace("_", " ") in content


def test_about_defines_every_code(client):
    codes = taxonomy.load().codes.all()
    content = client.get("/about/").content.decode()
    for code in codes:
        assert f'href="/codes/{code.code}/"' in content


def test_about_without_a_taxonomy_says_what_is_missing(client):
    response = client.get("/about/")
    assert response.status_code == 200
    assert b"No taxonomy is loaded" in response.content


@pytest.mark.slow
def test_code_shows_its_definition_and_the_wires_that_carry_it(client):
    wire, gone = factories.make_published(), factories.make_withdrawn()
    content = client.get("/codes/M2/").content.decode()
    assert "The system invents content" in content
    assert "OWASP" in content
    assert states.page(wire) in content
    assert states.page(gone) in content
    assert ">Withdrawn</strong>" in content


def test_code_that_no_wire_carries_says_so(client):
    factories.make_published()
    response = client.get("/codes/M9/")
    assert response.status_code == 200
    assert b"No public wire carries M9" in response.content


@pytest.mark.parametrize("path", ["/codes/M99/", "/codes/X1/", "/codes/m2/"])
def test_unknown_code_is_not_found(client, path):
    taxonomy.load()
    assert client.get(path).status_code == 404
