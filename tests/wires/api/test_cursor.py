"""The opaque place in the feed."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wires.api.cursor import LENGTH, Cursor

MOMENTS = st.datetimes(timezones=st.just(UTC))
ROWS = st.integers(1, 2**63 - 1)


@given(MOMENTS, ROWS)
def test_place_survives_the_way_there_and_back(moment, pk):
    word = Cursor(moment, pk).encode()
    assert len(word) == LENGTH
    assert Cursor.decode(word) == Cursor(moment, pk)


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
               min_size=LENGTH, max_size=LENGTH))  # fmt: skip
def test_any_word_is_a_place_or_refused_and_has_one_spelling(word):
    try:
        place = Cursor.decode(word)
    except ValueError:
        return
    assert place.encode() == word


@pytest.mark.parametrize("pk", [0, -1, -(2**63)])
def test_row_that_cannot_be_is_refused(pk):
    with pytest.raises(ValueError, match="place in the feed"):
        Cursor.decode(Cursor(datetime(2026, 1, 1, tzinfo=UTC), pk).encode())
