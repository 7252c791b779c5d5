"""Which extractions of two outputs belong together: those of one capture, whatever the order of the outputs.

A capture is known by record id and payload digest, and by the visit that met it again, if there is one. Both outputs wait on disk,
sorted by capture, because only the end of an output tells that a capture has no further record.
"""

from __future__ import annotations

import hashlib
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import orjson
import zstandard

from scraper.jobs.diffing.align import aligned
from scraper.records.identity import identity_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    Json = dict[str, Any]

OLD: Final = 0
NEW: Final = 1
_TABLES: Final = """
pragma cache_size = -65536;
create table capture (id integer primary key, key blob unique);
create table extraction (capture integer, side integer, number integer, line blob);
create table rejection (key blob primary key, line blob) without rowid;
"""
_SORTED: Final = "create index by_capture on extraction (capture, side, number)"


class Found(NamedTuple):
    """An extraction in an output.

    Attributes:
        number: Its line.
        data: As in `schemas/extraction/1.json`.
    """

    number: int
    data: Json


Pair = tuple[Found | None, Found | None]


class Pairing:
    """Extractions of two outputs on their way to each other, and the rejections of the new one.

    Args:
        database: An empty one; see `open_scratch`.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._database.executescript(_TABLES)
        self._pack = zstandard.ZstdCompressor(level=1).compress
        self._unpack = zstandard.ZstdDecompressor().decompress

    def add(self, side: Literal[0, 1], number: int, line: bytes, capture: Json) -> None:
        """Take the extraction of a capture: the output's side, its line's number, and the line."""
        key = _key(capture, capture["payload_sha256"])
        self._database.execute("insert or ignore into capture (key) values (?)", (key,))
        into = "insert into extraction select id, ?, ?, ? from capture where key = ?"
        self._database.execute(into, (side, number, self._pack(line), key))

    def reject(self, rejection: Json) -> None:
        """Take a rejection; of several of one capture, the first counts."""
        capture = rejection["capture"]
        if "record_id" in capture:  # a damaged place is no capture that had been extracted
            row = _key(capture, capture.get("payload_sha256", "")), orjson.dumps(rejection)
            self._database.execute("insert or ignore into rejection values (?, ?)", row)

    def rejection(self, capture: Json) -> Json | None:
        """Return why a capture was rejected, if it was. One that could not be decoded has no digest."""
        keys = _key(capture, capture["payload_sha256"]), _key(capture, "")
        row = self._database.execute("select line from rejection where key in (?, ?)", keys).fetchone()
        return orjson.loads(row[0]) if row else None

    def pairs(self) -> Iterator[Pair]:
        """Yield the extractions that belong together, in the order of the old output; then what only the new one has."""
        self._database.execute(_SORTED)
        rows = self._database.execute("select capture, side, number, line from extraction order by 1, 2, 3")
        for _, group in groupby(rows, itemgetter(0)):
            sides: tuple[list[Found], list[Found]] = ([], [])
            for _, side, number, line in group:
                sides[side].append(Found(number, orjson.loads(self._unpack(line))))
            yield from _of_capture(*sides)


def _key(capture: Json, digest: str) -> bytes:
    visit = capture.get("revisit", {}).get("record_id", "")
    return hashlib.blake2b(orjson.dumps([capture["record_id"], visit, digest]), digest_size=16).digest()


def _of_capture(old: list[Found], new: list[Found]) -> Iterator[Pair]:
    for kind in dict.fromkeys(map(_kind, [*old, *new])):
        yield from _of_kind([each for each in old if _kind(each) == kind], [each for each in new if _kind(each) == kind])


def _kind(found: Found) -> str:
    """Return the record type without its version."""
    kind: str = found.data["type"].partition("/")[0]
    return kind


def _of_kind(old: list[Found], new: list[Found]) -> Iterator[Pair]:
    """Yield the records of one kind that belong together: by what identifies them, the others by their order in the page."""
    if len(old) > 1 or len(new) > 1:
        identified = _identified(old, new)
        yield from identified
        old = _others(old, {left.number for left, _ in identified})
        new = _others(new, {right.number for _, right in identified})
    for at_old, at_new in aligned([each.data["record"] for each in old], [each.data["record"] for each in new]):
        yield None if at_old is None else old[at_old], None if at_new is None else new[at_new]


def _identified(old: list[Found], new: list[Found]) -> list[tuple[Found, Found]]:
    """Return the records that show the same identifier, where nothing else of the capture shows it too."""
    before, after = _by_identifier(old), _by_identifier(new)
    found: dict[int, tuple[Found, Found]] = {}
    taken: set[int] = set()
    for identifier in before:
        lefts, rights = before[identifier], after.get(identifier, [])
        if len(lefts) == len(rights) == 1 and lefts[0].number not in found and rights[0].number not in taken:
            found[lefts[0].number] = lefts[0], rights[0]
            taken.add(rights[0].number)
    return list(found.values())


def _by_identifier(records: Iterable[Found]) -> dict[tuple[str, str], list[Found]]:
    found: dict[tuple[str, str], list[Found]] = {}
    for each in records:
        for identifier in identity_of(each.data["type"], each.data["record"]).items():
            found.setdefault(identifier, []).append(each)
    return found


def _others(records: list[Found], taken: set[int]) -> list[Found]:
    """Return the records that are not taken, in the order of the page."""
    return sorted((each for each in records if each.number not in taken), key=_position)


def _position(found: Found) -> tuple[float, int]:
    """Return a record's first byte in the page, so that lines may stand in any order; else its line."""
    starts = (span[0] for pointer in found.data["provenance"].values() for span in pointer["spans"])
    return min(starts, default=float("inf")), found.number
