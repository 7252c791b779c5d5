"""The readable part of a damaged archive as a clean one: every good record byte for byte, one gzip member each.

Heads and blocks stay as they are, and so do ids, dates and digests: what was extracted from the damaged archive is verified
against the repaired one, which is found by its index. Nothing is mended and nothing added: a record whose digest or length is
wrong is left out and named, because nobody can say which of its bytes are wrong.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final

from attrs import define, evolve, field, frozen

from scraper.archive.capture import Damage
from scraper.archive.compose import TERMINATOR
from scraper.archive.framing import Hole, Record
from scraper.archive.index import IndexLine, index_line, index_path, write_index
from scraper.archive.interpret import interpret
from scraper.archive.place import Place, as_path, is_remote
from scraper.archive.reader import raw_records
from scraper.archive.volume import SUFFIXES, store, sync_folder, unfinished
from scraper.errors import ArchiveError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

MAX_BLOCK: Final = 1 << 30
"""Default bound of a block in bytes; one is held in memory at a time."""


@frozen
class LeftOut:
    """A place of the damaged archive that is not in the repaired one.

    Attributes:
        reason: Why.
        offset: Its first byte in the damaged archive (of the gzip member, where that is compressed).
        length: Its bytes, as far as they are known.
        record_id: Of a record that could be read: its id, with the brackets.
        url: Its target URI.
    """

    reason: str
    offset: int
    length: int | None
    record_id: str | None = None
    url: str | None = None


@define
class Repair:
    """What became of a damaged archive.

    Attributes:
        kept: Records of the repaired archive.
        left_out: Everything else, in the order of the damaged archive.
    """

    kept: int = 0
    left_out: list[LeftOut] = field(factory=list)


def repair(
    source: Place, target: Place, *, max_block: int = MAX_BLOCK, notice: Callable[[int, Repair], None] = lambda _offset, _done: None
) -> Repair:
    """Write the good records of an archive into a new one, with its index beside it.

    Args:
        source: The damaged archive, a WARC in any form of storing: records in gzip members, all in one, across several, or plain.
        target: The new archive, `….warc.gz` or `….warc`; it appears under its name when it is complete.
        max_block: Records with larger blocks, in bytes, are left out.
        notice: Called after each place with its offset in the source and what has been done so far.

    Raises:
        UsageError: The source is an ARC; the target exists, or is no archive's name.
        NotAnArchive: The source is none, or cannot be read.
        ArchiveError: There is no good record in it, or the target cannot be written.
    """
    source, target = as_path(source), as_path(target)
    _check(target)
    done = Repair()
    with _draft(target) as file:
        lines = list(_stored(_good(source, max_block, done, notice), file, target))
        if not done.kept:
            first = done.left_out[0]
            raise ArchiveError(f"there is no good record in it: {first.reason}", path=source, offset=first.offset)
    try:
        write_index(target, lines)
    except OSError as error:
        raise ArchiveError(f"cannot write the index: {error.strerror}", path=index_path(target)) from error
    return done


def _good(source: Path, max_block: int, done: Repair, notice: Callable[[int, Repair], None]) -> Iterator[Record]:
    """The good records of an archive, counted; the rest is noted."""
    for record in raw_records(source, max_block=max_block):
        why = _objection(record, source, max_block)
        if why:
            done.left_out.append(why)
        elif isinstance(record, Record):
            done.kept += 1
            yield record
        notice(record.offset, done)


def _stored(records: Iterable[Record], file: IO[bytes], target: Path) -> Iterator[IndexLine]:
    """Write records, and give the lines of their index."""
    compressed = target.name.endswith(".gz")
    offset = 0
    for record in records:
        stored = store(record.head.raw + record.block + TERMINATOR, compressed=compressed)
        file.write(stored)
        line = index_line(evolve(record, offset=offset, length=len(stored), compressed=compressed), target.name)
        offset += len(stored)
        if line:
            yield line


def _objection(record: Record | Hole, source: Path, max_block: int) -> LeftOut | None:
    """Why a place holds no record to keep; None when it does."""
    if isinstance(record, Hole):
        return LeftOut(record.reason, record.offset, record.length)
    head = record.head
    if head.arc:
        hint = "put it into a WARC: scraper load FILE.arc.gz -o NAME.warc.gz takes what is whole, and names the rest"
        raise UsageError(f"{source} is an ARC, whose records cannot be kept byte for byte; {hint}")
    item = None if record.oversize else interpret(record, source, max_payload=max_block)
    if record.oversize:
        reason = f"the block has {head.length:,} bytes, more than the bound of {max_block:,}; raise --max-block to keep it"
    elif isinstance(item, Damage):
        reason = item.reason
    else:
        return None
    return LeftOut(reason, record.offset, record.length, head.record_id(record.block), head.url or None)


def _check(target: Path) -> None:
    """Refuse a name that no archive may have, or that is taken: an archive is never written over.

    Raises:
        UsageError: It may not be written.
    """
    if is_remote(target):
        raise UsageError(f"{target}: an archive is repaired onto this machine; copy it from here")
    if not target.name.endswith(SUFFIXES) or target.name in SUFFIXES:
        raise UsageError(f"{target}: an archive's name ends in .warc.gz or .warc")
    for path in (target, unfinished(target)):
        if path.exists():
            raise UsageError(f"{path} exists: name a new archive, nothing is written over")


@contextmanager
def _draft(target: Path) -> Iterator[IO[bytes]]:
    """Open a file that becomes the target when all goes well, and vanishes otherwise.

    Raises:
        ArchiveError: It cannot be written.
    """
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _check(target)  # another may have taken the name meanwhile
        draft.rename(target)
        sync_folder(target.parent)
    except OSError as error:
        raise ArchiveError(f"cannot write: {error.strerror or error}", path=target) from error
    finally:
        draft.unlink(missing_ok=True)
