"""Parquet: the columns of `scraper.jobs.outputs.columns`, in row groups that depend on the lines alone.

Lines are held until they make a row group, and no longer, so memory stays flat. The record types of an output are not known before
its lines are: when a line brings a new one, what was written is laid out again with the columns of all of them. So the columns
depend on which types there are, not on which came first, and a long job never fails over it.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from typing import IO, TYPE_CHECKING, Any, Final

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from scraper.errors import SchemaViolation, UsageError
from scraper.jobs.outputs.columns import Columns, lay_out
from scraper.jobs.outputs.whole import writing
from scraper.records import check

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BATCH: Final = 1 << 20  # bytes of lines that are turned into columns at once
_GROUP: Final = 1 << 25  # bytes of lines in a row group, at most
_ROWS: Final = 1 << 16  # rows in a row group, at most
_READ: Final = 256  # rows read at once


class ParquetSink:
    """Lines as a Parquet file.

    Args:
        file: The empty file, open for writing and reading.
        path: Its name, for messages and for the place of a copy.
    """

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self._file, self._path = file, path
        self._rows: _Rows | None = None

    def write(self, lines: bytes) -> None:
        """Take whole lines; see `Sink`.

        Raises:
            SchemaViolation: A line is no extraction.
            UsageError: The file cannot be written.
        """
        for line in lines.removesuffix(b"\n").split(b"\n"):
            text, data = _parsed(line)
            with writing(self._path):
                self._rows_with(data["type"]).add(text, data)

    def finish(self) -> None:
        """Write what is still held, and the footer."""
        (self._rows or _Rows(self._file, lay_out(()))).finish()

    def close(self) -> None:
        """Close the writer, which would otherwise write to the closed file when it is collected."""
        with contextlib.suppress(OSError):  # nobody wants the file any more
            if self._rows:
                self._rows.close()

    def _rows_with(self, record_type: str) -> _Rows:
        """Return the rows, begun again when they have no columns for a record type."""
        if self._rows is None:
            self._rows = _Rows(self._file, lay_out([record_type]))
        elif record_type not in self._rows.columns.types:
            self._rows = self._again(self._rows, record_type)
        return self._rows

    def _again(self, rows: _Rows, record_type: str) -> _Rows:
        """Write what was written with the columns of one more record type."""
        rows.finish()
        with tempfile.TemporaryFile(dir=self._path.parent) as copy:
            self._file.seek(0)
            shutil.copyfileobj(self._file, copy)
            self._file.seek(0)
            self._file.truncate()
            new = _Rows(self._file, lay_out(rows.columns.types | {record_type}))
            for line in _lines(pq.ParquetFile(copy)):
                new.add(line, orjson.loads(line))
        return new


def _parsed(line: bytes) -> tuple[str, dict[str, Any]]:
    try:
        data = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise SchemaViolation(f"no JSON: {error}", field="") from error
    check("extraction/1", data)
    return line.decode(), data


class _Rows:
    """Rows on their way into a file."""

    def __init__(self, file: IO[bytes], columns: Columns) -> None:
        self.columns = columns
        self._writer = pq.ParquetWriter(file, columns.schema, compression="zstd", compression_level=6)
        self._held: list[tuple[str, dict[str, Any]]] = []
        self._batches: list[pa.RecordBatch] = []
        self._held_bytes = self._bytes = self._count = 0

    def add(self, line: str, data: dict[str, Any]) -> None:
        self._held.append((line, data))
        self._held_bytes += len(line)
        self._bytes += len(line)
        self._count += 1
        if self._held_bytes >= _BATCH:
            self._to_columns()
        if self._bytes >= _GROUP or self._count >= _ROWS:
            self._write()

    def finish(self) -> None:
        if self._count:
            self._write()
        self.close()

    def close(self) -> None:
        self._writer.close()

    def _to_columns(self) -> None:
        if self._held:
            self._batches.append(self.columns.batch(self._held))
            self._held, self._held_bytes = [], 0

    def _write(self) -> None:
        self._to_columns()
        table = pa.Table.from_batches(self._batches).combine_chunks()
        self._writer.write_table(table, row_group_size=_ROWS)
        self._batches, self._bytes, self._count = [], 0, 0
        del table
        pa.default_memory_pool().release_unused()  # Arrow would keep what it has for the next group, and then take more


def parquet_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a Parquet output, each with how far it is in the file, in bytes.

    Raises:
        UsageError: The file is torn, or no output of ours.
    """
    try:
        with pq.ParquetFile(path) as file:
            if "line" not in file.schema_arrow.names:
                raise UsageError(f"{path} has no column `line`: it was not written by scraper")
            size, rows = path.stat().st_size, file.metadata.num_rows
            for count, line in enumerate(_lines(file), 1):
                yield size * count // rows, line.encode() + b"\n"
    except pa.ArrowException as error:
        raise UsageError(f"{path} is damaged or torn: {error}") from error


def _lines(file: pq.ParquetFile) -> Iterator[str]:
    for batch in file.iter_batches(_READ, columns=["line"]):
        yield from batch.column(0).to_pylist()
