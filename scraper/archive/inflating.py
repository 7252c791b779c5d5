"""The inflated bytes of a gzip member too large to hold, as a stream that can go back.

Whoever looks for the next record behind a damaged one goes back in the stream. Deflate cannot be read backwards, so the
state of inflating is kept every `MARK` bytes, and going back costs no more than that.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen
from zlib_ng import zlib_ng

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Buffer

MARK: Final = 32 << 20
_GZIP_BITS: Final = 31
_SKIP: Final = 1 << 20


@frozen
class _Mark:
    """A state to go back to: inflated bytes so far, the next byte of the file, what was read of it already."""

    position: int
    offset: int
    inflate: Any = field(repr=False)
    unread: bytes = field(repr=False)


class Inflater(io.RawIOBase):
    """The inflated bytes of one member, which has been inflated before without an error up to its end.

    Args:
        piece: Gives bytes of the file from an offset.
        offset: Where the member begins.
        end: Where it ends, or where the bytes end that can be inflated.
    """

    def __init__(self, piece: Callable[[int], memoryview], offset: int, end: int) -> None:
        self._piece = piece
        self._end = end
        self._inflate: Any
        self._input = b""
        self._marks = [_Mark(0, offset, zlib_ng.decompressobj(_GZIP_BITS), b"")]
        self._return_to(self._marks[0])

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Return the position in inflated bytes."""
        return self._position

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a position from the start (or, with `whence` 1, from here; the end is not known)."""
        target = offset + self._position * (whence == 1)
        if target < self._position:
            self._return_to(next(mark for mark in reversed(self._marks) if mark.position <= target))
        while self._position < target and self._inflated(min(target - self._position, _SKIP)):
            pass
        return self._position

    def readinto(self, buffer: Buffer, /) -> int:
        """Read the next bytes into a buffer; returns how many."""
        view = memoryview(buffer)
        part = self._inflated(len(view))
        view[: len(part)] = part
        return len(part)

    def _inflated(self, size: int) -> bytes:
        """The next bytes, up to `size` of them; none at the end."""
        while not self._inflate.eof:
            if not self._input:
                self._input = bytes(self._piece(self._offset)[: self._end - self._offset])
                self._offset += len(self._input)
            part: bytes = self._inflate.decompress(self._input, size)
            exhausted = not (self._input or part)
            self._input = self._inflate.unconsumed_tail
            if part:
                self._position += len(part)
                self._mark()
                return part
            if exhausted:
                break
        return b""

    def _mark(self) -> None:
        """Keep the state, if the last one that was kept is far enough behind."""
        if self._position >= self._marks[-1].position + MARK:
            self._marks.append(_Mark(self._position, self._offset, self._inflate.copy(), self._input))

    def _return_to(self, mark: _Mark) -> None:
        """Take up a state that was kept."""
        self._position = mark.position
        self._offset = mark.offset
        self._input = mark.unread
        self._inflate = mark.inflate.copy()
