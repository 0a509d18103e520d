"""AVID's reports and vulnerabilities, in every layout that its files come in."""

import json
from datetime import date

import pytest

from tests.wires.intake.archives import report, write_json
from wires import intake
from wires.intake import Filing, Refused, WeakLabel


def read(path):
    assert intake.archive(path) == "avid"
    return list(intake.records(path, format="avid"))


def test_a_report_is_a_filing_with_its_measurements_in_the_record(tmp_path):
    [filing] = read(write_json(tmp_path / "AVID-2024-R0001.json", report()))
    assert (filing.record, filing.aliases) == ("AVID-2024-R0001", ("AVID-2024-R0001",))
    assert filing.headline == "Bias found in talker-1"
    assert filing.body == (
        "The model of AVID-2024-R0001 was biased in 4 of 10 tests.[^avid-2024-r0001] "
        "Its maker was told.[^avid-2024-r0001]"
    )
    assert filing.providers == ("Maker", "Shop")
    assert filing.occurred_on is None  # the record dates its report, not what happened
    assert filing.labels == (
        WeakLabel("AVID risk domain", "Ethics", "AVID", "published"),
        WeakLabel("AVID SEP view", "E0101: Group fairness", "AVID", "published"),
        WeakLabel("AVID lifecycle view", "L05: Evaluation", "AVID", "published"),
        WeakLabel("CWE", "CWE-22 Path Traversal", "AVID", "published"),
        WeakLabel("CVSS 3.1", "HIGH 7.5", "AVID", "published"),
    )
    [source] = filing.sources
    assert (source.published_on, source.reports) == (date(2024, 3, 1), 1)
    assert source.url == "https://avidml.org/database/avid-2024-r0001/"
    for told in ("Affected: talker-1 (Model)", "Credit: A Tester", "      - passed: 4; score: 0.5",
                 "- type: source; label: A paper; url: https://example.org/p"):  # fmt: skip
        assert told in source.text.split("\n")


def test_a_vulnerability_and_its_reports_name_each_other_and_other_databases(tmp_path):
    addresses = ("https://incidentdatabase.ai/cite/72", "https://atlas.mitre.org/studies/AML.CS0009",
                 "https://avidml.org/database/avid-2022-v013/", "https://example.org/cite/1")  # fmt: skip
    vulnerability = report(
        metadata={"vuln_id": "avid-2024-v001"},
        references=[{"url": address} for address in addresses],
        reports=[{"report_id": "AVID-2024-R0001"}, {"report_id": ""}, "x"],
    )
    reported = report(impact={"avid": {"vuln_id": "AVID-2024-V001"}})
    write_json(tmp_path / "reports/2024/AVID-2024-R0001.json", reported)
    write_json(tmp_path / "vulnerabilities/2024/AVID-2024-V001.json", vulnerability)
    first, second = read(tmp_path)
    assert second.sources[0].reports == len(addresses) + 3
    assert (first.record, first.linked) == ("AVID-2024-R0001", ("AVID-2024-V001",))
    assert second.record == "AVID-2024-V001"
    assert second.linked == ("AIID-72", "AML.CS0009", "AVID-2022-V013", "AVID-2024-R0001")


def test_the_record_of_a_cve_is_linked_to_it(tmp_path):
    problem = {"classof": "CVE Entry", "description": {"value": "Vulnerability CVE-2024-0132"}}
    [filing] = read(write_json(tmp_path / "a.json", report(problemtype=problem)))
    assert filing.linked == ("CVE-2024-0132",)


@pytest.mark.parametrize("empty", [None, [], {}, ""])
def test_optional_parts_may_be_empty_or_absent(tmp_path, empty):
    names = (
        "affects",
        "metrics",
        "references",
        "impact",
        "credit",
        "reported_date",
        "reports",
    )
    given = report(**dict.fromkeys(names, empty))
    bare = {k: v for k, v in report("AVID-2024-R0002").items() if k not in names}
    write_json(tmp_path / "AVID-2024-R0001.json", given)
    write_json(tmp_path / "AVID-2024-R0002.json", bare)
    filings = read(tmp_path)
    assert [filing.providers for filing in filings] == [(), ()]
    assert all(isinstance(filing, Filing) for filing in filings)


def test_a_description_that_says_nothing_gives_way_to_the_title(tmp_path):
    [filing] = read(write_json(tmp_path / "a.json", report(description={"value": "xyz xyz"})))
    assert filing.body == "Bias found in talker-1[^avid-2024-r0001]"
    assert filing.repairs == ("description: “xyz xyz”; the title stands in for it",)


def test_marks_of_markdown_stay_out_of_the_text_and_of_the_record(tmp_path):
    told = "## Details\n\nThe call `tf.tile` [crashes](https://e.org/x).\n\n- It is *fixed*."
    [filing] = read(write_json(tmp_path / "a.json", report(description={"value": told})))
    assert filing.body == (
        "The call tf.tile crashes.[^avid-2024-r0001]\n\nIt is fixed.[^avid-2024-r0001]"
    )
    assert "The call tf.tile crashes.\n\nIt is fixed." in filing.sources[0].text


@pytest.mark.parametrize("indent", [None, 2])
def test_an_array_of_records_is_read_one_by_one(tmp_path, indent):
    many = [report(f"AVID-2024-R{n:04}") for n in range(1, 301)]
    path = tmp_path / "all.json"
    path.write_text("\ufeff" + json.dumps(many, indent=indent), encoding="utf-8")
    assert [entry.record for entry in read(path)] == [r["metadata"]["report_id"] for r in many]


@pytest.mark.slow
@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
def test_a_record_a_line_is_read_whatever_ends_the_lines(tmp_path, end):
    many = [report(f"AVID-2024-R{n:04}") for n in range(1, 301)]
    path = tmp_path / "all.jsonl"
    path.write_bytes(end.join(map(json.dumps, many)).encode())
    assert len(read(path)) == 300


def test_a_broken_record_costs_that_record_alone(tmp_path):
    lines = [json.dumps(report(f"AVID-2024-R{n:04}")) for n in (1, 2, 3)]
    path = tmp_path / "all.jsonl"
    path.write_text("\n".join([lines[0], lines[1][:-9], "[]", lines[2], '{"a": "']))
    entries = read(path)
    assert [e.record for e in entries if isinstance(e, Filing)] == [
        "AVID-2024-R0001", "AVID-2024-R0003",
    ]  # fmt: skip
    refused = [entry for entry in entries if isinstance(entry, Refused)]
    assert [entry.record for entry in refused] == [
        "all.jsonl, record 2",
        "all.jsonl, record 4",
    ]
    assert refused[0].reason.startswith("it is not JSON: ")


def test_a_broken_record_of_an_array_costs_that_record_alone(tmp_path):
    text = json.dumps([report(f"AVID-2024-R{n:04}") for n in (1, 2, 3)], indent=1)
    path = tmp_path / "all.json"
    path.write_text(text.replace('"AVID-2024-R0002"', '"AVID-2024-R0002', 1))
    first, refused, last = read(path)
    assert (first.record, last.record) == ("AVID-2024-R0001", "AVID-2024-R0003")
    assert refused.record == "all.json, record 2"


@pytest.mark.parametrize(
    ("bad", "record", "reason"),
    [
        (report(metadata=None), "reports/bad.json, record 1", "names no report_id or vuln_id"),
        (report("R1"), "reports/bad.json, record 1", "names no report_id or vuln_id"),
        (report("AVID-2024-R0009", data_type="CVE"), "AVID-2024-R0009", "data_type is “CVE”"),
        (report("AVID-2024-R0009", reported_date="soon"), "AVID-2024-R0009", "“soon” is no date"),
        (report("AVID-2024-R0009", description=None, problemtype=None), "AVID-2024-R0009", "neither a title"),
        ([["x"]], "reports/bad.json, record 1", "no object"),
    ],
)  # fmt: skip
def test_a_bad_record_is_refused_and_the_others_are_read(tmp_path, bad, record, reason):
    write_json(tmp_path / "reports/a.json", report("AVID-2024-R0001"))
    write_json(tmp_path / "reports/bad.json", bad)
    write_json(tmp_path / "reports/c.json", report("AVID-2024-R0002"))
    first, refused, last = read(tmp_path)
    assert isinstance(first, Filing)
    assert isinstance(last, Filing)
    assert refused.record == record
    assert reason in refused.reason


def test_an_empty_file_and_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/a.json").write_text("")
    (tmp_path / "reports/b.json").write_bytes(b'{"data_type": "AVID", "description": "\xff')
    (tmp_path / "reports/AVID-2024-R0001.json").write_bytes(
        json.dumps(report()).encode().replace(b"Its maker", b"Caf\xe9")
    )
    assert [entry.record for entry in read(tmp_path)] == [
        "reports/AVID-2024-R0001.json, record 1", "reports/a.json", "reports/b.json, record 1",
    ]  # fmt: skip
    assert all(isinstance(entry, Refused) for entry in read(tmp_path))


@pytest.mark.parametrize("value", ["[" * 100_000, "9" * 5000])
def test_what_no_reader_could_bear_costs_that_record_alone(tmp_path, value):
    path = tmp_path / "all.jsonl"
    path.write_text(
        "\n".join([json.dumps(report()), f'{{"a": {value}}}', json.dumps(report())])
    )
    first, refused, last = read(path)
    assert isinstance(first, Filing)
    assert isinstance(last, Filing)
    assert refused.record == "all.jsonl, record 2"


def test_a_folder_of_files_by_other_names_is_known_by_what_they_hold(tmp_path):
    (tmp_path / "a.json").write_text("")
    write_json(tmp_path / "2024/b.json", report())
    write_json(tmp_path / "elsewhere/c.json", report("AVID-2024-R0002"))
    assert [entry.record for entry in read(tmp_path)] == ["AVID-2024-R0001", "a.json"]


def test_other_json_is_no_archive(tmp_path):
    assert intake.archive(write_json(tmp_path / "package.json", {"name": "x"})) == ""


def test_an_empty_folder_is_refused_with_the_layouts_that_are_known(tmp_path):
    with pytest.raises(intake.IntakeError, match=r"incidents\.csv.*ATLAS\.yaml.*reports/"):
        intake.archive(tmp_path)
    with pytest.raises(intake.IntakeError, match="does not exist"):
        intake.archive(tmp_path / "absent")
