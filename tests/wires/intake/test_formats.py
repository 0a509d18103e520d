"""What each format reads, and what it says of input that it cannot read."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.seeds import DOCUMENTS, WIRE, needs_seeds
from wires import intake, taxonomy
from wires.demonstration import SPECIMEN
from wires.intake.text import LARGEST

pytestmark = pytest.mark.django_db

WIRETEXT = """← Latest · Archive

SEV-2Acme, Beta Labs
2 sources standard

Acme said on 3 May 2025 that its chatbot erred [source].

Why this is an AI incident

Bulk rationale.

Codes M2, F6
Providers Acme
"""
FRONT = """---
title: "A wire"
date: 2025-06-21 01:30:00 +0200
severity: SEV-3
codes: [M1, F10]
providers: Acme
---
Body of the wire.[^a]
"""


@pytest.fixture(autouse=True)
def _loaded_taxonomy(db):
    taxonomy.load()


@pytest.fixture
def write(tmp_path):
    def put(content, name="wire.txt"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return put


def test_wiretext_reads_header_body_and_footer(write):
    filing = intake.read(write(WIRETEXT))
    assert (filing.format, filing.severity, filing.source_count, filing.standard) == (
        "wiretext", "SEV-2", 2, "standard",
    )  # fmt: skip
    assert (filing.codes, filing.providers) == (("M2", "F6"), ("Acme",))
    assert filing.body == "Acme said on 3 May 2025 that its chatbot erred [source]."
    assert filing.headline == "Acme said on 3 May 2025 that its chatbot erred."
    assert filing.headline_was_made
    assert filing.rationale == "Bulk rationale."


def test_providers_of_the_header_stand_in_for_a_missing_footer(write):
    filing = intake.read(write(WIRETEXT.replace("Providers Acme\n", "")))
    assert filing.providers == ("Acme", "Beta Labs")


def test_markdown_reads_front_matter_and_body(write):
    filing = intake.read(write(FRONT))
    assert (filing.format, filing.headline, filing.severity) == ("markdown", "A wire", "SEV-3")
    assert (filing.codes, filing.providers, filing.occurred_on) == (
        ("M1", "F10"), ("Acme",), date(2025, 6, 21),
    )  # fmt: skip
    assert filing.body == "Body of the wire.[^a]"


def test_long_headline_is_cut_at_a_word_and_said(write):
    filing = intake.read(write(FRONT.replace("A wire", "word " * 60)))
    assert len(filing.headline) <= 200
    assert filing.headline.endswith("word…")
    assert "headline cut at 200 characters" in filing.repairs


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "wire.txt is empty"),
        ("  \n \n", "wire.txt is empty"),
        (b"\xff\xfe\x00SEV-3", "line 1: not text in UTF-8"),
        (b"SEV-3Acme\n\nBody \xe9t\xe9.", "line 3: not text in UTF-8"),
        (b"SEV-3Acme\n\nBo\x00dy.", "line 3: the character 0x0"),
        ("SEV-9Acme\n\nBody.", "line 1: unknown severity “SEV-9”"),
        ("SEV-Acme\n\nBody.", "line 1: unknown severity “SEV-”"),
        (
            "SEV-3Acme\n\nBody.\n\nWhy this is an AI incident\n\nCodes M1, M99",
            "line 7: unknown code “M99”",
        ),
        ("SEV-3Acme\n\nWhy this is an AI incident\n\nx", "no body"),
        (FRONT.replace("SEV-3", "grave"), "line 4: unknown severity “grave”"),
        (FRONT.replace("M1", "X1"), "line 5: unknown code “X1”"),
        (
            FRONT.replace("2025-06-21 01:30:00 +0200", "yesterday"),
            "line 3: “yesterday” is no date",
        ),
        (FRONT.replace("codes: [M1, F10]", "codes: [M1, F10"), "line 6: broken front matter"),
        (FRONT.replace("---\nBody", "Body"), "line 1: the front matter is not closed"),
        ("---\n- a\n---\nBody", "line 2: the front matter must be names"),
        ("---\ntitle: x\ncodes: 5\n---\nBody", "line 3: codes is a list"),
        ("---\ntitle: x\nsources: 5\n---\nBody", "line 3: sources is a list"),
        ('---\ntitle: "a\\0b"\n---\nBody', "the headline has the character 0x0000"),
        ('---\ntitle: "a\\u202eb"\n---\nBody', "the headline has the character 0x202e"),
        (
            "---\ntitle: x\nproviders: " + "p" * 500 + "\n---\nBody",
            "providers has 500 characters",
        ),
        ("---\ntitle: x\na: " + "[" * 5000 + "\n---\nBody", "broken front matter"),
        (
            "---\ntitle: x\nsources: [{key: 'a b]<', text: t}]\n---\nBody",
            "a source's key is a word",
        ),
        (
            "---\ntitle: x\nsources: [{key: a, text: t, kind: record}]\n---\nBody",
            "names a record if it is one",
        ),
        (
            "---\ntitle: x\nsources: [{key: a, text: t, reports: 2}]\n---\nBody",
            "is no record, so it lists no reports",
        ),
        (
            "---\ntitle: x\nsources: [{key: a, text: t, reports: many}]\n---\nBody",
            "line 3: reports is a whole number below a million, not “many”",
        ),
        ("---\nx: 1\ntitle: [a, b]\n---\nBody", "line 3: title is one value"),
        ("---\ntitle: a\nproviders: [[a], b]\n---\nBody", "line 3: providers is a plain list"),
        (
            "---\ntitle: x\nsources:\n  - {key: a, text: t, url: 'javascript:1'}\n---\nBody.",
            "line 3: “javascript:1” is no http or https address",
        ),
        ("---\ntitle: x\n---\n\n", "no text after the front matter"),
        (
            "---\ntitle: x\nsources:\n  - {key: a}\n---\nBody.",
            "line 3: a source needs a key and its text",
        ),
    ],
)
def test_bad_input_names_the_line(write, content, problem):
    with pytest.raises(intake.IntakeError) as refusal:
        intake.read(write(content))
    assert problem in str(refusal.value)


def test_fifty_megabytes_are_refused_without_being_read(write, tmp_path):
    path = tmp_path / "big.txt"
    with path.open("wb") as handle:
        handle.truncate(50_000_000)
    with pytest.raises(intake.IntakeError, match=r"50\.0 MB"):
        intake.read(path)
    assert LARGEST < 50_000_000


def test_missing_file_is_named(tmp_path):
    with pytest.raises(intake.IntakeError, match=r"absent\.txt"):
        intake.read(tmp_path / "absent.txt")


def test_mojibake_is_mended_and_said_and_other_marks_are_left(write):
    filing = intake.read(
        write(FRONT.replace("Body of", "Narrow Training â‰\xa0 Narrow Impact: “Body” of"))
    )
    assert "≠" in filing.body
    assert "“Body”" in filing.body
    [repair] = filing.repairs
    assert repair.startswith("line 8:")


def test_windows_line_ends_and_byte_order_mark_are_no_trouble(write):
    plain = intake.read(write(WIRETEXT))
    windows = intake.read(write("\ufeff" + WIRETEXT.replace("\n", "\r\n"), "other.txt"))
    assert (windows.body, windows.codes) == (plain.body, plain.codes)


def test_documents_are_read_with_what_is_said_of_them(write):
    write("Some text.", "doc,1.txt")
    write('{"publisher": "Gazette", "tier": "reporting"}', "doc,1.txt.meta.json")
    path = Path(write("x", "x.txt")).with_name("doc,1.txt")
    [source] = intake.sources(
        [f"{path},url=https://example.org/a,b,date=2025-06-19,publisher=News, Inc."]
    )
    assert (source.key, source.url, source.published_on) == (
        "doc-1", "https://example.org/a,b", date(2025, 6, 19),
    )  # fmt: skip
    assert (source.publisher, source.tier, source.group) == ("News, Inc.", "reporting", "")


@pytest.mark.parametrize(
    ("pairs", "problem"),
    [
        (",tier=best", "unknown tier “best”"),
        (",url=javascript:alert(1)", "no http or https address"),
        (",date=soon", "no date"),
        (",kind=rumour", "unknown kind of text"),
    ],
)
def test_bad_word_about_a_document_is_refused(write, pairs, problem):
    with pytest.raises(intake.IntakeError, match=problem.replace("(", r"\(")):
        intake.sources([f"{write('text')}{pairs}"])


def test_broken_meta_file_names_its_line(write):
    path = write("text", "a.txt")
    write('{\n"url": }', "a.txt.meta.json")
    with pytest.raises(intake.IntakeError, match=r"a.txt.meta.json, line 2"):
        intake.sources([str(path)])


def test_two_documents_need_two_keys(write):
    path = write("text", "a.txt")
    with pytest.raises(intake.IntakeError, match="the key a"):
        intake.sources([str(path), str(path)])


def test_specimen_is_a_wiretext_that_counts_two_sources():
    filing = intake.read(SPECIMEN / "wire.txt")
    assert (filing.format, filing.source_count, filing.codes) == ("wiretext", 2, ("M1", "F10"))


@pytest.mark.slow
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.binary(max_size=400) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_read_or_refused(write, content):
    try:
        filing = intake.read(write(content))
    except intake.IntakeError:
        return
    assert filing.body.strip()
    assert 0 < len(filing.headline) <= 200


@needs_seeds
def test_the_real_wire_is_read_as_it_is():
    filing = intake.read(WIRE)
    assert (filing.severity, filing.providers, filing.codes) == (
        "SEV-3",
        ("OpenAI",),
        ("M1", "F10"),
    )
    assert (filing.source_count, filing.standard) == (2, "standard")
    assert filing.body.startswith("OpenAI published research on 18 June 2025")
    assert filing.body.endswith("datasets for independent verification.")
    assert filing.rationale.startswith("Launch-archive bulk classification")


@needs_seeds
def test_the_real_markdown_is_read_and_its_mojibake_mended():
    filing = intake.read(DOCUMENTS[0])
    assert filing.headline.startswith("[Research Summary] OpenAI's Emergent Misalignment")
    assert filing.occurred_on == date(2025, 6, 21)
    assert "Narrow Training ≠ Narrow Impact" in filing.body
    assert any("≠" in repair for repair in filing.repairs)
