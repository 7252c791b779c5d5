"""Reading output files back: the very lines that were written, whatever the format.

The format is told by a file's first bytes, so that a renamed file is read all the same. An output may be a folder of part files, as
Spark writes them: together, in the order of their names, they are the output.
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
        end: How much of the file, or of the folder's files, was read for it, in bytes as they are on the disk, for progress.
        content: The JSON line as bytes, with its line feed where it has one.
    """

    number: int
    end: int
    content: bytes


def read_lines(path: Path) -> Iterator[Line]:
    """Yield the non-blank lines of an output: plain, gzip, zstd or Parquet, one file or a folder of part files.

    Raises:
        UsageError: A file cannot be read, is torn, or is a Parquet file of another kind; a folder is no whole output; or an extra
            is not installed.
    """
    count = before = 0
    for file in files_of(path):
        number = 0  # in the file: what a message names
        try:
            for number, (end, content) in enumerate(_lines(file), 1):
                if content.strip():
                    yield Line(count + number, before + end, content)
        except OSError as error:
            raise UsageError(f"cannot read {file}: {error.strerror or error}") from error
        except (_ZLIB_ERROR, zstandard.ZstdError, EOFError) as error:
            raise UsageError(f"{file} is damaged or torn behind line {number}: {error}") from error
        count, before = count + number, before + file.stat().st_size


def files_of(path: Path) -> list[Path]:
    """Return the files of an output, in its order: itself, or a folder's `part-…` files by name.

    Raises:
        UsageError: A folder has none, or the job that writes them has not ended.
    """
    if not path.is_dir():
        return [path]
    if (path / "_temporary").exists():  # Spark's committer works there, and removes it at the end
        raise UsageError(f"{path} is not whole: the job that writes it was stopped, or is at work")
    if not (parts := sorted(path.glob("part-*"))):
        raise UsageError(f"{path} is a folder without part files: give an output, or a folder that Spark wrote")
    return parts


def size_of(path: Path) -> int:
    """Return the bytes on the disk of an output, for progress; 0 for one that is not there.

    Raises:
        UsageError: As for `files_of`.
    """
    return sum(file.stat().st_size for file in files_of(path) if file.is_file())


def is_parquet(path: Path) -> bool:
    """Whether an output is one Parquet file.

    Raises:
        UsageError: It cannot be read.
    """
    if path.is_dir():
        return False
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
