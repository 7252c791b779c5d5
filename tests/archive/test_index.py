"""The index beside an archive, and how captures are found again."""

from __future__ import annotations

import gzip
import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.archive import ArchiveWriter, Capture, Finder, build_index, find, index_path, raw_records, scan
from scraper.archive.index import index_line, timestamp
from scraper.errors import NotAnArchive

BIN = Path(sys.executable).parent


def lines_of(text: str) -> list[tuple[str, str, dict[str, str]]]:
    """Key, time stamp and fields of each index line."""
    parts = (line.split(" ", 2) for line in text.splitlines() if not line.startswith("!"))
    return [(key, stamp, json.loads(data)) for key, stamp, data in parts]


def captures(path: Path) -> list[Capture]:
    """All captures of an archive."""
    return [item for item in scan(path) if isinstance(item, Capture)]


def test_the_index_agrees_with_cdxj_indexer(archive: Path) -> None:
    """Key, time stamp, URL, type, status, place and file name are what the reference tool says."""
    run = subprocess.run(
        [BIN / "cdxj-indexer", "-s", "--records", "response,resource,conversion", archive],
        capture_output=True,
        text=True,
        check=True,
    )
    theirs = lines_of(run.stdout.replace("Text/HTML", "text/html"))
    ours = lines_of(index_path(archive).read_text())
    same = ("url", "mime", "status", "length", "offset", "filename")
    assert [(key, stamp, [data.get(name) for name in same]) for key, stamp, data in ours] == [
        (key, stamp, [data.get(name) for name in same]) for key, stamp, data in theirs
    ]


def test_the_index_says_who_each_capture_is(archive: Path) -> None:
    """Each capture has one line with its record id and the digest of its payload, and the lines are sorted."""
    text = index_path(archive).read_text()
    lines = lines_of(text)
    assert {(data["record_id"], data["payload_sha256"]) for _, _, data in lines} == {
        (capture.record_id, capture.payload_sha256) for capture in captures(archive)
    }
    assert text.splitlines() == sorted(text.splitlines())


def test_an_index_built_later_equals_the_one_written(archive: Path) -> None:
    """Writing, continuing and building anew give the same index, byte for byte."""
    written = index_path(archive).read_bytes()
    index_path(archive).unlink()
    assert build_index(archive).read_bytes() == written
    index_path(archive).unlink()
    with ArchiveWriter(archive):
        pass
    assert index_path(archive).read_bytes() == written


def test_a_moved_archive_is_found_through_its_index(archive: Path, tmp_path: Path) -> None:
    """A capture is found by what it is, in whatever folder its archive is now."""
    wanted = captures(archive)
    folder = tmp_path / "elsewhere" / "deep"
    folder.mkdir(parents=True)
    moved = archive.rename(folder / archive.name)
    index_path(archive).rename(index_path(moved))
    for capture in wanted:
        found = find(capture.record_id, capture.payload_sha256, tmp_path)
        assert found == (moved, capture.offset, capture.length)


@pytest.mark.parametrize("index", ["absent", "stale", "lying", "garbage", "empty"])
def test_a_recompressed_archive_is_found_whatever_its_index_says(compressed: Path, index: str) -> None:
    """An index is a hint: absent, stale, lying or unreadable, the answer is the right one."""
    wanted = captures(compressed)
    old = index_path(compressed).read_bytes()
    records = [record.head.raw + record.block + b"\r\n\r\n" for record in raw_records(compressed)]
    compressed.write_bytes(b"".join(gzip.compress(record, 1) for record in records))
    contents = {
        "stale": old,
        "lying": old.replace(wanted[0].record_id.encode(), b"<urn:x>").replace(b'"offset":"', b'"offset":"1'),
        "garbage": b"\xff\0{]\n a b\n",
        "empty": b"",
    }
    index_path(compressed).unlink()
    if index in contents:
        index_path(compressed).write_bytes(contents[index])
    finder = Finder([compressed.parent])
    now = {capture.record_id: capture for capture in captures(compressed)}
    for capture in wanted:
        here = now[capture.record_id]
        assert finder.find(capture.record_id, capture.payload_sha256) == (compressed, here.offset, here.length)


def test_what_is_not_there_is_not_found(archive: Path) -> None:
    """Neither an unknown id nor a known id with another payload is found; a folder without archives has nothing."""
    capture = captures(archive)[0]
    assert find("<urn:x:y>", capture.payload_sha256, archive) is None
    assert find(capture.record_id, "0" * 64, archive) is None
    archive.unlink()
    assert find(capture.record_id, capture.payload_sha256, archive.parent) is None


def test_of_two_copies_the_whole_one_is_found(compressed: Path) -> None:
    """A copy that is damaged at the record does not keep the other copy from being found."""
    capture = captures(compressed)[1]
    copy = compressed.with_name("a-first.warc.gz")
    data = bytearray(compressed.read_bytes())
    data[capture.offset + 40] ^= 1
    copy.write_bytes(data)
    assert find(capture.record_id, capture.payload_sha256, compressed.parent) == (
        compressed,
        capture.offset,
        capture.length,
    )


def test_an_index_of_no_archive_is_refused(tmp_path: Path) -> None:
    """What is no archive gets no index."""
    (tmp_path / "x.warc").write_bytes(b"no")
    with pytest.raises(NotAnArchive):
        build_index(tmp_path / "x.warc")


@given(url=st.text(max_size=40) | st.from_regex(r"https?://[^ ]{0,20}(:\d{0,6})?/[^ ]{0,20}", fullmatch=True))
def test_any_url_has_a_key_and_none_asks_the_network(url: str) -> None:
    """Keys are computed for whatever stands as URL, as one word, and without a look-up."""
    from scraper.archive.index import surt_key  # noqa: PLC0415

    def refuse(*_: object) -> NoReturn:
        raise AssertionError("a look-up was made")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "socket", refuse)
        patch.setattr(socket, "getaddrinfo", refuse)
        assert " " not in surt_key(url)
        assert "\n" not in surt_key(url)


@pytest.mark.parametrize(
    ("date", "digits"),
    [
        ("2026-11-21T07:04:05Z", "20261121070405"),
        ("2026-11-21T07:04:05.123456Z", "20261121070405"),
        ("2026-11-21T07:04Z", "20261121070400"),
        ("2026-11", "20261101000000"),
        ("2026", "20260101000000"),
        ("", "00000101000000"),
    ],
)
def test_dates_become_time_stamps(date: str, digits: str) -> None:
    """A date of reduced precision stands for its earliest moment."""
    assert timestamp(date) == digits


def test_records_that_are_no_captures_have_no_line(archive: Path) -> None:
    """Warcinfo, request and metadata records are not indexed; revisits are, for replay needs them."""
    with ArchiveWriter(archive) as writer:
        fields = [("WARC-Target-URI", "https://example.com/0"), ("Content-Type", "application/http")]
        writer.write_record("request", fields, b"GET / HTTP/1.1\r\n\r\n", date="2026")
        writer.write_record("revisit", [*fields, ("WARC-Profile", "x:y")], b"HTTP/1.1 200 OK\r\n\r\n", date="2026")
    records = list(raw_records(archive))
    kinds = [record.head.kind for record in records if index_line(record, archive.name)]
    assert kinds == ["response"] * 3 + ["resource", "conversion", "revisit"]
    assert [data["mime"] for _, _, data in lines_of(index_path(archive).read_text())].count("warc/revisit") == 1
