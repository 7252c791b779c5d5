"""Repair: what is good in a damaged archive becomes a clean one, byte for byte, and what is not is named."""

from __future__ import annotations

import gzip
import struct
import zlib
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from support import PAGE, lines, project, scraper, write_archive
from warcio.checker import Checker

from scraper.archive import ArchiveWriter, Capture, Damage, Record, build_index, raw_records, read_at, repair, scan
from scraper.errors import ArchiveError, NotAnArchive, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def copied(path: Path) -> list[tuple[bytes, bytes]]:
    """Head and block of each whole record."""
    return [(record.head.raw, record.block) for record in raw_records(path) if isinstance(record, Record)]


def clean(path: Path) -> bool:
    """Whether an archive is whole to two independent readers and to ours."""
    checker: Any = Checker(type("Options", (), {"inputs": [str(path)], "verbose": False})())
    with path.open("rb") as file:
        count = sum(record.verify_block_digest() or True for record in FastIterator(file, parse_http=False))
    return not checker.process_all() and count == len(copied(path)) and not any(isinstance(i, Damage) for i in scan(path))


def bgzip(data: bytes, size: int = 700) -> bytes:
    """Blocks as bgzip makes them, each with its size in an extra field, and the empty one at the end."""
    blocks = []
    for start in range(0, len(data) + size, size):
        part = data[start : start + size]
        deflate = zlib.compressobj(wbits=-15)
        body = deflate.compress(part) + deflate.flush()
        head = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff" + struct.pack("<HBBHH", 6, 66, 67, 2, len(body) + 25)
        blocks.append(head + body + struct.pack("<II", zlib.crc32(part), len(part)))
    return b"".join(blocks)


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "one stream": lambda data: gzip.compress(data, mtime=0),
    "bgzip": bgzip,
    "parts": lambda data: b"".join(gzip.compress(data[at : at + 1000], mtime=0) for at in range(0, len(data), 1000)),
    "uncompressed": lambda data: data,
}


@pytest.mark.parametrize("form", FORMS)
def test_any_form_of_storing_becomes_one_member_a_record(form: str, plain: Path) -> None:
    """However an archive was stored, all its records are copied byte for byte, and each is read by its offset."""
    path, target = plain.with_name("stored.warc.gz"), plain.with_name("clean.warc.gz")
    path.write_bytes(FORMS[form](plain.read_bytes()))
    assert copied(path) == copied(plain)
    done = repair(path, target)
    assert (done.kept, done.left_out) == (len(copied(plain)), [])
    assert copied(target) == copied(plain)
    assert clean(target)
    offsets = [record.offset for record in raw_records(target)]
    assert len(set(offsets)) == len(offsets)
    for item in scan(path):
        assert not isinstance(item, Capture) or read_at(path, item.offset, item.length, item.record_id) == item


@pytest.mark.parametrize("form", ["bgzip", "parts"])
def test_a_broken_block_costs_only_the_records_that_run_through_it(form: str, plain: Path) -> None:
    """One member of many is destroyed: records before it are read, and where blocks say that they are blocks, those behind."""
    data = FORMS[form](plain.read_bytes())
    starts = [at for at in range(len(data)) if data.startswith(b"\x1f\x8b\x08", at)]
    broken, following = starts[2], starts[3]
    flipped = bytearray(data)
    flipped[broken + 40] ^= 0xFF
    path = plain.with_name("stored.warc.gz")
    path.write_bytes(flipped)
    size = 700 if form == "bgzip" else 1000
    whole = [
        record
        for record in raw_records(plain)
        if record.offset + (record.length or 0) - 4 <= 2 * size or (form == "bgzip" and record.offset >= 3 * size)
    ]
    assert copied(path) == [(record.head.raw, record.block) for record in whole if isinstance(record, Record)]
    assert broken in {item.offset for item in scan(path) if isinstance(item, Damage)}
    assert following > broken


def test_what_is_left_out_is_named(plain: Path) -> None:
    """A wrong digest, a wrong payload digest, garbage, a torn tail: each with its offset, length and reason; the rest is kept."""
    records = [record for record in raw_records(plain) if isinstance(record, Record)]
    data = plain.read_bytes()
    digest = records[1].head.fields["warc-payload-digest"].encode()
    data = data.replace(digest, digest[:10] + b"AAAA" + digest[14:], 1)
    at = records[2].offset + records[2].length - 10
    data = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    path, target = plain.with_name("damaged.warc"), plain.with_name("clean.warc.gz")
    end = records[4].offset
    path.write_bytes(data[:end] + b"GARBAGE\r\n\r\n" + data[end:-14])
    done = repair(path, target)
    assert [(place.offset, place.reason) for place in done.left_out] == [
        (records[1].offset, "the payload does not have its WARC-Payload-Digest"),
        (records[2].offset, "the block does not have its WARC-Block-Digest"),
        (end, "no record begins here"),
        (records[5].offset + 11, "the block has 0 of 10 bytes"),
    ]
    assert done.left_out[0].url == "https://example.com/0"
    assert copied(target) == [(records[n].head.raw, records[n].block) for n in (0, 3, 4)]
    assert done.kept == 3
    assert clean(target)


def test_an_archive_is_never_written_over(archive: Path, tmp_path: Path) -> None:
    """Not the damaged one and no other: what exists stays as it is."""
    data = archive.read_bytes()
    for target in (archive, tmp_path / "there.warc.gz"):
        target.touch()
        with pytest.raises(UsageError, match="exists"):
            repair(archive, target)
    assert archive.read_bytes() == data
    with pytest.raises(UsageError, match="ends in"):
        repair(archive, tmp_path / "x.txt")


def test_nothing_is_left_where_nothing_is_good(tmp_path: Path) -> None:
    """An archive without a good record, or what is none, is refused, and no file appears."""
    path, target = tmp_path / "x.warc", tmp_path / "clean.warc.gz"
    head = "WARC/1.0\r\nWARC-Type: resource\r\nWARC-Date: 2020\r\nContent-Length: 5\r\n\r\n"
    path.write_bytes(f"{head}block\r\n\r\n".encode())
    with pytest.raises(ArchiveError, match="no WARC-Target-URI"):
        repair(path, target)
    path.write_bytes(b"no archive")
    with pytest.raises(NotAnArchive):
        repair(path, target)
    path.write_bytes(b"http://example.com/ 10.0.0.1 20140216050221 text/html 5\nblock\n")
    with pytest.raises(UsageError, match="scraper load"):
        repair(path, target)
    assert [file.name for file in tmp_path.iterdir()] == ["x.warc"]


def test_what_was_extracted_from_the_damaged_archive_is_verified_against_the_clean_one(tmp_path: Path) -> None:
    """The real commands: extract from an archive stored as one cut stream, repair it, remove it, verify every value."""
    folder = project(tmp_path)
    source = write_archive(folder / "source.warc", {f"https://letters.example/{n}": PAGE for n in range(5)})
    (folder / "damaged.warc.gz").write_bytes(gzip.compress(source.read_bytes(), mtime=0)[:-10])
    source.unlink()
    scraper("extract", "damaged.warc.gz", "-o", "out.jsonl", "--workers", "1", cwd=folder)
    assert 0 < len(lines(folder / "out.jsonl")) < 6
    done = scraper("repair", "damaged.warc.gz", "-o", "clean.warc.gz", cwd=folder)
    assert "left out: damaged.warc.gz at offset 0" in done.stderr
    assert f"kept {len(lines(folder / 'out.jsonl')) + 1} + left out 0; damaged places left out: 1" in done.stdout
    (place,) = map(orjson.loads, (folder / "clean.left-out.jsonl").read_bytes().splitlines())
    assert (place["offset"], "the gzip member is cut" in place["reason"]) == (0, True)
    scraper("repair", "damaged.warc.gz", "-o", "again.warc.gz", "--strict", cwd=folder, code=1)
    assert (folder / "again.warc.gz").read_bytes() == (folder / "clean.warc.gz").read_bytes()
    for name in ("damaged.warc.gz", "again.warc.gz"):
        (folder / name).unlink()
    assert "every value verified" in scraper("verify", "out.jsonl", cwd=folder).stdout


def test_a_cut_stream_is_not_continued(plain: Path) -> None:
    """Nobody writes behind a cut gzip stream of many records: its records would get lost; repair is the way on."""
    path = plain.with_name("stored.warc.gz")
    unfinished = path.with_name(f"{path.name}.open")
    unfinished.write_bytes(gzip.compress(plain.read_bytes(), mtime=0)[:-3])
    before = unfinished.read_bytes()
    with pytest.raises(UsageError, match="scraper repair"):
        ArchiveWriter(path)
    assert unfinished.read_bytes() == before


def test_the_index_of_a_repaired_archive_is_the_one_it_would_get(plain: Path) -> None:
    """The index that comes with it is what indexing it makes."""
    target = plain.with_name("clean.warc.gz")
    repair(plain, target)
    index = target.with_name(f"{target.name}.cdxj")
    written = index.read_bytes()
    assert build_index(target).read_bytes() == written
