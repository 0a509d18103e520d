"""Whatever bytes stand in an archive, it is read or refused, and nothing else happens."""

import json

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wires.intake.archives import COLUMNS, case, incident, report, snapshot, table, whole
from wires import intake
from wires.intake import Filing, IntakeError, Refused

ANY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NOISE = st.one_of(
    st.binary(min_size=1, max_size=12),
    st.sampled_from(
        [b'"', b"\n", b",", b"[", b"{", b"\x00", b"\xff", b"\\", b"- ", b"&a", b"*a", b"\r"]
    ),
)
EDITS = st.lists(st.tuples(st.floats(0, 1), NOISE, st.integers(0, 4)), max_size=6)


def spoiled(content, edits):
    """Put noise into a file, over so many of its bytes."""
    for place, noise, over in edits:
        at = int(place * len(content))
        content = content[:at] + noise + content[at + over :]
    return content


def check(path, name):
    try:
        for entry in intake.records(path, format=name):
            assert isinstance(entry, Filing | Refused)
            if isinstance(entry, Filing):
                assert entry.body.strip()
                assert 0 < len(entry.headline) <= 200
                assert entry.record in entry.aliases
            else:
                assert entry.record
                assert entry.reason
    except IntakeError:
        pass  # the file as a whole is none of this format
    assert intake.archive(path) in ("", *intake.ARCHIVES)


@ANY
@given(EDITS)
def test_incidents(tmp_path, edits):
    path = table(tmp_path / "incidents.csv", [incident(n) for n in range(1, 5)], COLUMNS)
    path.write_bytes(spoiled(path.read_bytes(), edits))
    check(path, "aiid")


@ANY
@given(
    EDITS,
    st.sampled_from(
        ["classifications_MIT.csv", "duplicates.csv", "oecd_relationships_1.json"]
    ),
)
def test_what_is_joined_to_incidents(tmp_path, edits, name):
    folder = snapshot(tmp_path / "aiid", [incident(n) for n in range(1, 5)])
    (folder / "classifications_MIT.csv").write_text("Namespace,Incident ID,A\nMIT,1,yes\n")
    (folder / "duplicates.csv").write_text(
        "duplicate_incident_number,true_incident_number\n2,1\n3,2\n"
    )
    link = {"incident_id": 1, "sameAs": "https://oecd.ai/en/incidents/2022-01-10-57ab"}
    (folder / "oecd_relationships_1.json").write_text(json.dumps([link]))
    (folder / name).write_bytes(spoiled((folder / name).read_bytes(), edits))
    found = [e for e in intake.records(folder, format="aiid") if isinstance(e, Filing)]
    assert sorted(filing.record for filing in found) == [
        "AIID-1",
        "AIID-2",
        "AIID-3",
        "AIID-4",
    ]


@ANY
@given(EDITS)
def test_cases(tmp_path, edits):
    text = yaml.safe_dump(whole(case("AML.CS0101"), case("AML.CS0102")), sort_keys=False)
    path = tmp_path / "ATLAS.yaml"
    path.write_bytes(spoiled(text.encode(), edits))
    check(path, "atlas")


@ANY
@given(EDITS, st.sampled_from(["\n", ",\n"]))
def test_reports(tmp_path, edits, between):
    text = between.join(json.dumps(report(f"AVID-2024-R000{n}")) for n in (1, 2, 3))
    path = tmp_path / "all.json"
    path.write_bytes(spoiled(text.encode(), edits))
    check(path, "avid")


@pytest.mark.parametrize("name", ["aiid", "atlas", "avid"])
def test_a_file_that_cannot_be_read_as_its_format_is_refused(tmp_path, name):
    for content in (b"", b"\x00" * 100, b"\xff\xfe", b"just words\n"):
        path = tmp_path / "file"
        path.write_bytes(content)
        check(path, name)
