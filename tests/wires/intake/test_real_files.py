"""The publishers' real files, filed into an empty archive as an editor would file them."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from tests.seeds import SHARED
from wires.models import Alias, Wire

DATA = SHARED / "data"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(
        not (DATA / "aiid" / "incidents.csv").exists(),
        reason="the publishers' files are not beside this checkout (../shared/data)",
    ),
]


def answer(name):
    out = StringIO()
    call_command("intake", str(DATA / name), "--json", stdout=out, stderr=StringIO())
    told = json.loads(out.getvalue())
    assert told.keys() == {"read", "filed", "duplicate", "refused"}
    assert told["read"] == told["filed"] + told["duplicate"] + len(told["refused"])
    assert all(entry["record"] and entry["reason"] for entry in told["refused"])
    return told


def twice(name):
    """File an archive, and file it again; return the first answer."""
    first, wires = answer(name), Wire.objects.count()
    again = answer(name)
    assert (again["filed"], again["duplicate"]) == (0, first["filed"] + first["duplicate"])
    assert again["refused"] == first["refused"]
    assert Wire.objects.count() == wires == first["filed"]
    return first


def names_of(own):
    wire = Alias.objects.get(name=own, is_own=True).wire
    return set(wire.aliases.values_list("name", flat=True))


def check_every_wire():
    wires = Wire.objects.select_related("current").prefetch_related(
        "current__citations__source", "current__claims", "aliases"
    )
    for wire in wires:
        [citation] = wire.current.citations.all()
        source = citation.source
        assert (source.kind, source.record_id) == ("record", wire.filed["record"])
        text = " ".join(source.text.split())
        claims = wire.current.claims.all()
        assert claims
        for claim in claims:
            assert claim.cites == [citation.key], wire.filed["record"]
            assert " ".join(claim.text.split()) in text, wire.filed["record"]
        own = [alias.name for alias in wire.aliases.all() if alias.is_own]
        assert wire.filed["record"] in own


def check_names_are_joined():
    """Wires that share a name carry the same names; this holds for all of them."""
    names, carriers = {}, {}
    for wire_id, name in Alias.objects.values_list("wire", "name"):
        names.setdefault(wire_id, set()).add(name)
        carriers.setdefault(name, set()).add(wire_id)
    for sharing in carriers.values():
        first, *others = (names[wire_id] for wire_id in sharing)
        assert all(other == first for other in others)


def test_incidents_become_drafts_with_their_labels_links_and_duplicates():
    told = twice("aiid")
    assert told["read"] == 1024
    assert told["filed"] >= 1000
    check_every_wire()
    check_names_are_joined()
    # What the publisher's own tables say of these.
    assert names_of("AIID-107") == names_of("AIID-130")
    assert "AIID-112" in names_of("AIID-637")
    assert "OECD-2022-01-10-5735" in names_of("AIID-209")
    labels = {
        (label["taxonomy"], label["status"])
        for wire in Wire.objects.all()
        for label in wire.filed["labels"]
    }
    assert labels >= {
        ("MIT", "published"), ("GMF", "draft"), ("CSETv1", "adjudicated"), ("CSETv0", "adjudicated"),
    }  # fmt: skip
    assert Wire.objects.filter(providers=None).count() == 0


def test_case_studies_become_drafts():
    told = twice("atlas")
    assert (told["read"], told["filed"], told["refused"]) == (57, 57, [])
    check_every_wire()
    check_names_are_joined()
    assert {"AIID-6", "AVID-2022-V013"} <= names_of("AML.CS0009")
    labels = [label for wire in Wire.objects.all() for label in wire.filed["labels"]]
    assert all(" " in label["label"] and "{" not in label["label"] for label in labels)


def test_case_studies_alone_become_the_same_drafts():
    out = StringIO()
    call_command("intake", str(DATA / "atlas" / "case-studies"), "--json", stdout=out)
    assert json.loads(out.getvalue())["filed"] == 57
    assert answer("atlas")["duplicate"] == 57


def test_reports_and_vulnerabilities_become_drafts():
    told = twice("avid")
    files = len(list((DATA / "avid").glob("*/*.json")))
    assert told["read"] == files
    assert told["filed"] >= 0.95 * files
    check_every_wire()
    check_names_are_joined()


def test_three_databases_tell_one_event_under_each_others_names():
    for name in ("avid", "aiid", "atlas"):
        answer(name)
    check_names_are_joined()
    one = {"AIID-6", "AML.CS0009", "AVID-2022-V013"}
    for name in one:
        assert one <= names_of(name)
    assert Wire.objects.filter(aliases__name="AIID-6").count() == 3
