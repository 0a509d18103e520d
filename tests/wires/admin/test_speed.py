"""The review page of a long wire: what it costs the database, and how long the servers work."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import process_time

import psutil
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.wires.admin.desk import make_proposal, review, signed_in
from wires import claims, coding, lifecycle, taxonomy
from wires.models import Code, ProposedCode
from wires.models.user import Role

pytestmark = pytest.mark.django_db
MOST = 0.300  # seconds of work, on a machine that is neither slow nor busy
YARDSTICK = 0.046  # seconds that such a machine takes to add up `ADDED` numbers
ADDED = 2_000_000
ROUNDS = 15


def make_long(editor, *, sentences, sources):
    """A wire whose every sentence stands in one of its sources, each as long as an article."""
    taxonomy.load()
    texts = [
        [
            f"Report {s} says that robot {n} of Acme stopped {n * 7} cars in town {s}."
            for n in range(40)
        ]
        for s in range(sources)
    ]
    body = " ".join(
        f"{texts[n % sources][n // sources]}[^source-{n % sources}]" for n in range(sentences)
    )
    wire = factories.make_draft(
        editor, body=body,
        sources=tuple(
            factories.make_source(
                key=f"source-{s}", text="\n\n".join(text * 3), record_id=f"AIID-{s}",
                url=f"https://example.org/{s}",
            )
            for s, text in enumerate(texts)
        ),
    )  # fmt: skip
    lifecycle.submit(wire.pk, by=editor)
    claims.check(wire.current_id)
    proposal = make_proposal(wire)
    for code in Code.objects.filter(number__in=range(1, 6)):
        ProposedCode.objects.create(proposal=proposal, code=code, score=0.5, ticked=False)
    coding.put(wire.pk, "M11", by=editor, claim=1)
    coding.reason(
        wire.pk, by=editor, system="The robots of Acme", act="stopped cars",
        harm="town 1 stood still", result="yes",
        counterfactual="Had the robots of Acme not stopped, the cars of town 1 had moved.",
    )  # fmt: skip
    for n in range(60):
        lifecycle.remark(wire.pk, by=editor, note=f"remark {n}")
    return wire


@contextmanager
def untraced() -> Iterator[None]:
    """Do without what counts the lines of a test run: it more than doubles what a page takes."""
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)


def adding():
    """Return the seconds of work that a fixed piece of plain Python takes here and now."""
    began, total = process_time(), 0
    for number in range(ADDED):
        total += number
    return process_time() - began


def cost(client, wire):
    with CaptureQueriesContext(connection) as queries:
        response = client.get(review(wire))
    assert response.status_code == 200
    return len(queries)


@pytest.mark.slow
def test_long_wire_costs_no_more_queries_than_a_short_one():
    client, editor = signed_in(Role.EDITOR)
    short = make_long(editor, sentences=4, sources=2)
    long = make_long(editor, sentences=60, sources=6)
    factories.make_draft()  # so that another wire waits after each of them
    assert cost(client, long) <= cost(client, short)


@pytest.mark.slow
def test_review_page_of_sixty_sentences_and_six_sources_is_quick():
    """The best of a few rounds, of Python's work and the database's together."""
    client, editor = signed_in(Role.EDITOR)
    wire = make_long(editor, sentences=60, sources=6)
    assert wire.current.claims.count() == 60
    assert wire.current.citations.count() == 6
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        session = psutil.Process(cursor.fetchone()[0])

    def worked():
        return process_time() + session.cpu_times().user + session.cpu_times().system

    took, added = [], []
    with untraced():
        for _ in range(ROUNDS):
            began = worked()
            assert client.get(review(wire)).status_code == 200
            took.append(worked() - began)
            added.append(adding())
    slowness = max(1.0, min(added) / YARDSTICK)
    assert min(took) < MOST * slowness, (took, added)
