"""Which payloads are archived already, and where: a table that stays small however many there are.

A million captures are 25 MB: eight bytes of a payload's SHA-256 stand for it, and a number for its place. The table is a temporary
SQLite database, which keeps to a bound of memory and goes on in a file without name behind it. It is a hint: two payloads
may share eight bytes, one may have been sent in several codings, and archives change, so whoever asks reads what is there and
compares.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import orjson

from scraper.archive.index import SUFFIX

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CACHE: Final = 64 << 10  # KiB
_SHIFT: Final = 44  # bits of an offset: 16 TiB
_MOST: Final = 4  # places of one payload that are worth a look
_MARK: Final = b'"payload_sha256"'


class Known:
    """Places of payloads. Any thread may use it, one at a time.

    Raises:
        sqlite3.Error: There is no room for a temporary database; so do its methods.
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{_CACHE}"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute("CREATE TABLE known (payload INTEGER, place INTEGER, PRIMARY KEY (payload, place)) WITHOUT ROWID")
        self._database.execute("BEGIN")  # for good: nothing is to outlive this, and each commit would write to the file
        self._archives: dict[Path, int] = {}
        self._numbers: list[Path] = []

    def learn(self, folder: Path) -> int:
        """Learn what the indexes in a folder list: HTTP responses with status 200.

        Returns:
            How many they are.
        """
        before = self._database.total_changes
        for index in sorted(folder.glob(f"*{SUFFIX}")):
            archive = self._number(index.with_suffix(""))
            rows = ((_key(digest), archive << _SHIFT | offset) for digest, offset in _listed(index))
            self._database.executemany("INSERT OR IGNORE INTO known VALUES (?, ?)", rows)
        return self._database.total_changes - before

    def note(self, payload_sha256: str, archive: Path, offset: int) -> None:
        """Take note of a payload that has been archived.

        Args:
            payload_sha256: Hexadecimal.
            archive: The archive's name, once it is finished.
            offset: Where its record is.
        """
        row = _key(payload_sha256), self._number(archive) << _SHIFT | offset
        self._database.execute("INSERT OR IGNORE INTO known VALUES (?, ?)", row)

    def find(self, payload_sha256: str) -> list[tuple[Path, int]]:
        """Where a payload may be, archives and offsets: the latest first, and not all if there are many."""
        query = "SELECT place FROM known WHERE payload = ? ORDER BY place DESC LIMIT ?"
        rows = self._database.execute(query, (_key(payload_sha256), _MOST)).fetchall()
        return [(self._numbers[place >> _SHIFT], place & (1 << _SHIFT) - 1) for (place,) in rows]

    def close(self) -> None:
        """Forget everything."""
        self._database.close()

    def _number(self, archive: Path) -> int:
        number = self._archives.setdefault(archive, len(self._numbers))
        if number == len(self._numbers):
            self._numbers.append(archive)
        return number


def _key(payload_sha256: str) -> int:
    """Eight bytes of a digest, as a signed number."""
    return int(payload_sha256[:16], 16) - (1 << 63)


def _listed(index: Path) -> Iterator[tuple[str, int]]:
    """Payload digests and offsets in an index; lines that are none of ours are passed over."""
    with suppress(OSError), index.open("rb") as file:  # an index that cannot be read knows nothing
        for line in file:
            if _MARK in line:
                with suppress(ValueError, KeyError, TypeError, IndexError):
                    data = orjson.loads(line.split(b" ", 2)[2])
                    if data["status"] == "200":
                        yield str(data["payload_sha256"]), _offset(data["offset"])


def _offset(told: str) -> int:
    """An offset as the table can hold it.

    Raises:
        ValueError: It is none.
    """
    offset = int(told)
    if not 0 <= offset < 1 << _SHIFT:
        raise ValueError(told)
    return offset
