"""One archive file while it is being written: locked, appended to in whole members, cut back after a crash.

It bears the name `NAME.open` until it is finished. A process that is killed leaves `NAME.open` with, at worst, one torn
record at its end; opening it again cuts that off. A finished archive that is appended to becomes `NAME.open` again
first, so that no reader ever takes an unfinished file for a finished one.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path  # noqa: TC003  attrs resolves annotations at run time
from typing import TYPE_CHECKING, Final

from attrs import define, field, frozen
from isal import isal_zlib
from zlib_ng import zlib_ng

from scraper.archive.compose import TERMINATOR
from scraper.archive.framing import Hole, Record
from scraper.archive.index import IndexLine, index_line, write_index
from scraper.archive.reader import raw_records
from scraper.errors import ArchiveError, ScraperError, UsageError

if TYPE_CHECKING:
    from scraper.archive.capture import Item

SUFFIXES: Final = (".warc.gz", ".warc")
"""How the name of an archive that is written ends."""
_LEVEL: Final = 2  # of ISA-L: it leaves 8 % more of web pages than zlib-ng's level 3, and takes a quarter of its time
_HEADER: Final = b"\x1f\x8b\x08\x02\0\0\0\0\0\xff"  # deflate, FHCRC, no time, unknown system
_MEMBER_HEADER: Final = _HEADER + (zlib_ng.crc32(_HEADER) & 0xFFFF).to_bytes(2, "little")
_MAGIC: Final = b"\x1f\x8b"


@frozen
class Cut:
    """What was cut off the end of an unfinished archive: bytes that are no whole record.

    Attributes:
        path: The archive.
        offset: Where it ends now.
        length: Bytes that were cut.
        reason: Why they were no record.
    """

    path: Path
    offset: int
    length: int
    reason: str


@define
class Volume:
    """An archive file open for appending; made by `open_volume`.

    Attributes:
        path: Its name once it is finished.
        offset: Its size: where the next record goes.
        cut: What was cut off when it was opened, or None.
    """

    path: Path
    offset: int = 0
    cut: Cut | None = None
    _file: int = field(default=-1, alias="file")
    _unsynced: int = field(default=0, init=False)
    _index: list[IndexLine] = field(factory=list, init=False)

    @property
    def compressed(self) -> bool:
        """Whether each record becomes a gzip member."""
        return self.path.name.endswith(".gz")

    @property
    def is_open(self) -> bool:
        """Whether records can be added."""
        return self._file >= 0

    def append(self, stored: bytes, *, sync_every: int) -> tuple[int, int]:
        """Add one record; it is with the operating system when this returns.

        Args:
            stored: The record's bytes as `store` makes them.
            sync_every: Ask the disk to keep everything after this many records; 0 for never before the end.

        Returns:
            Offset and length in the file.

        Raises:
            ArchiveError: The disk is full or failing; what was written of the record has been taken back.
        """
        offset = self.offset
        try:
            self._write(stored)
            self.offset += len(stored)
            self._unsynced += 1
            if sync_every and self._unsynced >= sync_every:
                self.sync()
        except OSError as error:
            self._take_back()
            raise ArchiveError(f"cannot write: {error.strerror}", path=self.path, offset=offset) from error
        return offset, len(stored)

    def note(self, record: Record, item: Item | None = None) -> None:
        """Take a written record into the index, if it is one that an index lists."""
        line = index_line(record, self.path.name, item)
        if line:
            self._index.append(line)

    def sync(self) -> None:
        """Have the disk keep everything written so far."""
        os.fsync(self._file)
        self._unsynced = 0

    def finish(self) -> None:
        """Give the archive its name, write its index beside it, and release the lock.

        Raises:
            ArchiveError: The disk is full or failing; the archive stays `NAME.open` and can be opened again.
        """
        try:
            self.sync()
            unfinished(self.path).rename(self.path)
            sync_folder(self.path.parent)
            write_index(self.path, self._index)
        except OSError as error:
            raise ArchiveError(f"cannot finish the archive: {error.strerror}", path=self.path) from error
        finally:
            self.release()

    def release(self) -> None:
        """Close the file, which gives up the lock."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def recover(self) -> None:
        """Read what is there, list it in the index, and cut off the bytes behind the last whole record.

        Raises:
            NotAnArchive: The file holds something else: nothing is cut.
            UsageError: The file is not stored as its name says, or not one record a member and damaged.
        """
        path = unfinished(self.path)
        size = os.fstat(self._file).st_size
        if size == 0:
            return
        if os.pread(self._file, 2, 0).startswith(_MAGIC[: min(size, 2)]) != self.compressed:
            raise UsageError(f"{path} is {'not ' if self.compressed else ''}compressed, against what its name says")
        last: Record | None = None
        reason = "the bytes are no record"
        for record in raw_records(path):
            if isinstance(record, Hole):
                reason = record.reason
                if last and last.offset == record.offset:  # nothing can be cut off that would leave the records before it
                    raise UsageError(f"{path} is a damaged gzip stream of many records: scraper repair {path} -o NEW.warc.gz")
            else:
                last = record
                self.note(record)
        self.offset = last.offset + last.length if last else 0
        if size > self.offset:
            os.ftruncate(self._file, self.offset)
            self.cut = Cut(self.path, self.offset, size - self.offset, reason)
        if last and not self.compressed:
            present = last.length - len(last.head.raw) - last.head.length
            self._write(TERMINATOR[present:])
            self.offset += len(TERMINATOR[present:])

    def _write(self, data: bytes) -> None:
        """Write at the end: by position, so that an interrupted write leaves nothing in the way of the next."""
        view = memoryview(data)
        done = 0
        while done < len(view):
            done += os.pwrite(self._file, view[done:], self.offset + done)

    def _take_back(self) -> None:
        """Cut off what a failed write left; where even that fails, the next opening does it."""
        try:
            os.ftruncate(self._file, self.offset)
        except OSError as error:
            self.release()
            raise ArchiveError(
                f"cannot write, nor take back what was written ({error.strerror}); open the archive again to repair it",
                path=self.path,
                offset=self.offset,
            ) from error


def open_volume(path: Path) -> Volume:
    """Open an archive for appending, new, finished or left unfinished.

    Args:
        path: Its name once it is finished.

    Raises:
        UsageError: Another writer has it, or a finished and an unfinished archive of this name exist.
        NotAnArchive: `NAME.open` exists and is no archive.
        ArchiveError: It cannot be opened for writing.
    """
    draft = unfinished(path)
    _refuse_both(path, draft)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        finished = path.exists()
        if finished:
            path.rename(draft)
        file = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise ArchiveError(f"cannot open for writing: {error.strerror}", path=path) from error
    volume = Volume(path, file=file)
    try:
        _lock(file, path, draft)
        try:
            volume.recover()
        except ScraperError:
            if finished:
                draft.rename(path)  # not ours to write to: it keeps its name
            raise
    except BaseException:
        volume.release()
        raise
    return volume


def sync_folder(folder: Path) -> None:
    """Have the disk keep a folder's names (a renamed file is safe only then)."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _lock(file: int, path: Path, draft: Path) -> None:
    """Take the writer's lock, and make sure that the locked file is still the one of that name.

    Raises:
        UsageError: Another writer has it, or has just finished it.
    """
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise UsageError(f"{path} is being written by another process; wait for it or write elsewhere") from error
    try:
        same = os.path.samestat(os.fstat(file), draft.stat())
    except FileNotFoundError:
        same = False
    if not same:
        raise UsageError(f"{path} has just been finished by another process; try again")
    if path.exists() and os.fstat(file).st_size == 0:
        draft.unlink()  # ours, made in the moment in which the other writer finished
    _refuse_both(path, draft)


def _refuse_both(path: Path, draft: Path) -> None:
    """Refuse a name that both a finished and an unfinished archive bear.

    Raises:
        UsageError: They do.
    """
    if path.exists() and draft.exists():
        raise UsageError(f"both {path} and {draft} exist: move one of them away, then try again")


def unfinished(path: Path) -> Path:
    """The name of an archive that is being written."""
    return path.with_name(f"{path.name}.open")


def store(record: bytes, *, compressed: bool) -> bytes:
    """A record's bytes as they go into the file: as they are, or as one gzip member.

    The member's header holds no time, so that equal records give equal bytes (on processors of one kind), and is covered by a CRC
    of its own (FHCRC, RFC 1952 §2.3.1), so that no flipped byte of a member goes unnoticed.
    """
    if not compressed:
        return record
    deflated = isal_zlib.compress(record, _LEVEL, -isal_zlib.MAX_WBITS)
    trailer = zlib_ng.crc32(record).to_bytes(4, "little") + (len(record) & 0xFFFFFFFF).to_bytes(4, "little")
    return _MEMBER_HEADER + deflated + trailer
