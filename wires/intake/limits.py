"""What every filing must hold to, whatever its format: text that can be stored and shown."""

import re

from wires.intake.filing import FiledSource, Filing, IntakeError
from wires.models.names import PUBLIC_ID

KEY = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")
NAME_LENGTH = {"providers": 120, "aliases": 80, "linked": 80}
SOURCE_LENGTH = {"title": 300, "url": 1000, "publisher": 200, "group": 100, "record_id": 80}
OURS = re.compile(PUBLIC_ID, re.IGNORECASE)
# Controls but the line's end and the tab, halves of a pair, and marks that turn the reading
# order: a headline with one of these can be shown as another text.
HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def check(filing: Filing, name: str) -> Filing:
    """Return the filing, or raise IntakeError naming the value that cannot be stored."""
    _printable(filing.headline, "the headline", name)
    _printable(filing.body, "the body", name)
    for field, longest in NAME_LENGTH.items():
        for value in getattr(filing, field):
            _printable(value, field, name)
            _short(value, longest, field, name)
    for value in (*filing.aliases, *filing.linked):
        if OURS.fullmatch(value):
            raise IntakeError(
                f"{name}: {value} is a wire of this archive, not another name of one; leave it "
                "out, and merge the two if they tell the same event."
            )
    for source in filing.sources:
        _check_source(source, name)
    keys = [source.key for source in filing.sources]
    for key in keys:
        if keys.count(key) > 1:
            raise IntakeError(f"{name}: two sources have the key {key}; give one another.")
    return filing


def _check_source(source: FiledSource, name: str) -> None:
    if not KEY.match(source.key):
        raise IntakeError(
            f"{name}: a source's key is a word of at most 60 letters, not “{source.key[:80]}”."
        )
    _printable(source.text, f"the text of {source.key}", name)
    for field, longest in SOURCE_LENGTH.items():
        _printable(getattr(source, field), f"{field} of {source.key}", name)
        _short(getattr(source, field), longest, f"{field} of {source.key}", name)
    if (source.kind == "record") != bool(source.record_id):
        raise IntakeError(
            f"{name}: source {source.key} names a record if it is one, and only then."
        )
    if source.reports is not None and source.kind != "record":
        raise IntakeError(f"{name}: source {source.key} is no record, so it lists no reports.")


def _printable(value: str, what: str, name: str) -> None:
    if found := HIDDEN.search(value):
        raise IntakeError(
            f"{name}: {what} has the character {ord(found[0]):#06x}; take it out."
        )


def _short(value: str, longest: int, what: str, name: str) -> None:
    if len(value) > longest:
        raise IntakeError(
            f"{name}: {what} has {len(value)} characters; at most {longest} fit."
        )
