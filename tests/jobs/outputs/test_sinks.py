"""Outputs in every format: whole or not at all, the same bytes for the same lines, and read back as they were written."""

from __future__ import annotations

import gzip
import importlib.util
import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import zstandard
from extractions import extraction, extractions, line
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.errors import UsageError
from scraper.jobs.outputs import copy_lines, open_sink, read_lines, size_of

SUFFIXES = [".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet"]


def _write(path: Path, batches: Iterable[bytes]) -> bytes:
    with open_sink(path) as sink:
        for batch in batches:
            sink.write(batch)
    return path.read_bytes()


def _contents(path: Path) -> list[bytes]:
    return [each.content for each in read_lines(path)]


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=15)
@given(data=st.lists(extractions(), max_size=12), cuts=st.sets(st.integers(0, 12)))
def test_lines_read_back_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, data: list[dict[str, object]], cuts: set[int]
) -> None:
    """Every line reads back as it was written, with its number, and however lines are batched the file is the same."""
    folder = tmp_path_factory.mktemp("out")
    lines = [line(each) for each in data]
    whole = _write(folder / f"one{suffix}", lines)
    assert [(each.number, each.content) for each in read_lines(folder / f"one{suffix}")] == list(enumerate(lines, 1))
    edges = [0, *sorted(cut for cut in cuts if cut < len(lines)), len(lines)]
    batches = [b"".join(lines[start:end]) for start, end in itertools.pairwise(edges)]
    assert _write(folder / f"two{suffix}", [batch for batch in batches if batch]) == whole


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_large_outputs_do_not_depend_on_batches(tmp_path: Path, suffix: str) -> None:
    """Beyond the size of a compressor's piece, too, the bytes are those of the lines alone."""
    lines = [line(extraction({"title": f"{number} " * 3000}, url=f"https://letters.example/{number}")) for number in range(150)]
    whole = _write(tmp_path / f"one{suffix}", lines)
    assert _write(tmp_path / f"two{suffix}", [b"".join(lines)]) == whole
    assert _contents(tmp_path / f"two{suffix}") == lines
    ends = [each.end for each in read_lines(tmp_path / f"one{suffix}")]
    assert ends == sorted(ends)
    assert ends[-1] == len(whole)


def test_other_readers_read_the_same(tmp_path: Path) -> None:
    """Gzip and zstd as others implement them give the lines; the gzip header holds no name and no time."""
    lines = [line(extraction({"title": str(number)})) for number in range(9)]
    packed = _write(tmp_path / "x.jsonl.gz", lines)
    assert gzip.decompress(packed) == b"".join(lines)
    assert packed[3:8] == b"\0\0\0\0\0"
    packed = _write(tmp_path / "x.jsonl.zst", lines)
    with zstandard.ZstdDecompressor().stream_reader(packed) as reader:
        assert reader.read() == b"".join(lines)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_whole_or_not_at_all(tmp_path: Path, suffix: str) -> None:
    """When the work fails, a file that was there stays as it was, and nothing is left beside it."""
    path = tmp_path / f"out{suffix}"
    before = _write(path, [line(extraction({"title": "before"}))])

    def failing() -> Iterator[bytes]:
        yield line(extraction({"title": "after"}))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        _write(path, failing())
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", [".jsonl.gz", ".jsonl.zst", ".parquet"])
def test_a_torn_file_is_named(tmp_path: Path, suffix: str) -> None:
    """A compressed file that was cut is an error that names it, never a short output passed as whole."""
    path = tmp_path / f"out{suffix}"
    whole = _write(path, [line(extraction({"title": f"{number}" * 99})) for number in range(999)])
    for size in (5, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(UsageError, match=r"out.*is damaged or torn"):
            _contents(path)


@pytest.mark.parametrize("suffix", [".jsonl.gz", ".jsonl.zst"])
def test_streams_one_after_the_other(tmp_path: Path, suffix: str) -> None:
    """Compressed files that were put together with `cat` are one output, under any name."""
    lines = [line(extraction({"title": str(number)})) for number in range(3)]
    parts = b"".join(_write(tmp_path / f"part{suffix}", [each]) for each in lines)
    (tmp_path / "renamed").write_bytes(parts)
    assert _contents(tmp_path / "renamed") == lines


def test_lines_of_others(tmp_path: Path) -> None:
    """Blank lines are passed over but counted, and a last line without an end is a line."""
    (tmp_path / "x.jsonl").write_bytes(b'{"a":1}\n\n \r\n{"b":2}')
    assert [(each.number, each.content) for each in read_lines(tmp_path / "x.jsonl")] == [(1, b'{"a":1}\n'), (4, b'{"b":2}')]
    (tmp_path / "y.jsonl").write_bytes(line(extraction({"title": "x"})).rstrip())
    with open_sink(tmp_path / "y.parquet") as sink:
        assert copy_lines(tmp_path / "y.jsonl", sink) == 1
    assert _contents(tmp_path / "y.parquet") == [line(extraction({"title": "x"}))]


def test_what_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown ending, a folder that is none and a missing extra are one clear line each, before any work is done."""
    with pytest.raises(UsageError, match=r"out\.csv: the name must end in one of \.jsonl, \.jsonl\.gz, \.jsonl\.zst, \.parquet"):
        _write(tmp_path / "out.csv", [])
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match=r"cannot write /proc/out\.jsonl: "):
        _write(Path("/proc/out.jsonl"), [])
    with pytest.raises(UsageError, match=r"cannot write .*out\.jsonl"):
        _write(tmp_path / "file" / "out.jsonl", [])
    with pytest.raises(UsageError, match="cannot read"):
        _contents(tmp_path / "gone.parquet")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(UsageError, match=r"needs pyarrow: pip install 'scraper\[parquet\]'"):
        _write(tmp_path / "out.parquet", [])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_folder_of_parts_is_one_output(tmp_path: Path, suffix: str) -> None:
    """The part files that Spark writes, read in the order of their names, are one output; its other files are none."""
    folder = tmp_path / f"out{suffix}"
    data = [line(extraction({"title": f"page {number}"}, url=f"https://letters.example/{number}")) for number in range(7)]
    for number, part in enumerate((data[:3], data[3:4], data[4:])):
        _write(folder / f"part-0000{number}-x{suffix}", part)
    (folder / "_SUCCESS").touch()
    (folder / f".part-00000-x{suffix}.crc").write_bytes(b"crc")
    found = list(read_lines(folder))
    assert [(each.number, each.content) for each in found] == list(enumerate(data, 1))
    assert found[-1].end == size_of(folder) == sum(part.stat().st_size for part in folder.glob("part-*"))
    assert copy_lines(folder, Collected()) == 7


def test_a_folder_that_is_no_whole_output_is_refused(tmp_path: Path) -> None:
    """A folder without parts, one that is still written, and a torn part are errors that name what is wrong."""
    with pytest.raises(UsageError, match="without part files"):
        list(read_lines(tmp_path))
    (tmp_path / "part-00000.jsonl").write_bytes(line(extraction({"title": "x"})))
    torn = gzip.compress(line(extraction({"title": "y"})), mtime=0)[:-9]
    (tmp_path / "part-00001.jsonl.gz").write_bytes(torn)
    with pytest.raises(UsageError, match=r"part-00001.*torn"):
        list(read_lines(tmp_path))
    (tmp_path / "_temporary").mkdir()
    with pytest.raises(UsageError, match="not whole"):
        list(read_lines(tmp_path))


class Collected:
    """A sink in memory."""

    def write(self, lines: bytes) -> None:
        """Take lines."""
