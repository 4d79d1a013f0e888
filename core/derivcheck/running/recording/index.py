"""Where each piece stands in a file of results, by its fingerprint, on disk: there may be any number of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from derivcheck.running.recording.records import Record


class Place(NamedTuple):
    """Where the bytes of a record begin and end."""

    start: int
    end: int


class Index:
    """The places of records, in a temporary database that vanishes when it is closed.

    It is filled by one thread and may be asked by another.
    """

    def __init__(self, records: Iterable[Record]) -> None:
        self._database = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute("CREATE TABLE places (fingerprint TEXT PRIMARY KEY, start, end) WITHOUT ROWID")
        self._database.execute("BEGIN")
        self._database.executemany(
            "INSERT OR IGNORE INTO places VALUES (?, ?, ?)",
            ((record.fingerprint, record.start, record.end) for record in records),
        )
        self._database.execute("COMMIT")

    def find(self, fingerprint: str) -> Place | None:
        """Find where the record of that fingerprint stands; None where there is none."""
        row = self._database.execute("SELECT start, end FROM places WHERE fingerprint = ?", (fingerprint,)).fetchone()
        return None if row is None else Place(*row)

    def close(self) -> None:
        """Forget everything."""
        self._database.close()
