"""Gzip members: each inflated alone, with its CRC and length checked, at an exact place of the file (RFC 1952 §2.2)."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING, Any, Final

from attrs import define, field, frozen
from zlib_ng import zlib_ng

from scraper.archive.framing import Hole, Record, RecordStream, Torn
from scraper.archive.head import MAX_LINE, opens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Buffer

MAGIC: Final = b"\x1f\x8b\x08"
HELD: Final = 32 << 20
"""Members that inflate to more bytes than this are read as a stream, in a second pass."""
_ZLIB_ERROR: Final[Any] = zlib_ng.error  # its stub calls the class an instance
_CHUNK: Final = 256 << 10
_PIECE: Final = 16 << 10  # deflate inflates at most 1,032 fold: one piece gives at most 17 MB


@frozen
class Member:
    """One whole gzip member whose CRC fits.

    Attributes:
        offset: Its first byte in the file.
        length: Its bytes in the file.
        data: What it inflates to; None when that is more than `HELD` bytes.
    """

    offset: int
    length: int
    data: bytes | None


@define
class Members:
    """Reads members of a file at any offset; reading one after another reads the file once.

    Args:
        file: The archive.
    """

    file: IO[bytes]
    _buffer: bytes = field(default=b"", init=False)
    _start: int = field(default=0, init=False)

    def piece(self, offset: int, size: int = _PIECE) -> memoryview:
        """Bytes of the file from an offset: `size` of them or, around chunk ends and the file's end, fewer."""
        at = offset - self._start
        if not 0 <= at < len(self._buffer):
            self.file.seek(offset)
            self._buffer = self.file.read(_CHUNK)
            self._start, at = offset, 0
        return memoryview(self._buffer)[at : at + size]

    def member(self, offset: int, *, keep: bool = True) -> Member | Hole | None:
        """The member at an offset; a hole of unknown length when it is no whole member; None at the file's end.

        Without `keep`, what it inflates to is not held.
        """
        if not self.piece(offset):
            return None
        if not self.magic(offset):
            return Hole("no gzip member begins here", offset, None)
        inflate = zlib_ng.decompressobj(31)
        end, size = offset, 0
        parts: list[bytes] | None = [] if keep else None
        try:
            while not inflate.eof:
                piece = self.piece(end)
                if not piece:
                    return Hole(f"the gzip member is cut: the file ends {end - offset} bytes into it", offset, end - offset)
                part = inflate.decompress(piece)
                end += len(piece) - len(inflate.unused_data)
                size += len(part)
                if size > HELD:
                    parts = None
                elif parts is not None and part:
                    parts.append(part)
        except _ZLIB_ERROR as error:
            return Hole(f"the gzip member is broken: {error}", offset, None)
        data = None if parts is None else parts[0] if len(parts) == 1 else b"".join(parts)
        return Member(offset, end - offset, data)

    def magic(self, offset: int) -> bool:
        """Whether the file has gzip's magic bytes at an offset, or the beginning of them at its very end."""
        head = bytes(self.piece(offset, len(MAGIC)))
        if head and len(head) < len(MAGIC):  # a chunk, or the file, ends here
            head += bytes(self.piece(offset + len(head), len(MAGIC) - len(head)))
        return bool(head) and MAGIC.startswith(head)

    def start_of(self, offset: int, size: int = MAX_LINE) -> bytes:
        """What the member at an offset begins with: up to `size` bytes, or fewer where it cannot be inflated."""
        inflate = zlib_ng.decompressobj(31)
        out = b""
        try:
            while len(out) < size and not inflate.eof and (piece := self.piece(offset)):
                out += inflate.decompress(piece, size - len(out))
                offset += len(piece)
        except _ZLIB_ERROR:
            return out  # the question is what can be read here, and this is all of it
        return out

    def opens_record(self, offset: int, *, arc: bool) -> bool:
        """Whether the member at an offset begins with a record's first line."""
        if not self.magic(offset):
            return False
        line, feed, _ = self.start_of(offset).partition(b"\n")
        return opens(line + feed, arc=arc)

    def search(self, offset: int, *, arc: bool) -> int | None:
        """The next offset, from this one on, of a member that begins with a record; None when there is none."""
        window = b""
        while piece := self.piece(offset, _CHUNK):
            window += piece
            offset += len(piece)
            start = offset - len(window)
            at = window.find(MAGIC)
            while at >= 0:
                if self.opens_record(start + at, arc=arc):
                    return start + at
                at = window.find(MAGIC, at + 1)
            window = window[-(len(MAGIC) - 1) :]
        return None

    def stream(self, member: Member) -> io.BufferedReader | io.BytesIO:
        """A member's inflated bytes as a stream: seekable where they are held, forward-only where they are not."""
        if member.data is not None:
            return io.BytesIO(member.data)
        return io.BufferedReader(_Inflater(self, member.offset), _CHUNK)


class _Inflater(io.RawIOBase):
    """The inflated bytes of one member, piece by piece (the member has been checked before).

    Args:
        members: The file.
        offset: Where the member begins.
    """

    def __init__(self, members: Members, offset: int) -> None:
        self._members = members
        self._offset = offset
        self._inflate = zlib_ng.decompressobj(31)
        self._input = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer)
        while not self._inflate.eof:
            if not self._input:
                self._input = bytes(self._members.piece(self._offset))
                self._offset += len(self._input)
            part = self._inflate.decompress(self._input, len(view))
            self._input = self._inflate.unconsumed_tail
            if part:
                view[: len(part)] = part
                return len(part)
        return 0


def gzip_records(file: IO[bytes], *, size: int, limit: int, arc: bool, start: int, end: int) -> Iterator[Record | Hole]:
    """Records of a compressed archive.

    Args:
        file: The archive.
        size: Its size in bytes.
        limit: As for `RecordStream`.
        arc: As for `RecordStream`.
        start: Offset of the first member to read.
        end: Members that begin here or behind it are not read.
    """
    members = Members(file)
    offset = start
    while offset < end and (member := members.member(offset)) is not None:
        if isinstance(member, Hole):
            found = members.search(offset + 1, arc=arc)
            stop = size if found is None else found
            yield Hole(member.reason, offset, stop - offset)
            offset = stop
        else:
            yield from member_records(members, member, limit=limit, arc=arc)
            offset += member.length


def unit_offsets(members: Members, *, arc: bool) -> Iterator[int]:
    """Where members with records begin, and the places that are none: offsets that `gzip_records` gives, or gives to nothing.

    Members are inflated, their records are not looked at.
    """
    offset: int | None = 0
    while offset is not None and (member := members.member(offset, keep=False)) is not None:
        if isinstance(member, Member):
            offset += member.length
        else:
            offset = members.search(offset + 1, arc=arc)
        if offset is not None and members.opens_record(offset, arc=arc):
            yield offset


def member_records(members: Members, member: Member, *, limit: int, arc: bool) -> Iterator[Record | Hole]:
    """The records that one whole member holds: one, unless the archive was compressed as a single stream."""
    size = None if member.data is None else len(member.data)
    stream = RecordStream(members.stream(member), limit, arc, size=size)
    for item in stream.records():
        if isinstance(item, Torn):
            yield Hole(item.reason, member.offset, member.length)
        else:
            yield Record(item.head, item.block, item.oversize, member.offset, member.length, compressed=True)
