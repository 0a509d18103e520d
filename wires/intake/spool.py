"""What is joined to the records of a table, kept on disk while the table streams by."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


class Spool:
    """Values under keys, several to a key. It lives as long as its `with` block."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute("CREATE TABLE kept (kind TEXT, key TEXT, value TEXT)")
        database.execute("CREATE INDEX by_key ON kept (kind, key)")

    def put(self, kind: str, key: str, value: str) -> None:
        self._database.execute("INSERT INTO kept VALUES (?, ?, ?)", (kind, key, value))

    def values(self, kind: str, key: str) -> list[str]:
        """Return what was put under a key, in the order of putting."""
        asked = "SELECT value FROM kept WHERE kind = ? AND key = ? ORDER BY rowid"
        return [value for (value,) in self._database.execute(asked, (kind, key))]


@contextmanager
def spooled() -> Iterator[Spool]:
    # Without a name, the database is a temporary file that only this process sees.
    database = sqlite3.connect("", isolation_level=None)
    try:
        yield Spool(database)
    finally:
        database.close()
