"""Captures out of WARC and ARC files: all of them in order, or one at an offset.

What is given out has been checked: gzip CRC, Content-Length, block digest and payload digest, as far as the archive
has them. What an archive says nothing about cannot be checked: the head of a record in an *uncompressed* WARC is
covered by no digest, so a flipped bit in its target URI or date reads as another URI or date. An extraction's reference
holds URL, date and media type too; whoever compares them (`verify` does) finds that out.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final

from attrs import frozen

from scraper.archive.capture import Capture, Damage, Item, Skipped, UnreadableCapture
from scraper.archive.framing import Hole, Record, RecordStream, located
from scraper.archive.head import ARC_LINE, MAX_LINE, WARC_LINE, opens
from scraper.archive.interpret import interpret
from scraper.archive.members import MAGIC, Member, Members
from scraper.archive.place import Place, as_path, open_place, unread
from scraper.archive.units import gzip_records, unit_records
from scraper.errors import DamagedRecord, NotAnArchive, RecordNotFound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_PAYLOAD: Final = 256 << 20
"""Default bound of a payload in bytes."""
_HEADROOM: Final = 1 << 20  # a block holds HTTP headers and chunk framing beside the payload
MAX_BLOCK: Final = MAX_PAYLOAD + _HEADROOM
_ZIP: Final = b"PK\x03\x04"


def scan(path: Place, *, start: int = 0, end: int | None = None, max_payload: int = MAX_PAYLOAD) -> Iterator[Item]:
    """Read an archive from start to end, or a range of it; every record and every damaged place gives one item.

    The scan goes on behind damage: at the next gzip member, or the next line, that opens a record. Nothing else stops
    it. (Behind damage only, an archive stored inside a page could be taken for records of this one.)

    Ranges that follow each other, cut where items begin (see `boundaries`), give together what one scan gives: an item
    belongs to the range in which it begins, and is read to its end wherever that is.

    Args:
        path: A WARC or ARC file, a path or a URL, compressed or not; its content decides, not its name.
        start: Offset of the first item, in bytes of the file: 0, or where an item begins.
        end: Items that begin here or behind it are left to the next range; None for the end of the file.
        max_payload: Most bytes that a decoded payload may have; a larger one gives an `UnreadableCapture`.

    Yields:
        Captures, unreadable captures, skipped records and damage, in the order of the file.

    Raises:
        NotAnArchive: The file holds no WARC or ARC record, or cannot be read.
    """
    path = as_path(path)
    for record in raw_records(path, start=start, end=end, max_block=max_payload + _HEADROOM):
        if isinstance(record, Hole):
            yield Damage(reason=record.reason, warc=path.name, offset=record.offset, length=record.length)
        else:
            yield interpret(record, path, max_payload=max_payload)


def raw_records(path: Place, *, start: int = 0, end: int | None = None, max_block: int = MAX_BLOCK) -> Iterator[Record | Hole]:
    """Read an archive, or a range of it, without looking into the blocks: for copying, repairing, indexing.

    Args:
        path: As for `scan`.
        start: As for `scan`.
        end: As for `scan`.
        max_block: Blocks of more bytes are read over: their records come with `oversize` set and no block.

    Yields:
        Whole records with head and block verbatim, and the holes between them.

    Raises:
        NotAnArchive: As for `scan`.
    """
    path = as_path(path)
    with open_archive(path) as file:
        form = form_of(file, path)
        yield from _records(file, form, max_block, start=start, end=form.size if end is None else end)


def read_at(
    path: Place,
    offset: int,
    length: int | None = None,
    record_id: str | None = None,
    *,
    max_payload: int = MAX_PAYLOAD,
) -> Capture:
    """Read the capture at an offset, with every check that a scan makes.

    Args:
        path: A WARC or ARC file.
        offset: First byte of the record, or of the gzip member that holds it, in bytes of the file.
        length: Bytes of the record or member in the file, when they are to be checked.
        record_id: The record wanted; without it, the first record there.
        max_payload: As for `scan`.

    Raises:
        NotAnArchive: The file cannot be opened.
        RecordNotFound: No record begins at the offset, or another one, or one that is no capture.
        DamagedRecord: The record there is torn, cut, malformed, or does not have its digests.
        PayloadError: The record is whole, its payload cannot be decoded.
        PayloadTooLarge: The decoded payload passes the bound.
    """
    path = as_path(path)
    return _wanted(record_at(path, offset, record_id, max_block=max_payload + _HEADROOM), path, length, max_payload)


def record_at(path: Place, offset: int, record_id: str | None = None, *, max_block: int = MAX_BLOCK) -> Record:
    """Read the record at an offset, of whatever type, with the checks that framing makes.

    Args:
        path: As for `read_at`; so are the other arguments of the same name.
        offset: As for `read_at`.
        record_id: As for `read_at`.
        max_block: As for `raw_records`.

    Raises:
        NotAnArchive: The file cannot be opened.
        RecordNotFound: No record begins at the offset, or another one.
        DamagedRecord: The record there is torn, cut, malformed, or does not have its block digest.
    """
    path = as_path(path)
    hole: Hole | None = None
    with open_archive(path) as file:
        for record in records_at(file, path, offset, max_block):
            if isinstance(record, Hole):
                hole = hole or record
            elif record_id in {None, record.head.record_id(record.block)}:
                return record
    if hole:
        raise DamagedRecord(hole.reason, path=path, offset=offset)
    raise RecordNotFound(f"no record {record_id or ''} here", path=path, offset=offset)


def _wanted(record: Record, path: Path, length: int | None, max_payload: int) -> Capture:
    """The capture that a record is; raises what `read_at` promises when it is none."""
    offset = record.offset
    if length not in {None, record.length}:
        raise RecordNotFound(f"the record here has {record.length} bytes, not {length}", path=path, offset=offset)
    item = interpret(record, path, max_payload=max_payload)
    if isinstance(item, UnreadableCapture):
        raise item.error
    if isinstance(item, Damage):
        raise DamagedRecord(item.reason, path=path, offset=offset)
    if isinstance(item, Skipped):
        raise RecordNotFound(f"the record here is a {item.reason} record, no capture", path=path, offset=offset)
    return item


def records_at(file: IO[bytes], path: Path, offset: int, limit: int) -> Iterator[Record | Hole]:
    """The record at an offset, or all records of the gzip member there."""
    size = file.seek(0, 2)
    members = Members(file)
    if not 0 <= offset < size:
        raise RecordNotFound(f"the file ends at {size}", path=path, offset=offset)
    if members.magic(offset):
        member = members.member(offset)
        if isinstance(member, Member):
            arc = members.opens_record(offset, arc=True)
            yield from unit_records(members, member, limit=limit, arc=arc)
        return
    file.seek(offset)
    line = file.readline(MAX_LINE)
    arc = opens(line, arc=True)
    if arc or opens(line, arc=False):
        file.seek(offset)
        stream = RecordStream(file, limit, arc, position=offset, size=size)
        found = stream.read()
        yield from located([found] if found else [], size=size)


@frozen
class Form:
    """How an archive is stored.

    Attributes:
        compressed: In gzip members, or not.
        arc: As ARC, or as WARC.
        size: Bytes of the file.
    """

    compressed: bool
    arc: bool
    size: int


def _records(file: IO[bytes], form: Form, limit: int, *, start: int, end: int) -> Iterator[Record | Hole]:
    """All records that begin in a range of an archive of this form, and the holes between them."""
    if form.compressed:
        return gzip_records(file, size=form.size, limit=limit, arc=form.arc, start=start, end=end)
    file.seek(start)
    return located(RecordStream(file, limit, form.arc, position=start, size=form.size, end=end).records(), size=form.size)


def form_of(file: IO[bytes], path: Path) -> Form:
    """Tell how a file is stored, by its first bytes or, where those are destroyed, by the first record in it.

    Raises:
        NotAnArchive: There is no record in it.
    """
    size = file.seek(0, 2)
    file.seek(0)
    start = file.read(MAX_LINE)
    if not start:
        raise NotAnArchive("the file is empty", path=path)
    if start.startswith(_ZIP):
        hint = "load it first: scraper load FILE.wacz -o archives/NAME.warc.gz"
        raise NotAnArchive(f"this is a ZIP (a WACZ?), no WARC; {hint}", path=path)
    compressed = start[: len(MAGIC)] == MAGIC[: len(start)]
    opening = Members(file).start_of(0) if compressed else start
    for arc, line in ((False, WARC_LINE), (True, ARC_LINE)):
        if line.match(opening) or (arc and opening.startswith(b"filedesc:")):
            return Form(compressed, arc, size)
    for form in (Form(compressed, arc, size) for compressed in (True, False) for arc in (False, True)):
        if any(isinstance(record, Record) for record in _records(file, form, 0, start=0, end=size)):
            return form
    if (compressed and not opening) or b"WARC/1.".startswith(opening[:7]):
        return Form(compressed, False, size)  # cut within the first line of what was a WARC
    raise NotAnArchive("there is no WARC or ARC record in this file", path=path)


def begins_record(file: IO[bytes], offset: int, form: Form) -> bool:
    """Whether a record's first line is at an offset, or in the gzip member there."""
    if form.compressed:
        return Members(file).opens_record(offset, arc=form.arc)
    file.seek(offset)
    return opens(file.readline(MAX_LINE), arc=form.arc)


@contextmanager
def open_archive(path: Path) -> Iterator[IO[bytes]]:
    """Open an archive.

    Raises:
        NotAnArchive: It cannot be opened, or not be read.
    """
    try:
        with open_place(path) as file:
            yield file
    except OSError as error:
        raise NotAnArchive(unread(error), path=path) from error
