"""Requests made from the feed's own description, right and wrong ones: every answer conforms."""

from itertools import product

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import positive_data_acceptance

from tests import factories
from wires import exhibits

EXAMPLES = 50  # for each address, of right requests and of wrong ones


@pytest.fixture
def one_connection(db):
    """Keep the connection with the test's own transaction over requests, as Django's client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def description(one_connection):
    """The schema as it is served, over an archive that has one of everything."""
    editor = factories.make_editor()
    wire = factories.make_published(editor)
    exhibits.attach(wire.pk, factories.make_run().pk, by=editor, claim=1)
    factories.make_withdrawn()
    factories.make_draft()
    return schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "mode"),
    [
        *product(
            ["/api/v1/wires/", "/api/v1/wires/{public_id}/", "/api/v1/changes/"],
            GenerationMode,
        ),
        ("/api/v1/schema/", GenerationMode.POSITIVE),  # it takes nothing that could be wrong
    ],
)
def test_answers_conform_to_the_description(description, path, mode):
    cases = description[path]["GET"].as_strategy(generation_mode=mode)

    @given(case=cases)
    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    def conforms(case):
        # A well-formed cursor that the feed never gave out is refused, as no pattern can say.
        unsure = [positive_data_acceptance] if "cursor" in (case.query or {}) else []
        case.call_and_validate(excluded_checks=unsure)

    conforms()
