"""Reading output files back: the very lines that were written, whatever the format.

The format is told by a file's first bytes, so that a renamed file is read all the same.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple

import zstandard
from zlib_ng import zlib_ng

from scraper.errors import UsageError
from scraper.jobs.outputs.extras import need

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_PIECE: Final = 1 << 16  # compressed bytes; what they hold is in memory at once
_PARQUET: Final = b"PAR1"
_ZLIB_ERROR: Final[Any] = zlib_ng.error  # its stub calls the class an instance


class Line(NamedTuple):
    """One line of an output.

    Attributes:
        number: Its number, from 1; blank lines count.
        end: How much of the file was read for it, in bytes of the file, for progress.
        content: The JSON line as bytes, with its line feed where it has one.
    """

    number: int
    end: int
    content: bytes


def read_lines(path: Path) -> Iterator[Line]:
    """Yield the non-blank lines of an output file: plain, gzip, zstd or Parquet.

    Raises:
        UsageError: The file cannot be read, is torn, or is a Parquet file of another kind; or an extra is not installed.
    """
    number = 0
    try:
        for number, line in enumerate(_lines(path), 1):
            if line[1].strip():
                yield Line(number, *line)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
    except (_ZLIB_ERROR, zstandard.ZstdError, EOFError) as error:
        raise UsageError(f"{path} is damaged or torn behind line {number}: {error}") from error


def is_parquet(path: Path) -> bool:
    """Whether a file is Parquet.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(4) == _PARQUET
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the end offset and content of each line."""
    with path.open("rb") as file:
        head = file.peek(4)[:4]
        if head == _PARQUET:
            need("pyarrow", f"reading {path}")
            from scraper.jobs.outputs.parquet import parquet_lines  # noqa: PLC0415  # an extra

            yield from parquet_lines(path)
        elif head[:2] == b"\x1f\x8b":  # RFC 1952 §2.3.1
            yield from _split(_decompressed(file, lambda: zlib_ng.decompressobj(31)))
        elif head == b"\x28\xb5\x2f\xfd":  # RFC 8878 §3.1.1
            yield from _split(_decompressed(file, zstandard.ZstdDecompressor().decompressobj))
        else:
            end = 0
            for line in file:
                end += len(line)
                yield end, line


def _decompressed(file: IO[bytes], make: Callable[[], Any]) -> Iterator[tuple[int, bytes]]:
    """Yield the offset behind each piece of a compressed file, and what it holds; streams may follow each other."""
    end, decompressor, begun = 0, make(), False
    while piece := file.read(_PIECE):
        end += len(piece)
        while piece:
            begun = True
            yield end, decompressor.decompress(piece)
            piece = decompressor.unused_data if decompressor.eof else b""
            if decompressor.eof:
                decompressor, begun = make(), False
    if begun:
        raise EOFError("the compressed stream has no end")


def _split(pieces: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Put pieces together to lines."""
    end, held = 0, list[bytes]()
    for end, piece in pieces:
        first, *rest = piece.split(b"\n")
        held.append(first)
        for start in rest:
            yield end, b"".join(held) + b"\n"
            held = [start]
    if any(held):
        yield end, b"".join(held)
