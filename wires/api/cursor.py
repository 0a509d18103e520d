"""A place in the feed, as an opaque word: when a wire was first public, and its row."""

import base64
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LENGTH = 22  # characters: 16 bytes in base64 without its padding
PATTERN = rf"[A-Za-z0-9_-]{{{LENGTH}}}"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PLACE = struct.Struct(">qq")


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last wire that a reader has seen; the next page begins below it."""

    first_published_at: datetime
    pk: int

    def encode(self) -> str:
        moment = (self.first_published_at - _EPOCH) // _MICROSECOND
        return base64.urlsafe_b64encode(_PLACE.pack(moment, self.pk)).rstrip(b"=").decode()

    @classmethod
    def decode(cls, word: str) -> "Cursor":
        """Read a word of 22 characters (`PATTERN`). Raises ValueError for one never given out."""
        moment, pk = _PLACE.unpack(base64.urlsafe_b64decode(f"{word}=="))
        try:
            cursor = cls(_EPOCH + moment * _MICROSECOND, pk)
        except OverflowError as error:
            raise ValueError("no time that a calendar has") from error
        # The last character holds four spare bits: another spelling of a place is no cursor.
        if pk < 1 or cursor.encode() != word:
            raise ValueError("not the spelling of a place in the feed")
        return cursor
