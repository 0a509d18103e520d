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
        b'{"name": "gate", "item": "0", "value": 0.5, "more": 1}\n',
    ],
)
def test_other_rows_are_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011  # from json and from us
        unpacked(zstandard.compress(text), Reading)


def test_what_is_no_zstd_file_is_refused():
    with pytest.raises(ValueError, match="no zstd"):
        unpacked(b"plain", Reading)
