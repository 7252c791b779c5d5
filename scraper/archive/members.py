"""Gzip members: each inflated alone, with its CRC and length checked, at an exact place of the file (RFC 1952 §2.2)."""

from __future__ import annotations

import io
from typing import IO, Any, Final, cast

from attrs import define, field, frozen
from zlib_ng import zlib_ng

from scraper.archive.framing import Hole
from scraper.archive.head import MAX_LINE, opens
from scraper.archive.inflating import Inflater

MAGIC: Final = b"\x1f\x8b\x08"
HELD: Final = 32 << 20
"""Members that inflate to more bytes than this are inflated again when they are read, as a stream."""
_ZLIB_ERROR: Final[Any] = zlib_ng.error  # its stub calls the class an instance
_GZIP_BITS: Final = 31
_CHUNK: Final = 256 << 10
_BLOCK_HEAD: Final = 18
_PIECE: Final = 16 << 10  # deflate inflates at most 1,032 fold: one piece gives at most 17 MB


@frozen
class Member:
    """A gzip member.

    Attributes:
        offset: Its first byte in the file.
        length: Its bytes in the file; of one with a flaw, those up to the flaw.
        data: What it inflates to; None when that is more than `HELD` bytes, or was not asked for.
        size: How many bytes that are.
        flaw: Why it is not whole: cut, or broken. Empty when its CRC and length fit.
        cut: Whether it is only cut: the file ends within it.
    """

    offset: int
    length: int
    data: bytes | None
    size: int
    flaw: str = ""
    cut: bool = False

    @property
    def end(self) -> int:
        """The byte behind it, or behind what can be inflated of it."""
        return self.offset + self.length


@define
class Members:
    """Reads members of a file at any offset; reading one after another reads the file once.

    Args:
        file: The archive; a binary file as `open` gives it.
    """

    file: IO[bytes]
    _buffer: bytes = field(default=b"", init=False)
    _start: int = field(default=0, init=False)

    def piece(self, offset: int, size: int = _PIECE) -> memoryview:
        """Bytes of the file from an offset: `size` of them or, around chunk ends and the file's end, fewer."""
        at = offset - self._start
        if not 0 <= at < len(self._buffer):
            self.file.seek(offset)
            self._buffer = cast("io.BufferedReader", self.file).read1(_CHUNK)  # what is at hand: little, of a file far away
            self._start, at = offset, 0
        return memoryview(self._buffer)[at : at + size]

    def member(self, offset: int, *, keep: bool = True) -> Member | Hole | None:
        """The member at an offset, whole or not; a hole of unknown length when none begins there; None at the file's end.

        Without `keep`, what it inflates to is not held.
        """
        if not self.piece(offset):
            return None
        if not self.magic(offset):
            return Hole("no gzip member begins here", offset, None)
        reading = _Reading(keep)
        end = offset
        try:
            while not reading.done:
                piece = self.piece(end)
                if not piece:
                    flaw = f"the gzip member is cut: the file ends {end - offset} bytes into it"
                    return reading.member(offset, end, flaw, cut=True)
                end += reading.feed(piece)
        except _ZLIB_ERROR as error:
            return self._broken(offset, end, f"the gzip member is broken: {error}", keep=keep)
        return reading.member(offset, end)

    def _broken(self, offset: int, good: int, flaw: str, *, keep: bool) -> Member:
        """A member that breaks behind some bytes that are good: inflated again, in the end byte by byte, up to the flaw."""
        reading = _Reading(keep)
        end = offset
        try:
            while end < good:
                end += reading.feed(self.piece(end)[: good - end])
            while piece := self.piece(end, 1):
                reading.feed(piece)
                end += 1
        except _ZLIB_ERROR:
            pass  # here it is
        return reading.member(offset, end, flaw)

    def magic(self, offset: int) -> bool:
        """Whether the file has gzip's magic bytes at an offset, or the beginning of them at its very end."""
        head = bytes(self.piece(offset, len(MAGIC)))
        if head and len(head) < len(MAGIC):  # a chunk, or the file, ends here
            head += bytes(self.piece(offset + len(head), len(MAGIC) - len(head)))
        return bool(head) and MAGIC.startswith(head)

    def start_of(self, offset: int, size: int = MAX_LINE) -> bytes:
        """What the member at an offset begins with: up to `size` bytes, or fewer where it cannot be inflated."""
        inflate = zlib_ng.decompressobj(_GZIP_BITS)
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

    def is_block(self, offset: int) -> bool:
        """Whether a member says that it is one of bgzip's blocks, which records run across (SAM specification §4.1)."""
        head = bytes(self.piece(offset, _BLOCK_HEAD))
        return head[3:4] == b"\x04" and head[10:16] == b"\x06\0BC\x02\0"

    def search(self, offset: int, *, arc: bool) -> int | None:
        """The next offset, from this one on, to go on reading at; None when there is none.

        That is a member that begins with a record, or a block of bgzip's, which may begin anywhere within one.
        """
        window = b""
        while piece := self.piece(offset, _CHUNK):
            window += piece
            offset += len(piece)
            start = offset - len(window)
            at = window.find(MAGIC)
            while at >= 0:
                if self.is_block(start + at) or self.opens_record(start + at, arc=arc):
                    return start + at
                at = window.find(MAGIC, at + 1)
            window = window[-(len(MAGIC) - 1) :]
        return None

    def stream(self, member: Member) -> IO[bytes]:
        """A member's inflated bytes as a stream."""
        if member.data is not None:
            return io.BytesIO(member.data)
        return io.BufferedReader(Inflater(self.piece, member.offset, member.end), _CHUNK)


class _Reading:
    """One member being inflated.

    Args:
        keep: Whether to hold what it inflates to, as long as that is no more than `HELD` bytes.
    """

    def __init__(self, keep: bool) -> None:
        self._inflate = zlib_ng.decompressobj(_GZIP_BITS)
        self._parts: list[bytes] | None = [] if keep else None
        self._size = 0

    @property
    def done(self) -> bool:
        """Whether the member has ended, and its CRC and length fitted."""
        return bool(self._inflate.eof)

    def feed(self, piece: memoryview) -> int:
        """Inflate a piece of the file; returns how many bytes of it belong to the member."""
        part = self._inflate.decompress(piece)
        self._size += len(part)
        if self._size > HELD:
            self._parts = None
        elif self._parts is not None and part:
            self._parts.append(part)
        return len(piece) - len(self._inflate.unused_data)

    def member(self, offset: int, end: int, flaw: str = "", *, cut: bool = False) -> Member:
        """The member between two offsets."""
        parts = self._parts
        data = None if parts is None else parts[0] if len(parts) == 1 else b"".join(parts)
        return Member(offset, end - offset, data, self._size, flaw, cut)
