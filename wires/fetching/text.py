"""Bytes as text, and text as the vault keeps it."""

from __future__ import annotations

import codecs
import re
import unicodedata
from contextlib import suppress

import ftfy

from wires.fetching.problems import UnreadableError

MENDING = ftfy.TextFixerConfig(
    # As for filed texts: what was decoded wrongly is mended; the author's own quotes,
    # ligatures and widths are left alone.
    unescape_html=False, uncurl_quotes=False, fix_latin_ligatures=False, fix_character_width=False,
)  # fmt: skip
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})""", re.I)
META_WITHIN = 4096  # bytes from the beginning of a page
# Who says Latin-1 or ASCII means the code page that browsers read for it.
READ_AS = {"iso8859-1": "cp1252", "ascii": "cp1252"}
INVISIBLE = str.maketrans(dict.fromkeys("\u00ad\u200b\u2060\ufeff"))


def decoded(raw: bytes, charset: str) -> tuple[str, tuple[str, ...]]:
    """Return bytes as text, and what had to be mended.

    A mark at the beginning says most, then the server, then the page itself, then UTF-8.
    """
    for mark, name in MARKS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(name, errors="replace"), ()
    meta = META.search(raw[:META_WITHIN])
    for named in (charset, meta[1].decode() if meta else "", "utf-8"):
        # Python also knows codecs that are no encodings of text; those are unknown here.
        with suppress(LookupError, ValueError):
            return raw.decode(_codec(named)), ()
    return raw.decode("cp1252", errors="replace"), (
        "The encoding is not told or told wrongly; read as windows-1252.",
    )


def cleaned(text: str, *, most: int) -> tuple[str, tuple[str, ...]]:
    """Return a text as it is stored, and what was mended. Raises UnreadableError.

    No control or invisible characters, no white space at the ends of lines, at most one
    empty line between two others.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").split("\n")
    bare = [_bare(line) for line in lines]
    mended = [_bare(ftfy.fix_text(line, MENDING)) for line in bare]
    wrong = sum(
        unicodedata.normalize("NFC", old) != new for old, new in zip(bare, mended, strict=True)
    )
    whole = re.sub(r"\n{3,}", "\n\n", "\n".join(mended)).strip()
    if not whole:
        raise UnreadableError("There is no text in the document. Upload its text by hand.")
    if len(whole) > most:
        raise UnreadableError(
            f"The document's text has {len(whole)} characters; at most {most} are kept. Upload the "
            "part that the wire needs by hand."
        )
    return whole, (f"A wrong decoding was mended in {wrong} lines.",) if wrong else ()


def line(words: object) -> str:
    """Return a title or name as it is stored: one line, of signs that can be seen."""
    return " ".join(_bare(" ".join(str(words or "").split())).split())


def _codec(name: str) -> str:
    """Return what Python calls an encoding. Raises LookupError where it knows none."""
    found = codecs.lookup(name).name
    return READ_AS.get(found, found)


def _bare(line: str) -> str:
    kept = (
        " " if sign == "\t" else sign
        for sign in line.translate(INVISIBLE)
        if sign == "\t" or unicodedata.category(sign) not in ("Cc", "Cs")
    )
    return "".join(kept).rstrip()
