"""Bytes in files by their hash, and copies in public web archives."""

import hashlib
import json

import pytest

from tests.wires.fetching.allowed import AGENT, limits
from wires.fetching import archive, originals

HERE = "https://news.example/a?b=c&d"
COPY = "https://web.archive.example/2024/https://news.example/a"


def test_bytes_are_kept_once_and_come_back(tmp_path):
    digest = originals.keep(b"One line.", home=tmp_path)
    path = tmp_path / digest[:2] / digest
    assert digest == hashlib.sha256(b"One line.").hexdigest()
    before = path.stat().st_mtime_ns
    assert originals.keep(b"One line.", home=tmp_path) == digest
    assert path.stat().st_mtime_ns == before
    assert [file.name for file in path.parent.iterdir()] == [digest]
    assert originals.kept(digest, home=tmp_path) == b"One line."


def test_bytes_that_are_not_what_they_were_do_not_come_back(tmp_path):
    digest = originals.keep(b"One line.", home=tmp_path)
    (tmp_path / digest[:2] / digest).write_bytes(b"Another line.")
    assert originals.kept(digest, home=tmp_path) is None
    assert originals.kept("0" * 64, home=tmp_path) is None
    assert originals.kept("", home=tmp_path) is None


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"archived_snapshots": {"closest": {"available": True, "url": COPY}}}, COPY),
        ({"archived_snapshots": {"closest": {"available": False, "url": COPY}}}, ""),
        ({"archived_snapshots": {"closest": {"available": True, "url": "javascript:x"}}}, ""),
        (
            {
                "archived_snapshots": {
                    "closest": {"available": True, "url": f"{COPY}\x00\ud800"}
                }
            },
            "",
        ),
        ({"archived_snapshots": {}}, ""),
        ({"archived_snapshots": []}, ""),
        (["nonsense"], ""),
    ],
)
def test_copy_in_an_archive_is_asked_for(site, answer, found):
    site.pages["/lookup"] = (
        200,
        {"Content-Type": "application/json"},
        json.dumps(answer).encode(),
    )
    lookup = site.url("/lookup?url={url}")
    assert archive.copy_of(HERE, lookup=lookup, limits=limits(), agent=AGENT) == found
    assert site.asked[0][0] == "/lookup?url=https%3A%2F%2Fnews.example%2Fa%3Fb%3Dc%26d"


def test_archive_that_does_not_answer_gives_no_copy(site):
    for path in ("/missing", "/broken"):
        site.pages["/broken"] = (200, {"Content-Type": "application/json"}, b"{")
        lookup = site.url(f"{path}?url={{url}}")
        assert archive.copy_of(HERE, lookup=lookup, limits=limits(), agent=AGENT) == ""
