"""Read a file as text: refuse what is not, and mend what a wrong decoding left."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import ftfy

from wires.intake.filing import IntakeError

LARGEST = 2_000_000  # bytes; the longest article of a newspaper is a tenth of it
MENDING = ftfy.TextFixerConfig(
    # Mojibake is mended; the author's own quotes, ligatures and widths are left alone.
    unescape_html=False, uncurl_quotes=False, fix_latin_ligatures=False, fix_character_width=False,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    """A file's text as stored. `sha256` is of the file's own bytes."""

    name: str
    content: str
    sha256: str
    repairs: tuple[str, ...]


def read(path: Path) -> Text:
    """Return the mended text of a file. Raises IntakeError with the line that is at fault."""
    return decoded(_bytes(path), name=path.name)


def decoded(raw: bytes, *, name: str) -> Text:
    """Return the mended text of a file's bytes; what was mended is said line by line."""
    if not raw.strip():
        raise IntakeError(f"{name} is empty.")
    try:
        content = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise IntakeError(
            f"{name}, line {line}: not text in UTF-8 (byte {raw[error.start]:#04x}). "
            "Save it as UTF-8 and file it again."
        ) from error
    content = content.replace("\r\n", "\n").replace("\r", "\n")
    _refuse_control_characters(content, name)
    lines = content.split("\n")
    mended = [ftfy.fix_text(line, MENDING) for line in lines]
    repairs = tuple(
        f"line {number}: {_changed(old, new)}"
        for number, (old, new) in enumerate(zip(lines, mended, strict=True), start=1)
        if unicodedata.normalize("NFC", old) != new
    )
    return Text(name, "\n".join(mended), hashlib.sha256(raw).hexdigest(), repairs)


def mended(value: str, what: str) -> tuple[str, tuple[str, ...]]:
    """Return a value of a record with what a wrong decoding left mended, and what that was."""
    fixed = ftfy.fix_text(value.replace("\r\n", "\n").replace("\r", "\n"), MENDING)
    if fixed == value or not (changed := _changed(value, fixed, otherwise="")):
        return fixed, ()
    return fixed, (f"{what}: {changed}",)


def _bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise IntakeError(f"{path} is no file that could be read.")
        size = path.stat().st_size
        if size > LARGEST:
            raise IntakeError(
                f"{path.name} has {size / 1e6:.1f} MB; a text of at most {LARGEST / 1e6:.0f} MB can be filed."
            )
        return path.read_bytes()
    except OSError as error:
        raise IntakeError(f"{path} cannot be read: {error.strerror}.") from error


def _refuse_control_characters(content: str, name: str) -> None:
    for number, line in enumerate(content.split("\n"), start=1):
        for character in line:
            if unicodedata.category(character) == "Cc" and character != "\t":
                raise IntakeError(
                    f"{name}, line {number}: the character {ord(character):#04x} does not occur in "
                    "text; this looks like a binary file."
                )


def _changed(old: str, new: str, *, otherwise: str = "white space mended") -> str:
    """Show the words that differ, shortly; where none does, say `otherwise`."""
    before, after = unicodedata.normalize("NFC", old).split(), new.split()
    pairs = [f"“{a}” read as “{b}”" for a, b in zip(before, after, strict=False) if a != b]
    return "; ".join(pairs[:3]) or otherwise
