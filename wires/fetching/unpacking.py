"""Bodies as they were before a server packed them, never larger than allowed."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from wires.fetching.problems import UnreadableError

ASKED_FOR = "gzip"  # what a request says it can unpack
GZIP = 16 + zlib.MAX_WBITS


def unpacked(chunks: Iterable[bytes], encoding: str, *, most: int) -> bytes:
    """Return a whole body of at most `most` bytes. Raises UnreadableError."""
    words = encoding.strip().lower()
    if words in ("gzip", "x-gzip"):
        chunks = _gunzipped(chunks, most)
    elif words not in ("", "identity"):
        raise UnreadableError(
            f"The document came packed as {encoding!r}, which was not asked for. Upload it by hand."
        )
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > most:
            raise UnreadableError(
                f"The document is larger than {most / 1e6:.0f} MB. Upload the part that the wire "
                "needs by hand."
            )
    return bytes(body)


def _gunzipped(chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    """Unpack piece by piece: a bomb is noticed when it has grown past `most`, not after."""
    member, has_begun = zlib.decompressobj(GZIP), False
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                if member.eof:  # a file may have several members, one after another
                    member = zlib.decompressobj(GZIP)
                has_begun = True
                yield member.decompress(rest, most + 1)
                rest = member.unused_data if member.eof else member.unconsumed_tail
    except zlib.error as error:
        raise UnreadableError(
            f"The document came packed, and the packing is broken ({error}). Try again later."
        ) from error
    if has_begun and not member.eof:
        raise UnreadableError("The document broke off in the middle. Try again later.")
