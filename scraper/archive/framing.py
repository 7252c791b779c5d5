"""Where each record of an archive begins and ends, to the byte, and whether it is whole.

fastwarc yields torn records silently and stops at garbage; warcio yields a torn tail as a good record. So the frames
are found here: gzip members are inflated one by one with their CRC checked before anything in them is believed, blocks
are counted against Content-Length, block digests are checked before anybody looks into a block, and after a damaged
place the next record is searched for.

Nothing is held but one record: the file is read in pieces, and members that inflate to more than `HELD` are inflated
twice, once to check them and once to read them as a stream.
"""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING, Final

from attrs import define, evolve, field, frozen

from scraper.archive.digests import Digest, read_digest
from scraper.archive.head import ARC_LINE, MAX_HEAD, MAX_LINE, WARC_LINE, Head, opens, parse_arc, parse_warc

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PIECE: Final = 1 << 20
_NEAR: Final = 8 << 10
_BLANK: Final = frozenset({b"\r\n", b"\n", b"\r"})  # a bare CR is a line only where the file ends behind it
_HTTP_LENGTH: Final = re.compile(rb"^content-length:[ \t]*(\d{1,18})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_WARC_START: Final = re.compile(WARC_LINE.pattern + rb"[A-Za-z][A-Za-z0-9\-]*:")  # behind a torn line, it is mid-line
_ARC_START: Final = re.compile(rb"^" + ARC_LINE.pattern, re.MULTILINE)


@frozen
class Record:
    """One whole record as it stands in the archive.

    Attributes:
        head: Its head.
        block: Its block; empty when `oversize`.
        oversize: Whether the block passes the bound and was read over (its digest was checked all the same).
        offset: First byte of the record in the file, or of the gzip member that holds it.
        length: Bytes of the file up to the end of the record (its closing newlines included) or of the member.
        compressed: Whether it is a member, or in one.
    """

    head: Head
    block: bytes
    oversize: bool
    offset: int
    length: int
    compressed: bool = False


@frozen
class Hole:
    """Bytes that are no whole record, at these positions of the file; `length` is None where the end is unknown."""

    reason: str
    offset: int
    length: int | None


@frozen
class Torn:
    """A place of a stream that holds no whole record.

    Attributes:
        reason: What is wrong.
        start: Its first byte.
        search_from: Where to begin looking for the next record.
        resume: Where the next record begins, or None when there is none or nobody looked.
        lacks: Bytes that would have to follow the stream's end for a whole record to be here; 0 when that is not the matter.
    """

    reason: str
    start: int
    search_from: int
    resume: int | None = None
    lacks: int = 0


@frozen
class Found:
    """A whole record between two positions of a stream.

    `digested` says whether its block has the digest that it states, `followed` whether another record opens behind it.
    """

    head: Head
    block: bytes
    oversize: bool
    start: int
    end: int
    digested: bool = False
    followed: bool = False


@define
class RecordStream:
    """Reads record after record from a stream of uncompressed bytes.

    Args:
        stream: The bytes.
        limit: Blocks longer than this many bytes are read over instead of kept.
        arc: Whether the records are ARC's.
        position: Where in the stream its next byte is.
        size: Position of the stream's end, where known: then no block that passes it is read in vain.
        end: Records that begin at this position or behind it are not read; None for all.
        jump: Whether to jump over blocks, unread, where the next record confirms their length: then places are all that is
            exact, for digests are not checked (a whole record and one with a wrong digest end at the same place).
    """

    stream: IO[bytes]
    limit: int
    arc: bool
    position: int = 0
    size: int | None = None
    end: int | None = None
    jump: bool = False
    _next: bytes = field(default=b"", init=False)

    def records(self) -> Iterator[Found | Torn]:
        """Every record, and every place that is none."""
        while (item := self.read()) is not None:
            if not isinstance(item, Torn):
                yield item
                continue
            torn = self.behind(item)
            yield torn
            if torn.resume is None:
                return

    def behind(self, torn: Torn) -> Torn:
        """Go to the next record behind a torn place, if it is not there yet; `resume` then says where that is."""
        return torn if torn.resume is not None else evolve(torn, resume=self._search(torn.search_from))

    def read(self) -> Found | Torn | None:
        """The next record; None at the end of the stream, or of the range."""
        start, line = self._line_after_gap()
        if not line or (self.end is not None and start >= self.end):
            return None
        if not opens(line, arc=self.arc):
            return Torn("no record begins here", start, start + 1, lacks=self._at_end)
        raw = line if self.arc else self._rest_of_head(line)
        head = (parse_arc if self.arc else parse_warc)(raw) if raw else "the record's head does not end"
        if isinstance(head, str):
            return Torn(head, start, start + 1, lacks=self._at_end)
        return self._record(head, start)

    def _record(self, head: Head, start: int) -> Found | Torn:
        """The record whose head has been read: block, digest, terminator."""
        begin = self.position
        end = begin + head.length
        if self.size is not None and end > self.size:
            return Torn(f"the block has {self.size - begin} of {head.length} bytes", start, begin, lacks=end - self.size)
        if self.jump and (stop := self._jumped(begin, end)):
            return Found(head, b"", True, start, stop)
        digest = read_digest(head.fields.get("warc-block-digest"))
        pieces, verified = self._block(head.length, digest)
        if self.position < end:
            return Torn(f"the block has {self.position - begin} of {head.length} bytes", start, begin)
        blanks, stop = self._terminator()
        last = not self._next
        placed = last or (blanks > 0 and opens(self._next, arc=self.arc))
        if not verified:
            return Torn("the block does not have its WARC-Block-Digest", start, begin, stop if placed else None)
        closed = blanks >= self._closing and _http_length_fits(pieces, head.length)
        if not (placed or digest or closed):
            return Torn("the block does not end where its length says, and no digest vouches for it", start, begin)
        oversize = head.length > self.limit
        block = b"" if oversize else pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return Found(head, block, oversize, start, stop, digested=digest is not None, followed=placed and not last)

    @property
    def _closing(self) -> int:
        """How many newlines close a record."""
        return 1 if self.arc else 2

    @property
    def _at_end(self) -> bool:
        """Whether everything has been read, as far as the size is known."""
        return self.position == self.size

    def _jumped(self, begin: int, end: int) -> int | None:
        """Jump over a block: where its record ends; None, back at the block, when no record begins behind it."""
        self._go(end)
        blanks, stop = self._terminator()
        if blanks and opens(self._next, arc=self.arc):
            return stop
        self._go(begin)
        return None

    def _block(self, length: int, digest: Digest | None) -> tuple[list[bytes], bool]:
        """Up to `length` bytes (no more than the first piece of a block beyond the limit), and whether they have the digest."""
        hasher = digest.start() if digest else None
        pieces: list[bytes] = []
        left = length
        while left:
            piece = self.stream.read(min(left, _PIECE))
            if not piece:
                break
            left -= len(piece)
            if hasher:
                hasher.update(piece)
            if length <= self.limit or not pieces:
                pieces.append(piece)
        self.position += length - left
        return pieces, digest is None or digest.is_of(hasher)

    def _terminator(self) -> tuple[int, int]:
        """Read the newlines behind a record: how many there are, and the position behind those that belong to it."""
        blanks = 0
        stop = self.position
        while (line := self.stream.readline(MAX_LINE)) in _BLANK:
            self.position += len(line)
            blanks += 1
            stop = self.position if blanks <= self._closing else stop
        self._next = line
        return blanks, stop

    def _line_after_gap(self) -> tuple[int, bytes]:
        """The next line that is not blank, with its position; extra newlines between records do no harm."""
        line = self._next or self.stream.readline(MAX_LINE)
        self._next = b""
        while line in _BLANK:
            self.position += len(line)
            line = self.stream.readline(MAX_LINE)
        start = self.position
        self.position += len(line)
        return start, line

    def _rest_of_head(self, first: bytes) -> bytes:
        """A WARC head from its first line on; empty when no blank line ends it within bounds, or another head begins in it.

        A record torn within its head would else lend its URL to the one that follows.
        """
        lines = [first]
        size = len(first)
        while size <= MAX_HEAD:
            line = self.stream.readline(MAX_LINE)
            size += len(line)
            self.position += len(line)
            if not line.endswith(b"\n") or WARC_LINE.search(line):
                return b""
            lines.append(line)
            if not line.strip(b"\r\n"):
                return b"".join(lines)
        return b""

    def _search(self, position: int) -> int | None:
        """Go to the next place at or behind a position where a record opens; None, at the end, if there is none."""
        pattern = _ARC_START if self.arc else _WARC_START
        base = max(position - 1, 0)  # the byte before tells whether a line begins
        first = position - base
        self.stream.seek(base)
        window, size = b"", _NEAR
        while True:
            piece = self.stream.read(size)
            size = _PIECE
            window += piece
            match = pattern.search(window, first)
            if match:
                return self._go(base + match.start())
            if not piece:
                return None
            keep = min(len(window), MAX_LINE)
            base += len(window) - keep
            window = window[-keep:]
            first = 1  # the window was cut here: its start is no line's start

    def _go(self, position: int) -> int:
        """Continue at a position."""
        self.stream.seek(position)
        self.position = position
        self._next = b""
        return position


def located(items: Iterable[Found | Torn], *, size: int) -> Iterator[Record | Hole]:
    """Give the records of an uncompressed archive their places in the file.

    Args:
        items: What a `RecordStream` over the file gives.
        size: The file's size in bytes.
    """
    for item in items:
        if isinstance(item, Torn):
            end = size if item.resume is None else item.resume
            yield Hole(item.reason, item.start, end - item.start)
        else:
            yield Record(item.head, item.block, item.oversize, item.start, item.end - item.start)


def _http_length_fits(pieces: list[bytes], length: int) -> bool:
    """Whether an HTTP message's own Content-Length says that it ends where the block, of this length, ends.

    Asked when a record without digest is closed by its newlines and then followed by garbage: its length is then confirmed by
    nothing else, and a wrong length must not make a torn record pass for a whole one.
    """
    head, blank, _ = pieces[0].partition(b"\r\n\r\n") if pieces else (b"", b"", b"")
    stated = _HTTP_LENGTH.search(head)
    return bool(blank) and stated is not None and len(head) + len(blank) + int(stated[1]) == length
