"""Where extractions go: a file whose format its name tells, written whole or not at all.

The same lines give the same bytes, however they were handed over: compressors are fed pieces of one size, because what they make
may depend on it, and nothing that is written knows the time or the file's name.
"""

from __future__ import annotations

import contextlib
from typing import IO, TYPE_CHECKING, Any, Final, Protocol

import zstandard
from zlib_ng import zlib_ng

from scraper.errors import RecordError, UsageError
from scraper.jobs.outputs.extras import need
from scraper.jobs.outputs.lines import Line, read_lines
from scraper.jobs.outputs.whole import whole, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scraper.jobs.outputs.parquet import ParquetSink

_PIECE: Final = 1 << 20  # bytes handed to a compressor at once
_GZIP: Final = 31  # zlib's window bits for RFC 1952, the header without name and time


class Sink(Protocol):
    """Takes the lines of an output, in its order."""

    def write(self, lines: bytes) -> None:
        """Take one or more whole JSON lines, each with its line feed.

        Raises:
            SchemaViolation: A line is no extraction, and the format has columns to fill.
            UsageError: They cannot be written; the error names the file.
        """


@contextlib.contextmanager
def open_sink(path: Path) -> Iterator[Sink]:
    """Open an output: `.jsonl`, `.jsonl.gz`, `.jsonl.zst` or `.parquet`.

    Args:
        path: The file; it appears when the block has ended well, and replaces one of that name.

    Raises:
        UsageError: The name has another ending, an extra is not installed, or the file cannot be written.
    """
    make = _maker(path)
    with whole(path) as file, contextlib.closing(make(file, path)) as sink:
        yield sink
        with writing(path):
            sink.finish()


def copy_lines(path: Path, sink: Sink, notice: Callable[[Line], None] = lambda _line: None) -> int:
    """Copy the lines of an output.

    Args:
        path: The output, in any format.
        sink: Where they go; a last line without line feed gets one.
        notice: Called after each line, for progress.

    Returns:
        How many there were.

    Raises:
        UsageError: The output cannot be read, holds a line that is no extraction, or the sink cannot be written.
    """
    count = 0
    for count, line in enumerate(read_lines(path), 1):  # noqa: B007  # the last count is the answer
        try:
            sink.write(line.content if line.content.endswith(b"\n") else line.content + b"\n")
        except RecordError as error:
            raise UsageError(f"{path}:{line.number} is no extraction: {error}") from error
        notice(line)
    return count


class _Finished(Sink, Protocol):
    def finish(self) -> None:
        """Write what is still held back."""

    def close(self) -> None:
        """Let go of what the sink holds, finished or not."""


class _Plain:
    """Lines as they are."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self._file, self._path = file, path

    def write(self, lines: bytes) -> None:
        with writing(self._path):
            self._file.write(lines)

    def finish(self) -> None:
        pass

    def close(self) -> None:
        pass


class _Compressed:
    """Lines in one compressed stream."""

    def __init__(self, file: IO[bytes], path: Path, compressor: Any) -> None:
        self._file, self._path, self._compressor = file, path, compressor
        self._held = bytearray()

    def write(self, lines: bytes) -> None:
        self._held += lines
        while len(self._held) >= _PIECE:
            piece = bytes(self._held[:_PIECE])
            del self._held[:_PIECE]
            with writing(self._path):
                self._file.write(self._compressor.compress(piece))

    def finish(self) -> None:
        self._file.write(self._compressor.compress(bytes(self._held)))
        self._file.write(self._compressor.flush())

    def close(self) -> None:
        del self._compressor


def _gzip(file: IO[bytes], path: Path) -> _Compressed:
    return _Compressed(file, path, zlib_ng.compressobj(6, zlib_ng.DEFLATED, _GZIP))


def _zstd(file: IO[bytes], path: Path) -> _Compressed:
    return _Compressed(file, path, zstandard.ZstdCompressor(level=6, write_checksum=True).compressobj())


def _parquet(file: IO[bytes], path: Path) -> ParquetSink:
    from scraper.jobs.outputs.parquet import ParquetSink  # noqa: PLC0415  # an extra: `_maker` has looked whether it is there

    return ParquetSink(file, path)


_FORMATS: Final[dict[str, Callable[[IO[bytes], Path], _Finished]]] = {
    ".jsonl": _Plain,
    ".jsonl.gz": _gzip,
    ".jsonl.zst": _zstd,
    ".parquet": _parquet,
}
ENDINGS: Final = tuple(_FORMATS)
"""How the names of outputs end."""


def _maker(path: Path) -> Callable[[IO[bytes], Path], _Finished]:
    for suffix, make in _FORMATS.items():
        if path.name.lower().endswith(suffix):
            if suffix == ".parquet":
                need("pyarrow", f"writing {path}")
            return make
    raise UsageError(f"{path}: the name must end in one of {', '.join(_FORMATS)}: it tells the format")
