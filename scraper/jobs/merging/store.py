"""Extractions waiting to be joined: on disk, in an order that does not depend on how they came.

The store is on disk; in memory are eight bytes an extraction, and what is being joined.
"""

from __future__ import annotations

import contextlib
import hashlib
from array import array
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
import zstandard

from scraper.jobs.scratch import open_scratch

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    Json = dict[str, Any]

_TABLES = """
create table arrived (id integer primary key, digest blob unique, site, url, date, record_id, kind, identity, line blob);
create table identifier (kind, name, value, id integer);
"""
_SORTED = """
create table ranked (rank integer primary key, id integer unique);
insert into ranked (id) select id from arrived order by site, url, date, record_id, digest;
create table member (root integer, rank integer);
"""


class Member(NamedTuple):
    """An extraction among those that identifiers connect.

    Attributes:
        rank: Its place in the store's order: by site, URL, date and record id.
        kind: Its record type, without version.
        identity: What identifies it, by field.
    """

    rank: int
    kind: str
    identity: dict[str, str]


class Store:
    """Extractions on disk.

    Attributes:
        count: How many there are: each line once.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._database.executescript(_TABLES)
        self._pack = zstandard.ZstdCompressor(level=1).compress
        self._unpack = zstandard.ZstdDecompressor().decompress
        self.count = 0

    def add(self, line: bytes, extraction: Json, identity: dict[str, str]) -> bool:
        """Take an extraction, with what identifies it; False for a line that is there already."""
        capture, kind = extraction["capture"], extraction["type"].partition("/")[0]
        row = (
            hashlib.sha256(line).digest(), extraction["site"]["name"], capture["url"], capture["date"], capture["record_id"],
            kind, orjson.dumps(identity), self._pack(line),
        )  # fmt: skip
        done = self._database.execute("insert or ignore into arrived values (null, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        if not done.rowcount:
            return False
        keys = [(kind, name, value, done.lastrowid) for name, value in identity.items()]
        self._database.executemany("insert into identifier values (?, ?, ?, ?)", keys)
        self.count += 1
        return True

    def connected(self) -> Iterator[list[Member]]:
        """Yield the extractions that identifiers connect, directly or through others."""
        self._database.executescript(_SORTED)
        roots = self._roots()
        self._database.executemany(
            "insert into member values (?, ?)", ((_root(roots, rank), rank) for rank in range(1, self.count + 1))
        )
        rows = self._database.execute(
            "select root, rank, kind, identity from member join ranked using (rank) join arrived using (id) order by root, rank"
        )
        for _, members in groupby(rows, itemgetter(0)):
            yield [Member(rank, kind, orjson.loads(identity)) for _, rank, kind, identity in members]

    def lines(self, ranks: Sequence[int]) -> list[bytes]:
        """Return lines by rank."""
        find = "select line from arrived join ranked using (id) where rank = ?"
        return [self._unpack(self._database.execute(find, (rank,)).fetchone()[0]) for rank in ranks]

    def _roots(self) -> array[int]:
        """Join the ranks that share an identifier: each points at a smaller one, the smallest at itself."""
        roots = array("q", range(self.count + 1))
        rows = self._database.execute("select kind, name, value, rank from identifier join ranked using (id) order by 1, 2, 3, 4")
        for _, sharing in groupby(rows, itemgetter(0, 1, 2)):
            first, *others = (rank for *_, rank in sharing)
            for other in others:
                low, high = sorted((_root(roots, first), _root(roots, other)))
                roots[high] = low
        return roots


def _root(roots: array[int], rank: int) -> int:
    """Follow the pointers to their end, halving the way for the next who comes."""
    while roots[rank] != rank:
        roots[rank] = roots[roots[rank]]
        rank = roots[rank]
    return rank


@contextlib.contextmanager
def open_store() -> Iterator[Store]:
    """Open an empty store; it is gone when the block ends.

    Raises:
        UsageError: The disk is full, or cannot be written.
    """
    with open_scratch("merging") as database:
        yield Store(database)
