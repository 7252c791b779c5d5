"""What a crawl with JOBDIR still has to do, kept so that no death of the process loses it.

Scrapy's own files in JOBDIR do not survive a kill: the sizes of its queues are written when it closes them, and what is under way
stands in none. So each request is kept here from the moment in which it is accepted until everything that came of it has been
accepted too. SQLite keeps the order: whatever is cut off by a kill is the end of the story, never its middle.

Nothing here knows Scrapy; requests are bytes.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from scraper.errors import ArchiveError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

NAME: Final = "scraper.sqlite"
"""The journal's file in JOBDIR."""
START: Final = 0
"""The parent of start requests; those of callbacks have the number of the request whose callback it was."""
_MANY: Final = 1000
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS pending (
    number INTEGER PRIMARY KEY AUTOINCREMENT, request BLOB NOT NULL, warc TEXT, record_id TEXT);
CREATE TABLE IF NOT EXISTS seen (fingerprint BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS begun (parent INTEGER, fingerprint BLOB);
CREATE INDEX IF NOT EXISTS begun_by_parent ON begun (parent);
"""


@frozen
class Promise:
    """Where the answer to a request was going to be archived; the process may have died before it was.

    Attributes:
        warc: The archive that was being written, its path as it will be when finished.
        record_id: WARC-Record-ID of the response.
    """

    warc: str
    record_id: str


class Journal:
    """A job's journal. Changes hold once `promise` has returned, or `close`, or after a while; all or, of the latest, none.

    Args:
        folder: JOBDIR.

    Raises:
        UsageError: Another process has it, or the file is no journal.
        ArchiveError: By every method: the disk is full or failing.
    """

    def __init__(self, folder: Path) -> None:
        self._path = path = folder / NAME
        self._changes = 0
        try:
            self._database = sqlite3.connect(path, timeout=0, check_same_thread=False)
            # A second process is told at once; a kill costs nothing that was committed, and commits do not wait for the disk.
            self._database.executescript("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
            self._database.executescript(_TABLES)
        except sqlite3.Error as error:
            raise UsageError(f"{path} cannot be used ({error}): is another crawl running with this JOBDIR?") from error

    def add(self, request: bytes) -> int:
        """Keep a request.

        Returns:
            Its number; none is given twice.
        """
        number = self._run("INSERT INTO pending (request) VALUES (?)", request).lastrowid
        assert number is not None  # noqa: S101  an insert has one
        return number

    def pending(self) -> Iterator[tuple[int, bytes]]:
        """Yield number and bytes of the requests that are not done, in the order in which they came."""
        yield from self._run("SELECT number, request FROM pending ORDER BY number")

    def seen(self, fingerprint: bytes) -> bool:
        """Whether a request of this fingerprint has been accepted."""
        return self._run("SELECT 1 FROM seen WHERE fingerprint = ?", fingerprint).fetchone() is not None

    def see(self, fingerprint: bytes) -> None:
        """Remember the fingerprint of an accepted request."""
        self._run("INSERT OR IGNORE INTO seen VALUES (?)", fingerprint)

    def begin(self, parent: int, fingerprint: bytes) -> None:
        """Remember that a parent has brought a request that no filter would refuse when it brings it again."""
        self._run("INSERT INTO begun VALUES (?, ?)", parent, fingerprint)

    def begun(self) -> Counter[tuple[int, bytes]]:
        """How often unfinished parents have brought which such requests."""
        rows = self._run("SELECT parent, fingerprint, count(*) FROM begun GROUP BY parent, fingerprint")
        return Counter({(parent, fingerprint): count for parent, fingerprint, count in rows})

    def promise(self, number: int, promise: Promise) -> None:
        """Say where the answer to a request is about to be archived."""
        told = "UPDATE pending SET warc = ?, record_id = ? WHERE number = ?"
        self._run(told, promise.warc, promise.record_id, number)
        self._commit()

    def promises(self) -> dict[int, Promise]:
        """The promises of requests that are not done, by number."""
        rows = self._run("SELECT number, warc, record_id FROM pending WHERE record_id IS NOT NULL")
        return {number: Promise(warc, record_id) for number, warc, record_id in rows}

    def done(self, numbers: Iterable[int]) -> None:
        """Forget requests: all that came of them is here, or needs no keeping."""
        for number in numbers:
            self._run("DELETE FROM pending WHERE number = ?", number)
            self._run("DELETE FROM begun WHERE parent = ?", number)
        if self._changes > _MANY:
            self._commit()

    def close(self, *, finished: bool) -> None:
        """Close the journal.

        Args:
            finished: Whether the crawl came to its end. When it runs again it asks for its start requests again.
        """
        try:
            if finished:
                self.done([START])
            self._commit()
        finally:
            self._database.close()

    def _run(self, statement: str, *values: Any) -> sqlite3.Cursor:
        self._changes += 1
        try:
            return self._database.execute(statement, values)
        except sqlite3.Error as error:
            raise ArchiveError(f"the journal cannot be used: {error}", path=self._path) from error

    def _commit(self) -> None:
        self._changes = 0
        try:
            self._database.commit()
        except sqlite3.Error as error:
            raise ArchiveError(f"the journal cannot be written: {error}", path=self._path) from error
