"""The incident database's snapshot: what its tables say together, and what a broken row costs."""

from datetime import date

import psutil
import pytest

from tests.wires.intake.archives import (
    COLUMNS,
    INCIDENT,
    incident,
    snapshot,
    table,
    write_json,
)
from wires import intake
from wires.intake import Filing, Refused, WeakLabel, parties

LABELLED = {
    "Namespace": "MIT", "Incident ID": "7", "Published": "True",
    "Risk Domain": "7. AI system safety, failures, and limitations", "Notes": "A long thought.",
    "Intent": "",
}  # fmt: skip


def read(path):
    assert intake.archive(path) == "aiid"
    return list(intake.records(path, format="aiid"))


def read_one(path):
    [filing] = read(path)
    assert isinstance(filing, Filing)
    return filing


def test_an_incident_is_a_filing_with_its_record_as_the_source(tmp_path):
    filing = read_one(table(tmp_path / "incidents.csv", [INCIDENT]))
    assert (filing.record, filing.aliases, filing.format) == ("AIID-7", ("AIID-7",), "aiid")
    assert filing.headline == "Chatbot promises a refund"
    assert filing.body == (
        "A chatbot of ACME Air promised a refund of 812 dollars.[^aiid-7] "
        "No rule gave one.[^aiid-7]"
    )
    assert filing.occurred_on == date(2024, 5, 3)
    assert filing.providers == ("OpenAI", "Maker of Bots", "ACME Air")
    [source] = filing.sources
    assert (source.kind, source.record_id, source.key) == ("record", "AIID-7", "aiid-7")
    assert source.reports == 3
    assert source.url == "https://incidentdatabase.ai/cite/7/"
    for told in (
        "Chatbot promises a refund",
        "A chatbot of ACME Air promised a refund of 812 dollars. No rule gave one.",
        "Date of the incident: 2024-05-03",
        "Alleged deployer: ACME Air",
        "Alleged harmed: Passengers",
        "Reports listed: 3",
    ):
        assert told in source.text.split("\n")


@pytest.mark.parametrize(
    ("columns", "head", "end"),
    [
        (COLUMNS[::-1], "", "\n"),
        (COLUMNS, "\ufeff", "\r\n"),
        ((*COLUMNS, "editors", "epoch"), "", "\n"),
        (tuple(name for name in COLUMNS if name not in ("_id", "reports")), "", "\r\n"),
        (tuple(name.upper() for name in COLUMNS), "", "\n"),
    ],
)
def test_columns_in_any_order_more_or_fewer_of_them_and_other_line_ends(
    tmp_path, columns, head, end
):
    row = {name: INCIDENT.get(name) or INCIDENT.get(name.lower(), "") for name in columns}
    row |= {
        name: value
        for key, value in INCIDENT.items()
        for name in columns
        if name.lower() == key.lower()
    }
    filing = read_one(table(tmp_path / "any-name.csv", [row], columns, head=head, end=end))
    assert filing.headline == INCIDENT["title"]
    assert len(filing.providers) == 3


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("keolis-north-america", "Keolis North America"),
        ("openai", "OpenAI"),
        ("x-(twitter)", "X (Twitter)"),
        ("mcdonald's", "McDonald's"),
        ("police-of-new-york", "Police of New York"),
        ("ministry-of-the-sea", "Ministry of the Sea"),
        ("navya", "NAVYA"),
        ("smart-bus-co.", "Smart Bus Co."),
        ("bus", "Bus"),
        ("acme-air", "Acme Air"),
        ("unknown", "Unknown"),
        ("Already a Name", "Already a Name"),
    ],
)
def test_short_names_are_made_readable_as_the_text_spells_them(slug, name):
    text = "NAVYA and Keolis  North America ran a bus, said Police (of New York). Acme: Air was bad."
    assert parties.readable([slug, "-"], text) == (name,)


def test_the_same_incident_has_the_same_fingerprint_wherever_it_stands(tmp_path):
    first = read(table(tmp_path / "a.csv", [incident(1), incident(2)]))
    second = read(table(tmp_path / "b.csv", [incident(2), incident(1)], COLUMNS[::-1]))
    assert [f.fingerprint for f in first] == [f.fingerprint for f in reversed(second)]
    assert first[0].fingerprint != first[1].fingerprint


def test_lines_and_quotes_within_a_cell_are_part_of_it(tmp_path):
    text = 'It said “no”.\nThen it said "yes, of course", twice.'
    filing = read_one(table(tmp_path / "incidents.csv", [incident(3, description=text)]))
    assert filing.body.count("[^aiid-3]") == 2
    assert '"yes, of course"' in filing.body


@pytest.mark.parametrize(
    ("bad", "record", "reason"),
    [
        (incident("x9"), "incidents.csv, line 3", "incident_id is “x9”, not a number"),
        (incident(""), "incidents.csv, line 3", "incident_id is “”"),
        (incident(9, date="soon"), "AIID-9", "“soon” is no date"),
        (incident(9, title="", description=""), "AIID-9", "neither a title nor a description"),
        (
            incident(9, **{"Alleged deployer of AI system": '["a"'}),
            "AIID-9",
            "column “alleged deployer of ai system” is no list",
        ),
        (incident(9, title="a\u202eb"), "AIID-9", "the headline has the character 0x202e"),
        (incident(9, **{"Alleged deployer of AI system": f'["{"x" * 200}"]'}), "AIID-9",
         "providers has 200 characters"),
    ],
)  # fmt: skip
def test_a_bad_incident_is_refused_with_its_reason_and_the_others_are_read(
    tmp_path, bad, record, reason
):
    rows = [incident(1), bad, incident(2)]
    first, refused, last = read(table(tmp_path / "incidents.csv", rows, COLUMNS))
    assert (first.record, last.record) == ("AIID-1", "AIID-2")
    assert refused.record == record
    assert reason in refused.reason


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"9,2024-01-01\n", "2 cells, and the first line names 4 columns"),
        (b'9,2024-01-01,Title,Text,"more"\n', "5 cells"),
        (b'9,2024-01-01,"Title,Text\n', "it is no row of a table"),
        (b'9,2024-01-01,Title,"Text that "goes on\n', "it is no row of a table"),
        (b"9,2024-01-01,Title,Caf\xe9 text here\n", "not text in UTF-8"),
    ],
)
def test_a_row_that_is_none_costs_that_row_alone(tmp_path, bad, reason):
    good = [
        f'{n},2024-01-01,"Title ""{n}""","A text\nof case {n}."\n'.encode() for n in (1, 2, 3)
    ]
    path = tmp_path / "incidents.csv"
    path.write_bytes(
        b"incident_id,date,title,description\n" + good[0] + bad + b"".join(good[1:])
    )
    entries = read(path)
    assert [e.record for e in entries if isinstance(e, Filing)] == [
        "AIID-1",
        "AIID-2",
        "AIID-3",
    ]
    [refused] = [entry for entry in entries if isinstance(entry, Refused)]
    assert refused.record == "incidents.csv, line 4"
    assert reason in refused.reason


def test_a_title_stands_in_for_a_missing_description_and_the_other_way_round(tmp_path):
    rows = [incident(1, description=""), incident(2, title="")]
    untold, unnamed = read(table(tmp_path / "incidents.csv", rows))
    assert untold.body == "Chatbot promises a refund[^aiid-1]"
    assert untold.repairs == ("description: none; the title stands in for it",)
    assert (unnamed.headline, unnamed.headline_was_made) == (
        "A chatbot erred in case 2.",
        True,
    )


def test_mojibake_is_mended_and_said(tmp_path):
    filing = read_one(table(tmp_path / "incidents.csv", [incident(1, title="CafÃ© bot errs")]))
    assert filing.headline == "Café bot errs"
    assert filing.repairs == ("title: “CafÃ©” read as “Café”",)


def test_classifications_are_weak_labels_with_who_gave_them_and_how_far_they_came(tmp_path):
    folder = snapshot(tmp_path / "aiid", [INCIDENT])
    table(folder / "classifications_MIT.csv", [LABELLED])
    checked = {
        "Annotator": "",
        "Annotation Status": "6. Complete and final",
        "Peer Reviewer": "002",
    }
    about = {**LABELLED, **checked, "Notes": "", "Risk Domain": "harm"}
    table(folder / "classifications_CSETv1.csv", [{**about, "Namespace": "CSETv1"}])
    alone = {**about, "Namespace": "CSETv1_Annotator-1", "Annotator": "005"}
    table(folder / "classifications_CSETv1_Annotator-1.csv", [alone])
    table(
        folder / "classifications_GMF.csv",
        [{**LABELLED, "Namespace": "GMF", "Published": "False"}],
    )
    domain = f"Risk Domain: {LABELLED['Risk Domain']}"
    assert read_one(folder).labels == (
        WeakLabel("CSETv1", "Risk Domain: harm", "reviewer 002", "adjudicated"),
        WeakLabel("CSETv1", "Risk Domain: harm", "Annotator-1 (005)", "published"),
        WeakLabel("GMF", domain, "human", "draft"),
        WeakLabel("MIT", domain, "language model", "published"),
    )


def test_links_to_the_oecd_are_linked_names_whatever_the_files_date(tmp_path):
    folder = snapshot(tmp_path / "aiid", [incident(7), incident(8)])
    links = [
        {"incident_id": 7, "sameAs": "https://oecd.ai/en/incidents/2022-01-10-57AB", "source_namespace": "OECD"},
        {"incident_id": 7, "sameAs": "https://oecd.ai/en/incidents/2022-01-11-0001/"},
        {"incident_id": "8", "sameAs": "https://example.org/db/55", "source_namespace": "OTHER"},
        {"incident_id": 8},
    ]  # fmt: skip
    write_json(folder / "oecd_relationships_2031_01_01.json", links)
    refused, seven, eight = read(folder)
    assert refused == Refused(
        "oecd_relationships_2031_01_01.json, entry 4", "it names no incident_id and sameAs."
    )
    assert seven.linked == ("OECD-2022-01-10-57ab", "OECD-2022-01-11-0001")
    assert eight.linked == ("OTHER-55",)


def test_duplicates_come_last_and_name_the_first_of_their_chain(tmp_path):
    folder = snapshot(tmp_path / "aiid", [incident(n) for n in (3, 2, 1, 4)])
    columns = ("duplicate_incident_number", "true_incident_number")
    pairs = [("3", "2"), ("2", "1"), ("9", "1"), ("5", "6"), ("6", "5"), ("x", "1")]
    table(folder / "duplicates.csv", [dict(zip(columns, pair, strict=True)) for pair in pairs])
    refused, one, four, three, two = read(folder)
    assert refused.record == "duplicates.csv, line 7"
    assert (one.aliases, one.duplicate_of) == (("AIID-1", "AIID-3", "AIID-2", "AIID-9"), "")
    assert (four.aliases, four.duplicate_of) == (("AIID-4",), "")
    assert (three.record, three.duplicate_of, three.linked) == (
        "AIID-3",
        "AIID-1",
        ("AIID-1",),
    )
    assert (two.record, two.duplicate_of) == ("AIID-2", "AIID-1")


def test_a_broken_table_beside_the_incidents_is_refused_and_the_rest_is_read(tmp_path):
    folder = snapshot(tmp_path / "aiid", [INCIDENT])
    (folder / "classifications_X.csv").write_text("Namespace,Published\nX,True\n")
    (folder / "classifications_Y.csv").write_text("Incident ID,A\n,yes\n7,no,more\n7,yes\n")
    (folder / "classifications_Z.csv").write_text("")
    (folder / "oecd_relationships_1.json").write_text("[{")
    (folder / "duplicates.csv").write_text("a,b\n1,2\n")
    *refused, filing = read(folder)
    assert [entry.record for entry in refused] == [
        "classifications_X.csv", "classifications_Y.csv, line 2", "classifications_Y.csv, line 3",
        "classifications_Z.csv", "oecd_relationships_1.json", "duplicates.csv",
    ]  # fmt: skip
    assert filing.labels == (WeakLabel("Y", "A: yes", "not named", "draft"),)


def test_a_snapshot_may_lie_one_folder_down_and_other_tables_are_not_taken_for_one(tmp_path):
    outer = tmp_path / "backup"
    outer.mkdir()
    snapshot(outer / "mongodump_full_snapshot", [INCIDENT])
    assert read_one(outer).record == "AIID-7"
    assert intake.archive(table(tmp_path / "prices.csv", [{"item": "a", "price": "1"}])) == ""


def test_no_incident_id_is_no_table_of_incidents(tmp_path):
    path = table(tmp_path / "incidents.csv", [{"title": "A"}])
    with pytest.raises(intake.IntakeError, match="names no column incident_id"):
        next(intake.records(path, format="aiid"))


@pytest.mark.slow
def test_memory_stays_flat_on_a_hundred_thousand_incidents(tmp_path):
    folder = tmp_path / "aiid"
    folder.mkdir()
    many = 100_000
    table(folder / "incidents.csv", (incident(n) for n in range(1, many + 1)), COLUMNS)
    labels = ({**LABELLED, "Incident ID": str(n)} for n in range(1, many + 1))
    table(folder / "classifications_MIT.csv", labels, list(LABELLED))
    process, seen = psutil.Process(), []
    for number, entry in enumerate(intake.records(folder, format="aiid"), start=1):
        assert isinstance(entry, Filing)
        assert entry.labels
        if number % 5_000 == 0:
            seen.append(process.memory_info().rss)
    assert number == many
    # The first ten thousand warm the caches up.
    assert max(seen[2:]) - seen[1] < 20_000_000
