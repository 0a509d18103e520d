"""Filing many at once: the same rows as one at a time, and never twice."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from config.paths import CHECKOUT
from tests import factories
from tests.conftest import database_url
from tests.wires.intake.archives import COLUMNS, incident, snapshot, table
from wires import lifecycle
from wires.intake import FiledSource, Refused, WeakLabel
from wires.models import Alias, Change, Citation, Claim, Event, Provider, Source, Version, Wire
from wires.models.user import Role
from wires.refusals import NotAllowedError

pytestmark = pytest.mark.django_db
ROWS = (Wire, Version, Source, Citation, Claim, Provider, Alias, Event)


@pytest.fixture
def reporter():
    return factories.make_user(Role.REPORTER)


def tally(entries, by):
    return list(lifecycle.file_all(entries, by=by))


def record(name, **values):
    given = {"record": name, "aliases": (name,), "format": "aiid"}
    return factories.make_filing(**{**given, **values})


def intake(*arguments):
    out, err = StringIO(), StringIO()
    call_command("intake", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue()


def answer(*arguments):
    return json.loads(intake(*arguments, "--json"))


def test_filed_together_or_alone_the_rows_are_the_same(reporter):
    labels = (WeakLabel("MIT", "Intent: Other", "language model", "published"),)
    sources = (factories.make_source(), factories.make_source(key="b", text="Another text."))
    filings = [
        record(f"AIID-{n}", sources=sources[: 1 + n % 2], providers=("Acme", f"Maker {n % 2}"), labels=labels)
        for n in range(4)
    ]  # fmt: skip
    [found] = tally(filings[:3], reporter)
    assert (found.read, len(found.filed), found.duplicate, found.refused) == (3, 3, 0, ())
    alone, is_new = lifecycle.file(filings[3], by=reporter)
    assert is_new
    for wire in (found.filed[1], alone):
        wire.refresh_from_db()
        assert wire.current == wire.versions.get()
        assert wire.filed["labels"] == [
            {"taxonomy": "MIT", "label": "Intent: Other", "annotator": "language model", "status": "published"}
        ]  # fmt: skip
        assert {provider.name for provider in wire.providers.all()} == {"Acme", "Maker 1"}
        cited = list(wire.current.citations.values_list("key", "position"))
        assert cited == [("record", 0), ("b", 1)]
        claims = list(wire.current.claims.values_list("n", "cites"))
        assert claims == [(1, ["record"]), (2, ["record"]), (3, ["record"])]
        [event] = wire.events.all()
        assert (event.act, event.by, event.detail) == ("filed", reporter, {"format": "aiid"})
    assert Source.objects.count() == 2
    assert len({wire.public_id for wire in Wire.objects.all()}) == 4


def test_the_number_of_queries_does_not_grow_with_the_filings(
    reporter, django_assert_max_num_queries
):
    for count in (2, 40):
        filings = [record(f"AIID-{count}-{n}") for n in range(count)]
        with django_assert_max_num_queries(35):
            tally(filings, reporter)


def test_a_record_is_one_wire_whatever_its_text(reporter):
    first = record("AIID-1")
    again = record("AIID-1", body="Another text of it.[^record]")
    [found] = tally([first, again, first], reporter)
    assert (len(found.filed), found.duplicate) == (1, 2)
    [found] = tally([first, again], reporter)
    assert (len(found.filed), found.duplicate) == (0, 2)
    assert lifecycle.file(again, by=reporter) == (Wire.objects.get(), False)


def test_a_record_that_a_wire_has_as_its_own_name_is_that_wire(reporter):
    wire, _ = lifecycle.file(factories.make_filing(aliases=("AIID-1",)), by=reporter)
    assert lifecycle.file(record("AIID-1"), by=reporter) == (wire, False)


def test_a_linked_name_does_not_make_a_duplicate(reporter):
    lifecycle.file(record("AML.CS0001", linked=("AIID-1",)), by=reporter)
    assert lifecycle.file(record("AIID-1"), by=reporter)[1]


def test_what_its_publisher_calls_a_duplicate_is_one_if_the_first_is_known(reporter):
    lone = record("AIID-5", duplicate_of="AIID-4", linked=("AIID-4",))
    [found] = tally([lone, record("AIID-1")], reporter)
    assert len(found.filed) == 2
    twin = record("AIID-2", duplicate_of="AIID-1")
    [found] = tally([twin, record("AIID-3", duplicate_of="AIID-2")], reporter)
    assert (len(found.filed), found.duplicate) == (0, 2)
    wire = Wire.objects.get(aliases__name="AIID-1", aliases__is_own=True)
    assert set(wire.aliases.filter(is_own=True).values_list("name", flat=True)) == {
        "AIID-1", "AIID-2", "AIID-3",
    }  # fmt: skip


def test_a_duplicate_leaves_a_public_wire_as_readers_see_it(reporter):
    wire = factories.make_published(aliases=("AIID-1",))
    changes = Change.objects.count()
    [found] = tally([record("AIID-2", duplicate_of="AIID-1")], reporter)
    assert found.duplicate == 1
    assert [alias.name for alias in wire.aliases.all()] == ["AIID-1"]
    assert Change.objects.count() == changes


def test_names_in_other_letters_are_one_provider_and_other_names_are_not(reporter):
    tally([record("AIID-1", providers=("OpenAI", "openai", "Acme, Inc", "百度"))], reporter)
    tally([record("AIID-2", providers=("OPENAI", "Acme Inc", "百度", "腾讯"))], reporter)
    names = set(Provider.objects.values_list("name", flat=True))
    assert names == {"OpenAI", "Acme, Inc", "Acme Inc", "百度", "腾讯"}
    assert Provider.objects.values("slug").distinct().count() == 5


def test_what_the_database_refuses_costs_that_filing_alone(reporter):
    bad = record("AIID-2", sources=(factories.make_source(kind="rumour"),))
    # The source is stored before it is cited; no other filing has its text.
    bad = replace(bad, sources=(replace(bad.sources[0], text="A rumour about Acme."),))
    entries = [record("AIID-1"), bad, Refused("AIID-9", "no text"), record("AIID-3")]
    [found] = tally(entries, reporter)
    assert (found.read, len(found.filed)) == (4, 2)
    refused = {entry.record: entry.reason for entry in found.refused}
    assert refused.keys() == {"AIID-9", "AIID-2"}
    assert "source_kind_is_known" in refused["AIID-2"]
    assert not Source.objects.filter(text="A rumour about Acme.").exists()


def test_whoever_may_not_file_files_nothing():
    with pytest.raises(NotAllowedError):
        tally([record("AIID-1")], factories.make_user(Role.ADMINISTRATOR))
    assert not Wire.objects.exists()


def test_one_document_cited_by_many_is_stored_once_and_told_more(reporter):
    bare = FiledSource(key="a", text="A text of the press.")
    told = replace(bare, title="A title", publisher="Gazette")
    tally([record("AIID-1", sources=(bare,)), record("AIID-2", sources=(told,))], reporter)
    source = Source.objects.get()
    assert (source.title, source.publisher, source.citations.count()) == (
        "A title",
        "Gazette",
        2,
    )


def test_an_archive_is_reported_and_a_second_run_changes_nothing(tmp_path):
    rows = [*(incident(n) for n in range(1, 6)), incident(6, date="soon"), incident(1)]
    folder = snapshot(tmp_path / "aiid", rows)
    (folder / "duplicates.csv").write_text(
        "duplicate_incident_number,true_incident_number\n5,4\n"
    )
    refused = [
        {
            "record": "AIID-6",
            "reason": "column “date”: “soon” is no date; write it like 2025-06-18.",
        }
    ]
    assert answer(folder) == {"read": 7, "filed": 4, "duplicate": 2, "refused": refused}
    before = [list(model.objects.order_by("pk").values()) for model in ROWS]
    assert answer(folder) == {"read": 7, "filed": 0, "duplicate": 6, "refused": refused}
    assert [list(model.objects.order_by("pk").values()) for model in ROWS] == before
    told = intake(folder)
    assert told.splitlines() == [
        "aiid: 7 read, 0 filed, 6 duplicate, 1 refused",
        f"  refused AIID-6: {refused[0]['reason']}",
    ]


@pytest.mark.slow
def test_now_does_the_workers_part(tmp_path):
    intake(table(tmp_path / "incidents.csv", [incident(1)]), "--now")
    version = Version.objects.get()
    assert version.claims.get().verdict == "supported"
    assert version.proposals.exists()


@pytest.mark.parametrize(
    ("name", "content", "options", "problem"),
    [
        ("incidents.csv", "incident_id,title\nx,A\n", (), "Every record was refused"),
        ("absent.csv", None, (), r"absent\.csv does not exist"),
        (
            "incidents.csv",
            "incident_id,title\n1,A b c\n",
            ("--source", "x"),
            "--source goes with",
        ),
        ("incidents.csv", "a,b\n1,2\n", ("--format", "aiid"), "names no column incident_id"),
    ],
)
def test_what_cannot_be_filed_at_all_is_an_error(tmp_path, name, content, options, problem):
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    with pytest.raises(CommandError, match=problem):
        intake(path, *options)
    assert not Wire.objects.exists()


def test_format_given_goes_before_the_one_that_is_recognised(tmp_path):
    path = tmp_path / "wire.csv"
    path.write_text("incident_id,title\n1,A b c\n")
    intake(path, "--format", "markdown")
    assert Wire.objects.get().filed["format"] == "markdown"


@pytest.fixture
def importing(tmp_path):
    """An import in a process of its own, of 3,000 incidents, some of them duplicates."""
    folder = snapshot(tmp_path / "aiid", [incident(1)])
    table(folder / "incidents.csv", [incident(1 + n % 2900) for n in range(3000)], COLUMNS)
    environment = {**os.environ, "DATABASE_URL": database_url(), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "manage.py", "intake", str(folder), "--json"]

    def start():
        return subprocess.Popen(
            command, cwd=CHECKOUT, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    return start


def stop_midway(process, sign):
    deadline = time.monotonic() + 120
    while Wire.objects.count() < 500:
        assert process.poll() is None, "the import was done before it could be stopped"
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(sign)
    out, _ = process.communicate(timeout=60)
    return out


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_the_next_run_finishes_it(importing):
    process = importing()
    stop_midway(process, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    filed = Wire.objects.count()
    assert 500 <= filed < 2900
    # Nothing is there by half.
    assert Version.objects.count() == Claim.objects.count() == Alias.objects.count() == filed
    assert not Wire.objects.filter(current=None).exists()
    out, _ = importing().communicate(timeout=120)
    assert json.loads(out) == {
        "read": 3000, "filed": 2900 - filed, "duplicate": 100 + filed, "refused": [],
    }  # fmt: skip
    assert Wire.objects.count() == Version.objects.count() == Alias.objects.count() == 2900


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_interrupted_it_reports_what_it_did_and_two_at_once_file_each_record_once(importing):
    process = importing()
    told = json.loads(stop_midway(process, signal.SIGINT))
    assert process.returncode == 130
    assert told["filed"] == Wire.objects.count() < 2900
    both = [importing(), importing()]
    answers = [json.loads(process.communicate(timeout=120)[0]) for process in both]
    assert sum(a["filed"] for a in answers) == 2900 - told["filed"]
    assert Wire.objects.count() == Alias.objects.count() == 2900
