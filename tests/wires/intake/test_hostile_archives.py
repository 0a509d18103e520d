"""Whatever bytes stand in an archive, it is read or refused, and nothing else happens."""

import json
import time
from dataclasses import replace

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wires.intake.archives import COLUMNS, case, incident, report, snapshot, table, whole
from wires import intake
from wires.intake import Filing, IntakeError, Refused, limits

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


@pytest.mark.slow
@ANY
@given(EDITS)
def test_incidents(tmp_path, edits):
    path = table(tmp_path / "incidents.csv", [incident(n) for n in range(1, 5)], COLUMNS)
    path.write_bytes(spoiled(path.read_bytes(), edits))
    check(path, "aiid")


@pytest.mark.slow
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


@pytest.mark.slow
@ANY
@given(EDITS)
def test_cases(tmp_path, edits):
    text = yaml.safe_dump(whole(case("AML.CS0101"), case("AML.CS0102")), sort_keys=False)
    path = tmp_path / "ATLAS.yaml"
    path.write_bytes(spoiled(text.encode(), edits))
    check(path, "atlas")


@pytest.mark.slow
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


def trapped(summary, *, before=""):
    """Return an ATLAS.yaml whose second case of three has this summary."""
    cases = (
        f"- id: AML.CS000{n}\n  name: A chatbot errs\n  summary: {text}\n"
        for n, text in ((1, "A chatbot erred once."), (2, summary), (3, "It erred again."))
    )
    return f"{before}case-studies:\n{''.join(cases)}"


LAUGHS = "a0: &a0 [x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (trapped("&a [*a]"), "refers to another value"),
        (trapped("*a9", before=LAUGHS), "refers to another value"),
        (trapped("[" * 900 + "x" + "]" * 900), "nested more than 50 deep"),
        (trapped("[" * 9000 + "x" + "]" * 9000), "nested more than 50 deep"),
    ],
)
def test_case_with_a_trap_is_refused_and_the_others_are_read(tmp_path, text, reason):
    (tmp_path / "ATLAS.yaml").write_text(text)
    entries = {entry.record: entry for entry in intake.records(tmp_path, format="atlas")}
    assert list(entries) == ["AML.CS0001", "AML.CS0002", "AML.CS0003"]
    assert reason in entries["AML.CS0002"].reason
    assert isinstance(entries["AML.CS0003"], Filing)


@pytest.mark.parametrize("depth", [60, 300, 600, 900, 5000])
def test_deep_report_is_refused_and_the_next_one_is_read(tmp_path, depth):
    deep = json.dumps(report("AVID-2024-R0001", description="*")).replace(
        '"*"', "[" * depth + '"x"' + "]" * depth
    )
    path = tmp_path / "reports.json"
    path.write_text(f"[\n{deep},\n{json.dumps(report('AVID-2024-R0002'))}\n]")
    assert intake.archive(path) in ("", "avid")
    first, second = intake.records(path, format="avid")
    assert "nested" in first.reason
    assert second.record == "AVID-2024-R0002"


def test_deep_link_of_an_incident_is_refused(tmp_path):
    snapshot(tmp_path, [incident(7)])
    deep = "[" * 900 + "]" * 900
    (tmp_path / "relationships.json").write_text(f'[{{"incident_id": 7, "sameAs": {deep}}}]')
    refused, filing = intake.records(tmp_path, format="aiid")
    assert (refused.record, filing.record) == ("relationships.json, entry 1", "AIID-7")


@pytest.mark.slow
@pytest.mark.parametrize(
    "noise", ["[<sup>", "<sup></sup>(", "<sup></sup>[", "[", "[](/", "{{ ", "`"]
)
def test_description_full_of_beginnings_is_read_in_time(tmp_path, noise):
    said = f"A chatbot erred in public. {noise * 20_000}"
    started = time.process_time()
    table(tmp_path / "incidents.csv", [incident(7, description=said)], COLUMNS)
    assert len(list(intake.records(tmp_path, format="aiid"))) == 1
    (tmp_path / "ATLAS.yaml").write_text(yaml.safe_dump(whole(case(summary=said))))
    assert len(list(intake.records(tmp_path / "ATLAS.yaml", format="atlas"))) == 1
    assert time.process_time() - started < 10


def test_line_as_long_as_a_library_is_one_broken_row(tmp_path):
    path = table(tmp_path / "incidents.csv", [incident(7), incident(8)], COLUMNS)
    head, first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(head + first + b"9," + b"z" * 9_000_000 + b"\n" + second)
    read = list(intake.records(path, format="aiid"))
    assert [entry.record for entry in read] == ["AIID-7", "incidents.csv, line 3", "AIID-8"]
    assert "2,000,000 characters" in read[1].reason


@pytest.mark.parametrize("field", ["aliases", "linked"])
def test_name_that_is_a_wire_of_ours_is_refused(field):
    filing = Filing(fingerprint="0", headline="h", body="b", format="form")
    with pytest.raises(IntakeError, match="AIW-2026-0001 is a wire of this archive"):
        limits.check(replace(filing, **{field: ("AIW-2026-0001",)}), "wire.md")


def test_front_matter_with_references_is_refused(tmp_path):
    path = tmp_path / "wire.md"
    path.write_text(f"---\n{LAUGHS}headline: *a9\n---\nA chatbot erred.\n")
    with pytest.raises(IntakeError, match=r"wire.md, line 3: .*refers to another value"):
        intake.read(path)
