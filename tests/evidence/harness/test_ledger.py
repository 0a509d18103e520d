import subprocess
import sys
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.harness import ledger, signing
from evidence.harness.errors import HarnessError
from evidence.harness.home import CHECKOUT, Home, default_home
from evidence.harness.ledger import GENESIS, Entry, Kind, Ledger
from tests.evidence.harness.filling import files_of_at_most

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
APPENDS = """
import sys
from pathlib import Path
from evidence.harness.home import Home
from evidence.harness.ledger import Kind
ledger = Home.at(Path(sys.argv[1])).ledger
for number in range(25):
    ledger.append(Kind.REGISTRATION, {"number": number})
"""


@pytest.fixture
def chain(tmp_path):
    made = Ledger(tmp_path / "ledger.jsonl", KEY)
    for number in range(3):
        made.append(Kind.REGISTRATION, {"number": number})
    return made


def test_entries_follow_each_other_from_the_first(chain):
    entries = chain.segment(1, 3)
    assert [entry.seq for entry in entries] == [1, 2, 3]
    assert [entry.previous for entry in entries] == [GENESIS, *(e.sha256 for e in entries[:2])]
    assert ledger.broken(entries, KEY.public_key()) is None
    assert [Entry.from_line(entry.to_line()) for entry in entries] == entries


@pytest.mark.parametrize(
    "change", [{"body": {"number": 9}}, {"at": "2020"}, {"kind": "result"}, {"seq": 7}]
)
def test_a_changed_entry_is_found(chain, change):
    first, second, third = chain.segment(1, 3)
    problem = ledger.broken([first, replace(second, **change), third], KEY.public_key())
    assert "changed" in str(problem)


def test_an_entry_hashed_again_without_the_key_is_found(chain):
    first, second, third = chain.segment(1, 3)
    forged = Ledger(chain.path.with_name("other"), Ed25519PrivateKey.generate())
    forged.append(Kind.REGISTRATION, {"number": 0})
    other = forged.append(Kind.REGISTRATION, {"number": 9})
    forged_second = replace(other, signature=second.signature)
    problem = ledger.broken([first, forged_second, third], KEY.public_key())
    assert "not signed" in str(problem)


@pytest.mark.parametrize("keep", [(0, 2), (1, 0), (0, 0)])
def test_an_entry_dropped_moved_or_doubled_is_found(chain, keep):
    entries = chain.segment(1, 3)
    problem = ledger.broken([entries[at] for at in keep], KEY.public_key())
    assert "does not follow" in str(problem)


def test_a_line_cut_short_by_a_crash_is_no_entry(chain):
    whole = chain.path.read_bytes()
    with chain.path.open("ab") as file:
        file.write(b'{"seq": 4, "previ')
    entry = chain.append(Kind.ABANDONED, {})
    assert entry.seq == 4
    assert chain.path.read_bytes() == whole + entry.to_line().encode()


@pytest.mark.parametrize(
    ("said", "more"),
    [
        ('"seq":1', '"seq":2,"seq":1'),
        ('"number":0', '"number":9,"number":0'),
        ('"number":0', '"number":NaN'),
    ],
)
def test_a_line_that_readers_read_differently_is_no_entry(chain, said, more):
    [first] = chain.segment(1, 1)
    assert said in first.to_line()
    with pytest.raises(ValueError, match=r"stands twice|is not JSON"):
        Entry.from_line(first.to_line().replace(said, more))


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85", "\x0b", "\x1c", "\r", "\n"])
def test_a_line_feed_alone_ends_an_entry(chain, character):
    body = {"left": f"one{character}other"}
    entry = chain.append(Kind.REGISTRATION, body)
    after = chain.append(Kind.ABANDONED, {"registration": entry.seq})
    assert chain.since(entry.seq) == [entry, after]
    assert ledger.broken(chain.segment(1, after.seq), KEY.public_key()) is None


def test_a_character_cut_in_two_by_a_crash_is_no_entry(chain):
    whole = chain.path.read_bytes()
    with chain.path.open("ab") as file:
        file.write('{"seq": 4, "previous": "\u2028'.encode()[:-1])
    assert chain.append(Kind.ABANDONED, {}).seq == 4
    assert chain.path.read_bytes().startswith(whole)


def test_a_damaged_ledger_is_named(chain):
    chain.path.write_text("{}\n")
    with pytest.raises(HarnessError, match=r"ledger\.jsonl is damaged"):
        chain.append(Kind.RESULT, {})


@pytest.mark.slow
def test_two_processes_make_one_chain_with_one_key(tmp_path):
    command = [sys.executable, "-c", APPENDS, str(tmp_path / "home")]
    running = [subprocess.Popen(command, cwd=CHECKOUT) for _ in range(2)]
    assert [process.wait() for process in running] == [0, 0]
    home = Home.at(tmp_path / "home")
    entries = home.ledger.segment(1, 50)
    assert [entry.seq for entry in entries] == list(range(1, 51))
    assert ledger.broken(entries, home.key.public_key()) is None


def test_a_home_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(HarnessError, match="--home"):
        Home.at(tmp_path / "file" / "home")


def test_the_public_key_is_the_one_in_the_home(tmp_path):
    home = Home.at(tmp_path)
    again = Home.at(tmp_path)
    one, other = (signing.fingerprint(desk.key.public_key()) for desk in (home, again))
    assert one == other


def test_the_home_is_under_the_data_folder_or_else_in_the_checkout(monkeypatch, tmp_path):
    monkeypatch.setenv("BUTFOR_DATA", str(tmp_path))
    assert default_home() == tmp_path / "harness"
    monkeypatch.delenv("BUTFOR_DATA")
    assert default_home() == CHECKOUT / "var" / "harness"


def test_a_full_disk_is_one_clear_line_and_the_chain_stays_whole(tmp_path):
    home = Home.at(tmp_path)
    home.ledger.append(Kind.REGISTRATION, {"run": 1})
    before = home.ledger.path.read_bytes()
    refused = pytest.raises(HarnessError, match=r"ledger .* cannot be written .*too large")
    with refused as caught, files_of_at_most(len(before) + 40):
        home.ledger.append(Kind.ABANDONED, {"run": 1})
    assert "\n" not in str(caught.value)
    assert home.ledger.path.read_bytes() == before
    assert home.ledger.append(Kind.ABANDONED, {"run": 1}).seq == 2
