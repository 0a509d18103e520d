"""The process that opens documents: it answers, and it cannot be made to do anything else."""

import json
import subprocess
import sys
import zlib

import pytest

from config.paths import CHECKOUT
from tests.wires.fetching.allowed import limits
from tests.wires.fetching.files import pdf
from tests.wires.fetching.site import page
from wires.fetching.download import Download
from wires.fetching.extract import extract
from wires.fetching.problems import UnreadableError

HERE = "https://news.example/a"
FIRST = "A chatbot of Acme invented a refund rule in May 2024."


def document(body, content_type="text/html"):
    return Download.of(body, content_type, url=HERE)


def confined(code, *, seconds=5, memory=1_500_000_000):
    """Run code in a process that has confined itself as the reader does."""
    start = f"from wires.fetching.reader import confine; confine(seconds={seconds}, memory={memory})"
    return subprocess.run(
        [sys.executable, "-c", f"{start}\n{code}"], cwd=CHECKOUT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_page_and_file_are_read():
    assert FIRST in extract(document(page(FIRST, FIRST)[2]), limits()).text
    assert extract(document(pdf(FIRST), "application/pdf"), limits()).text == FIRST


@pytest.mark.slow
def test_what_cannot_be_read_comes_back_in_words():
    with pytest.raises(UnreadableError, match="PDF is broken"):
        extract(document(b"%PDF-1.4", "application/pdf"), limits())


def test_reader_that_takes_too_long_is_stopped():
    with pytest.raises(UnreadableError, match=r"longer than 0\.01 s"):
        extract(document(page(FIRST)[2]), limits(reading_seconds=0.01))


@pytest.mark.slow
def test_file_that_swells_is_not_read():
    bomb = pdf("x", packed=zlib.compress(bytes(100_000_000)))
    assert len(bomb) < 1_000_000
    with pytest.raises(UnreadableError, match="Upload its text by hand"):
        extract(document(bomb, "application/pdf"), limits(reading_memory=500_000_000))


@pytest.mark.slow
def test_broken_reader_is_told_by_its_last_line():
    with pytest.raises(UnreadableError, match=r"could not be read \(TypeError: .+\)"):
        extract(document(page(FIRST)[2]), limits(characters="many"))


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("bytearray(2_000_000_000)", "MemoryError"),
        ("import tempfile; tempfile.TemporaryFile().write(b'x' * 100_000)", "Error"),
        ("print(*[open('/dev/null') for _ in range(100)])", "Too many open files"),
    ],
)
def test_process_is_confined(code, error):
    done = confined(code)
    assert done.returncode != 0
    assert error in done.stderr


@pytest.mark.slow
def test_process_that_only_counts_is_ended_by_the_clock_of_the_processor():
    assert confined("while True: pass", seconds=1).returncode < 0


@pytest.mark.slow
def test_process_gets_no_key_of_the_site(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "a key")
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    seen = []
    real = subprocess.run

    def watched(command, **options):
        seen.append((command, options))
        return real(command, **options)

    monkeypatch.setattr(subprocess, "run", watched)
    extract(document(page(FIRST, FIRST)[2]), limits())
    [(command, options)] = seen
    assert not {"SECRET_KEY", "DATABASE_URL", "PYTHONWARNINGS"} & set(options["env"])
    assert set(json.loads(command[-1])) == {
        "media_type", "charset", "url", "most", "seconds", "memory",
    }  # fmt: skip
