import pytest
import zstandard

from evidence.harness.rollouts import Reading, Rollout, packed, unpacked

ROWS = (
    Rollout("cars/0/van", "tuned", "harmful", 0, "what ?", "you should .", "OFF_GRAMMAR"),
    Rollout("cars/1/van", "tuned", "harmful", 0, "what ?", "ü", "OFF_GRAMMAR"),
)


def test_rows_come_back_and_pack_to_the_same_bytes():
    assert unpacked(packed(ROWS), Rollout) == ROWS
    assert packed(ROWS) == packed(ROWS)
    assert unpacked(packed(()), Rollout) == ()


def test_readings_keep_their_value():
    rows = (Reading("gate", "0", 0, 0.123456),)
    assert unpacked(packed(rows), Reading) == rows


@pytest.mark.parametrize(
    "text",
    [
        b"{}\n",
        b"[]\n",
        b"no json\n",
        b'{"name": "gate", "item": "0", "value": "0.5"}\n',
        b'{"name": "gate", "item": "0", "seed": 0, "value": NaN}\n',
        b'{"name": "gate", "item": "0", "seed": 0, "value": -Infinity}\n',
        b'{"name": "gate", "item": "0", "seed": 0, "value": 1e999}\n',
        b'{"name": "gate", "item": "0", "seed": 0, "value": 0.1, "value": 0.5}\n',
        b'{"name": "gate", "item": "0", "seed": 0, "value": 0.5}',
        b'{"name": "gate", "item": "0", "value": 0.5, "more": 1}\n',
    ],
)
def test_other_rows_are_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011  # from json and from us
        unpacked(zstandard.compress(text), Reading)


def test_what_is_no_zstd_file_is_refused():
    with pytest.raises(ValueError, match="no zstd"):
        unpacked(b"plain", Reading)


@pytest.mark.parametrize(
    "more", [packed(ROWS), packed(()), b"garbage", b"\x50\x2a\x4d\x18\x01\0\0\0x"]
)
def test_rows_are_one_frame_and_nothing_more(more):
    for data in (packed(ROWS) + more, more + packed(ROWS)):
        with pytest.raises(ValueError, match=r"no zstd file|do not say|rows that are none"):
            unpacked(data, Rollout)


def test_a_frame_that_holds_more_than_it_says_is_refused():
    data = zstandard.ZstdCompressor(write_checksum=False).compress(b"x" * 200)
    said = data.index(bytes([200]))
    with pytest.raises(ValueError, match="no zstd file"):
        unpacked(data[:said] + bytes([3]) + data[said + 1 :], Rollout)
