"""The published record, held against a golden file. A difference is a new version of the feed."""

import re
from datetime import date
from pathlib import Path

import orjson
import pytest

from tests import factories
from wires import exhibits, lifecycle, record
from wires.models import Change

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).with_name("record.json")


@pytest.fixture
def wire():
    """A public wire that shows everything a record can."""
    editor = factories.make_editor()
    wire = factories.make_published(
        editor,
        headline="Chatbot of Acme invents a refund rule",
        aliases=("AIID-0",),
        occurred_on=date(2024, 5, 2),
        rationale={
            "counterfactual": "Had the chatbot not invented the rule, the customer would not "
            "have relied on Acme."
        },
        sources=(factories.make_source(published_on=date(2024, 6, 1), group="tribunal"),),
    )
    metric = {"value": 0.88, "low": 0.85, "high": 0.91, "n": 300, "method": "bootstrap"}
    run = factories.make_run(metrics={"primary/heldout": metric})
    exhibits.attach(wire.pk, run.pk, by=editor, claim=1)
    wire.refresh_from_db()
    return wire


def served(client, wire):
    return client.get(f"/api/v1/wires/{wire.public_id}/").content


def normalised(body, wire):
    """Put fixed words for what a run of the tests gives: the id, the run's number, the times."""
    text = body.decode().replace(wire.public_id, "AIW-2026-0001")
    text = re.sub(r'"run":\d+', '"run":1', text)
    text = re.sub(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", "2026-01-01T00:00:00.000000Z", text
    )
    # One key a line, so that a difference can be read; order and values stay.
    return orjson.dumps(orjson.loads(text), option=orjson.OPT_INDENT_2) + b"\n"


def test_record_is_the_golden_one(client, wire):
    assert normalised(served(client, wire), wire) == GOLDEN.read_bytes()


def test_feed_drops_and_adds_nothing_but_the_address(client, wire):
    shown = orjson.loads(served(client, wire))
    assert shown.pop("url")
    assert shown == wire.record == Change.objects.latest("seq").record


def test_key_that_the_feed_does_not_know_is_still_shown(client, wire):
    # A record written by a later release: its hash covers the key, so the feed must show it.
    wire.record = {**wire.record, "later": 1, "claims": [{**wire.record["claims"][0], "x": 2}]}
    wire.save(update_fields=["record"])
    shown = orjson.loads(served(client, wire))
    assert (shown["later"], shown["claims"][0]["x"]) == (1, 2)
    assert record.sha256(shown) == record.sha256(wire.record)


def test_line_on_exhibits_is_in_the_record_and_is_a_change(client):
    wire = factories.make_published()
    editor = factories.make_editor()
    lifecycle.note_exhibits(wire.pk, by=editor, note="No recipe is about refunds.")
    assert orjson.loads(served(client, wire))["exhibit_note"] == "No recipe is about refunds."
    assert Change.objects.latest("seq").kind == "exhibited"
    lifecycle.note_exhibits(wire.pk, by=editor, note="")
    assert "exhibit_note" not in orjson.loads(served(client, wire))


def test_line_on_exhibits_of_a_hidden_wire_is_no_change():
    wire = factories.make_reviewed()
    lifecycle.note_exhibits(wire.pk, by=factories.make_editor(), note="No recipe bears on it.")
    assert not Change.objects.exists()
