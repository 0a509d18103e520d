"""ATLAS's case studies, told together, alone, or both; and what its templates stand for."""

from datetime import date

import pytest
import yaml

from classifier import engine
from tests.wires.intake.archives import case, whole
from wires import intake
from wires.intake import Filing, Refused, WeakLabel

STEP = {
    "tactic": "{{staging.id}}",
    "technique": "{{ product.id }}",
    "description": "They did.",
}


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = value if isinstance(value, str) else yaml.safe_dump(value, sort_keys=False)
    path.write_text(text, encoding="utf-8")
    return path


def read(path):
    assert intake.archive(path) == "atlas"
    return list(intake.records(path, format="atlas"))


def test_a_case_is_a_filing_with_its_procedure_in_the_record(tmp_path):
    [filing] = read(write(tmp_path / "ATLAS.yaml", whole(case())))
    assert (filing.record, filing.aliases) == ("AML.CS0101", ("AML.CS0101",))
    assert filing.linked == ("AIID-7",)
    assert filing.headline == "Detector fooled (AML.CS0101)"
    assert filing.body == (
        "Testers fooled a detector of Acme with a sticker.[^aml.cs0101] "
        "It let 3 of 4 cars pass.[^aml.cs0101]"
    )
    assert (filing.occurred_on, filing.providers) == (date(2023, 4, 1), ("Microsoft",))
    assert filing.repairs == ("date: the record gives the month alone",)
    assert filing.labels == (
        WeakLabel("ATLAS tactic", "AML.TA0001 Staging", "MITRE ATLAS", "published"),
        WeakLabel(
            "ATLAS technique", "AML.T0047 Product or service", "MITRE ATLAS", "published"
        ),
    )
    [source] = filing.sources
    assert (source.url, source.reports) == ("https://atlas.mitre.org/studies/AML.CS0101", 1)
    assert (
        "1. AML.TA0001 Staging, AML.T0047 Product or service\nThey bought the detector."
        in source.text
    )
    assert "- AIID: https://incidentdatabase.ai/cite/7/" in source.text
    assert "Date: 2023-04-01 (month)" in source.text


@pytest.mark.parametrize(
    ("together", "alone"),
    [("ATLAS.yaml", "case-studies"), ("dist/ATLAS.yaml", "data/case-studies")],
)
def test_a_case_that_stands_in_both_places_is_one_and_teaches_the_templates(
    tmp_path, together, alone
):
    write(tmp_path / together, whole(case("AML.CS0101"), case("AML.CS0102")))
    write(tmp_path / alone / "AML.CS0101.yaml", case("AML.CS0101", procedure=[STEP]))
    write(tmp_path / alone / "AML.CS0103.yaml", case("AML.CS0103", procedure=[STEP]))
    entries = read(tmp_path)
    assert [e.record for e in entries] == ["AML.CS0101", "AML.CS0102", "AML.CS0103"]
    assert entries[2].labels == entries[0].labels


def test_templates_are_read_from_the_publishers_data_files(tmp_path):
    write(tmp_path / "data/tactics.yaml", "- &staging\n  id: AML.TA0009\n  name: S\n")
    write(
        tmp_path / "data/techniques.yaml",
        "- &product\n  id: AML.T0099\n  tactics: ['{{a.id}}']\n",
    )
    write(tmp_path / "data/case-studies/AML.CS0103.yaml", case("AML.CS0103", procedure=[STEP]))
    [filing] = read(tmp_path)
    assert [label.label for label in filing.labels] == ["AML.TA0009 S", "AML.T0099"]


def test_an_unknown_template_becomes_words(tmp_path):
    summary = (
        "They used [{{ active_scan.name }}](/techniques/{{ active_scan.id }}) for an hour."
    )
    path = write(
        tmp_path / "AML.CS0104.yaml", case("AML.CS0104", summary=summary, procedure=[STEP])
    )
    [filing] = read(path)
    assert filing.body == "They used active scan for an hour.[^aml.cs0104]"
    assert [label.label for label in filing.labels] == ["staging", "product"]


@pytest.mark.parametrize(
    "summary",
    [
        "The file began with &lt;IMPORTANT&gt; and went on.",
        "They wrote \\*all\\* of \\_\\_init\\_\\_ anew.",
        "The name was &amp;lt; in the log, and a_b_c was 3 * 4 * 5.",
        "It answered \\[no\\](nothing) to all.",
    ],
)
def test_the_body_says_what_the_case_says_whatever_marks_it_has(tmp_path, summary):
    """What stood escaped in the record would vanish from the wire if it were written bare."""
    [filing] = read(write(tmp_path / "ATLAS.yaml", whole(case(summary=summary))))
    [told], [written] = engine.split(summary), engine.split(filing.body)
    assert written.text == told.text
    assert told.text in filing.sources[0].text


def test_a_folder_of_cases_alone_and_a_case_wrapped_by_the_publishers_site(tmp_path):
    write(tmp_path / "AML.CS0101.yaml", {"meta": {"email": ""}, "study": case("AML.CS0101")})
    write(
        tmp_path / "AML.CS0102.yml",
        {**case("AML.CS0102"), "references": None, "procedure": None},
    )
    write(tmp_path / "notes.yaml", "not: a case")
    assert [entry.record for entry in read(tmp_path)] == ["AML.CS0101", "AML.CS0102"]


def test_references_may_be_plain_words(tmp_path):
    path = write(
        tmp_path / "AML.CS0101.yaml",
        case(references=["A paper of 2020", {"url": "https://e.org"}]),
    )
    [filing] = read(path)
    assert filing.sources[0].text.endswith("References:\n- A paper of 2020\n- https://e.org")
    assert filing.linked == ()


@pytest.mark.parametrize(
    ("bad", "record", "reason"),
    [
        (case("CS9"), "ATLAS.yaml, case 2", "its id is “CS9”"),
        (case("AML.CS0109", **{"incident-date": "2023-13-45"}), "AML.CS0109", "“2023-13-45” is no date"),
        (case("AML.CS0109", name=None, summary=None), "AML.CS0109", "neither a title nor"),
        ("a line", "ATLAS.yaml, case 2", "its id is “”"),
        (case("AML.CS0109", name=["a\u202eb"]), "AML.CS0109", "0x202e"),
    ],
)  # fmt: skip
def test_a_bad_case_is_refused_and_the_others_are_read(tmp_path, bad, record, reason):
    path = write(tmp_path / "ATLAS.yaml", whole(case("AML.CS0101"), bad, case("AML.CS0102")))
    first, refused, last = read(path)
    assert isinstance(first, Filing)
    assert isinstance(last, Filing)
    assert refused.record == record
    assert reason in refused.reason


def test_odd_values_are_no_trouble(tmp_path):
    odd = case(procedure="x", references={"url": 5}, target=["Google Bard"], actor=7)
    [filing] = read(write(tmp_path / "ATLAS.yaml", whole(odd)))
    assert filing.providers == ("Google",)
    assert "Actor: 7" in filing.sources[0].text


def test_broken_yaml_costs_one_case(tmp_path):
    text = yaml.safe_dump(
        whole(case("AML.CS0101"), case("AML.CS0102"), case("AML.CS0103")), sort_keys=False
    )
    broken = text.replace("name: Detector fooled (AML.CS0102)", 'name: "Detector fooled')
    first, refused, last = read(write(tmp_path / "ATLAS.yaml", broken))
    assert (first.record, last.record) == ("AML.CS0101", "AML.CS0103")
    assert refused.record == "AML.CS0102"
    assert "broken YAML" in refused.reason


def test_a_case_refused_where_all_stand_is_read_from_its_own_file(tmp_path):
    write(
        tmp_path / "ATLAS.yaml",
        whole(case("AML.CS0101", summary=None, name=None), case("AML.CS0102")),
    )
    write(tmp_path / "case-studies/AML.CS0101.yaml", case("AML.CS0101"))
    write(tmp_path / "case-studies/AML.CS0102.yaml", "a: [")
    write(tmp_path / "case-studies/AML.CS0103.yaml", "a: [")
    (tmp_path / "case-studies/AML.CS0104.yaml").write_bytes(b"id: \xff")
    told, sound, *refused = read(tmp_path)
    assert (told.record, sound.record) == ("AML.CS0102", "AML.CS0101")
    assert isinstance(sound, Filing)
    assert [entry.record for entry in refused] == ["AML.CS0103", "AML.CS0104"]
    assert refused[1] == Refused("AML.CS0104", "AML.CS0104.yaml is not text in UTF-8.")


def test_a_broken_file_of_all_cases_leaves_those_that_stand_alone(tmp_path):
    write(tmp_path / "ATLAS.yaml", "id: ATLAS\nmatrices: [\n")
    write(tmp_path / "case-studies/AML.CS0101.yaml", case("AML.CS0101"))
    refused, filing = read(tmp_path)
    assert refused.record == "ATLAS.yaml"
    assert "broken YAML" in refused.reason
    assert filing.record == "AML.CS0101"


def test_other_yaml_is_no_archive(tmp_path):
    assert intake.archive(write(tmp_path / "compose.yaml", "services: {}\n")) == ""
