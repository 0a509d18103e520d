"""What is read out of pages and files, in this process: the same code that the confined one runs."""

from datetime import date

import pytest

from tests.wires.fetching.files import pdf
from tests.wires.fetching.site import page
from wires.fetching import reader
from wires.fetching.problems import UnreadableError
from wires.fetching.reading import Reading
from wires.fetching.text import cleaned, decoded

FIRST = "A chatbot of Acme invented a refund rule in May 2024."
SECOND = "Acme paid 812 dollars to one customer after a tribunal ruled against it."


def read(raw, media_type="text/html", charset="", url="https://news.example/a", most=10_000):
    return reader.read(raw, media_type=media_type, charset=charset, url=url, most=most)


def test_article_is_its_own_text_and_says_who_printed_it_and_when():
    found = read(page(FIRST, SECOND)[2])
    assert found == Reading(
        f"Chatbot invents a rule\n{FIRST}\n{SECOND}", "Chatbot invents a rule", "Daily Example",
        date(2024, 5, 3), (),
    )  # fmt: skip


def test_page_that_says_little_of_itself_leaves_it_open():
    found = read(f"<html><body><p>{FIRST}</p></body></html>".encode(), url="")
    assert found == Reading(FIRST, "", "", None, ())


def test_date_in_the_text_is_not_taken_for_the_date_of_the_page():
    body = f"<html><body><p>{FIRST}</p><p>It happened on 3 May 2019.</p></body></html>"
    assert read(body.encode()).published_on is None


@pytest.mark.parametrize(
    "raw",
    [b"", b"<html></html>", b"<html><body><script>let a = 1</script></body></html>",
     b"<!doctype html><div id=app></div>"],
)  # fmt: skip
def test_page_without_a_text_is_told(raw):
    with pytest.raises(UnreadableError, match="Upload its text by hand"):
        read(raw)


def test_file_is_read_page_by_page():
    found = read(pdf(FIRST, SECOND, title="The  ruling"), "application/pdf")
    assert found == Reading(f"{FIRST}\n\n{SECOND}", "The ruling", "", None, ())


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"%PDF-1.4 and nothing else", "PDF is broken"),
        (pdf(""), "only images"),
        (pdf(FIRST, encrypted=True), "asks for a password"),
    ],
)
def test_file_that_cannot_be_read_is_told(raw, words):
    with pytest.raises(UnreadableError, match=words):
        read(raw, "application/pdf")


@pytest.mark.parametrize(
    ("raw", "charset", "text"),
    [
        ("Zoë paid 5 €.".encode(), "utf-8", "Zoë paid 5 €."),
        ("Zoë paid 5 €.".encode("cp1252"), "iso-8859-1", "Zoë paid 5 €."),
        ("Zoë paid 5 €.".encode(), "", "Zoë paid 5 €."),
        ("Zoë paid 5 €.".encode(), "us-ascii", "Zoë paid 5 €."),
        ("Zoë paid 5 €.".encode("utf-16"), "utf-8", "Zoë paid 5 €."),
        ("\ufeffZoë".encode(), "", "Zoë"),
        ("Зоя".encode("koi8-r"), "koi8-r", "Зоя"),
        ("Zoë".encode("latin-1"), "hex", "Zoë"),
        ("Zoë".encode("latin-1"), "no-such-code", "Zoë"),
        (b'<meta charset="koi8-r">' + "Зоя".encode("koi8-r"), "", '<meta charset="koi8-r">Зоя'),
    ],
)  # fmt: skip
def test_encoding_is_found(raw, charset, text):
    assert decoded(raw, charset)[0].replace("â‚¬", "€").replace("Ã«", "ë") == text


def test_latin_1_page_is_read_by_what_it_says_itself():
    raw = page(f"Zoë paid. {FIRST}", SECOND, charset="latin-1")[2]
    told = raw.replace(b"<head>", b'<head><meta charset="ISO-8859-1">')
    assert "Zoë paid." in read(told).text
    guessed = read(raw)
    assert "Zoë paid." in guessed.text
    assert guessed.repairs == (
        "The encoding is not told or told wrongly; read as windows-1252.",
    )


def test_text_is_kept_without_what_nobody_sees():
    raw = "One\u200b line.\x00\x07 \r\nde\u00adtect\tit\f\n\n\n\n\ud800It doesnâ€™t. \n"
    text, repairs = cleaned(raw, most=100)
    assert text == "One line.\ndetect it\n\nIt doesn’t."
    assert repairs == ("A wrong decoding was mended in 1 lines.",)


def test_empty_and_endless_texts_are_refused():
    with pytest.raises(UnreadableError, match="no text"):
        cleaned(" \n\u200b\n", most=10)
    with pytest.raises(UnreadableError, match="at most 10 are kept"):
        cleaned("a" * 11, most=10)


def test_plain_text_is_taken_as_it_stands():
    assert read(b"One line.\n\nAnother.", "text/plain").text == "One line.\n\nAnother."


def test_reading_survives_the_way_between_two_processes():
    found = Reading("Text", "Title", "Publisher", date(2024, 5, 3), ("mended",))
    assert Reading.from_json(found.to_json()) == found
