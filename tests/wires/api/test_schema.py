"""The description of the feed: valid, the same as the snapshot, and true of real answers."""

from pathlib import Path

import jsonschema
import orjson
import pytest
from django.core.management import call_command
from drf_spectacular.validation import validate_schema

from tests import factories
from wires import exhibits, lifecycle
from wires.api import records, shapes
from wires.models import MoveRequest
from wires.models.user import Role

SNAPSHOT = Path(__file__).with_name("openapi.json")


def served(client):
    return orjson.loads(client.get("/api/v1/schema/").content)


def test_it_is_valid_openapi(client):
    validate_schema(served(client))


def test_generator_has_nothing_to_warn_of():
    call_command("spectacular", validate=True, fail_on_warn=True, file="/dev/null")


def test_it_is_the_snapshot(client):
    now = orjson.dumps(served(client), option=orjson.OPT_INDENT_2) + b"\n"
    assert SNAPSHOT.read_bytes() == now, (
        "The feed's description differs from tests/wires/api/openapi.json. A change that readers "
        "must know of needs a new version in SPECTACULAR_SETTINGS and a line in the changelog. "
        "If it is meant, renew the snapshot from a site that runs this code:\n"
        "  curl -s http://127.0.0.1:8000/api/v1/schema/ | python -c 'import sys, orjson; "
        "sys.stdout.buffer.write(orjson.dumps(orjson.loads(sys.stdin.read()), "
        'option=orjson.OPT_INDENT_2) + b"\\n")\' > tests/wires/api/openapi.json'
    )


def test_every_address_is_described(client):
    assert set(served(client)["paths"]) == {
        "/api/v1/wires/", "/api/v1/wires/{public_id}/", "/api/v1/changes/", "/api/v1/schema/",
    }  # fmt: skip


def test_it_names_every_key_in_the_order_of_the_answers():
    described = {
        name: tuple(shapes.COMPONENTS[name]["properties"])
        for name in ("Record", "Severity", "Rationale", "Code", "Source", "Claim", "Exhibit", "Notice")
    }  # fmt: skip
    assert described.pop("Record") == ("id", "url", *records.RECORD[1:])
    assert set(described.values()) == {*records.PARTS.values(), *records.LISTS.values()}


def complete(shape):
    """Turn a shape of OpenAPI 3.0 into plain JSON Schema: `nullable` is its only own word here."""
    if isinstance(shape, list):
        return [complete(each) for each in shape]
    if not isinstance(shape, dict):
        return shape
    plain = {name: complete(value) for name, value in shape.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if shape.get("nullable") is True else plain


@pytest.mark.django_db
def test_real_answers_have_the_shape_that_it_describes(client):
    editor, senior = factories.make_editor(), factories.make_user(Role.SENIOR)
    factories.make_withdrawn()
    wire = factories.make_published(editor)
    exhibits.attach(wire.pk, factories.make_run().pk, by=editor, claim=1)
    request = lifecycle.ask(
        wire.pk, MoveRequest.Move.DISPUTE, by=editor, reason="Acme says no."
    )
    lifecycle.confirm(request.pk, by=senior)
    description = served(client)
    for address, status, name in (
        ("/api/v1/wires/", 200, "WirePage"),
        ("/api/v1/wires/?limit=1", 200, "WirePage"),
        (f"/api/v1/wires/{wire.public_id}/", 200, "Record"),
        ("/api/v1/changes/?limit=1", 200, "ChangePage"),
        ("/api/v1/wires/?x=1", 400, "Error"),
        ("/api/v1/wires/AIW-1999-0001/", 404, "Error"),
    ):
        response = client.get(address)
        assert response.status_code == status
        schema = complete({**description, "$ref": f"#/components/schemas/{name}"})
        jsonschema.Draft7Validator(schema).validate(orjson.loads(response.content))
