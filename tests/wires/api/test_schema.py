"""The description of the feed: valid, the same as the snapshot, and true of real answers."""

from pathlib import Path

import jsonschema
import orjson
import pytest
from drf_spectacular.validation import validate_schema

from tests import factories
from wires import exhibits, lifecycle
from wires.api import records, schema, shapes
from wires.models import MoveRequest
from wires.models.user import Role

SNAPSHOT = Path(__file__).with_name("openapi.json")


def served(client):
    return orjson.loads(client.get("/api/v1/schema/").content)


def test_it_is_valid_openapi(client):
    validate_schema(served(client))


def test_generator_has_nothing_to_warn_of(capsys):
    schema.document.__wrapped__()  # built anew, whoever asked for it before
    assert capsys.readouterr().err == ""


def rendered():
    return orjson.dumps(schema.document(), option=orjson.OPT_INDENT_2) + b"\n"


def test_it_is_the_snapshot():
    assert SNAPSHOT.read_bytes() == rendered(), (
        "The feed's description differs from tests/wires/api/openapi.json. What readers must know "
        "of needs a new VERSION in SPECTACULAR_SETTINGS and a line in CHANGELOG.md. If it is meant, "
        "renew the snapshot:\n"
        "  DJANGO_SETTINGS_MODULE=config.settings .venv/bin/python -c 'import django; "
        "django.setup(); from tests.wires.api.test_schema import *; "
        "SNAPSHOT.write_bytes(rendered())'"
    )


def test_every_address_is_described(client):
    assert set(served(client)["paths"]) == {
        "/api/v1/wires/", "/api/v1/wires/{public_id}/", "/api/v1/changes/", "/api/v1/schema/",
        "/api/v1/classifier/",
    }  # fmt: skip


def test_it_names_every_key_in_the_order_of_the_answers():
    described = {
        name: tuple(shapes.COMPONENTS[name]["properties"])
        for name in ("Record", "Severity", "Rationale", "Code", "Source", "Claim", "Exhibit", "Notice",
                     "Response", "Document")
    }  # fmt: skip
    assert described.pop("Record") == ("id", "url", *records.RECORD[1:])
    assert set(described.values()) == {
        *records.PARTS.values(), *records.LISTS.values(), records.DOCUMENT,
    }  # fmt: skip


def complete(shape):
    """Turn a shape of OpenAPI 3.0 into plain JSON Schema: `nullable` is its only own word here."""
    if isinstance(shape, list):
        return [complete(each) for each in shape]
    if not isinstance(shape, dict):
        return shape
    plain = {name: complete(value) for name, value in shape.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if shape.get("nullable") is True else plain


@pytest.mark.slow
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
        shape = complete({**description, "$ref": f"#/components/schemas/{name}"})
        jsonschema.Draft202012Validator(shape).validate(orjson.loads(response.content))
