"""Damaged archives: nothing torn is taken for whole, nothing whole is lost, nothing goes unreported."""

from __future__ import annotations

import gzip
import random
import time
import zlib
from typing import TYPE_CHECKING

import pytest

from scraper.archive import ArchiveWriter, Capture, Damage, Item, Record, Skipped, UnreadableCapture, raw_records, read_at, scan
from scraper.errors import ArchiveError, DamagedRecord, NotAnArchive

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DATE = "2026-11-21T07:04:00Z"


def tried(path: Path) -> list[Item]:
    """What a scan gives; nothing at all when the file is refused as no archive."""
    try:
        return list(scan(path))
    except NotAnArchive:
        return []


def told(capture: Capture) -> tuple[str, str, str, bytes]:
    """What an extraction is made from."""
    return capture.url, capture.date, capture.media_type, capture.payload


def accounted(items: list[Item], size: int) -> bool:
    """Whether items cover a file of this size without gap or overlap (records of one member count once)."""
    end = 0
    for place in sorted({(item.offset, item.length or 0) for item in items}):
        if place[0] != end:
            return False
        end += place[1]
    return end == size


def test_an_archive_cut_anywhere_gives_its_whole_records_and_says_what_is_torn(archive: Path) -> None:
    """At each cut position: exactly the records that end before it are read, the rest is one damaged place."""
    data = archive.read_bytes()
    records = [record for record in raw_records(archive) if isinstance(record, Record)]
    whole = [told(item) for item in scan(archive) if isinstance(item, Capture)]
    closing = 0 if archive.name.endswith(".gz") else 4  # an uncompressed block is whole before its closing newlines are
    path = archive.with_name(f"cut-{archive.name}")
    for cut in range(1, len(data), 1 if closing == 0 else 3):
        path.write_bytes(data[:cut])
        items = tried(path)
        good = sum(record.offset + record.length - closing <= cut for record in records)
        assert [told(item) for item in items if isinstance(item, Capture)] == whole[: max(good - 1, 0)]
        torn = not any(0 <= cut - (record.offset + record.length - closing) <= closing for record in records)
        assert sum(isinstance(item, Damage) for item in items) == torn, cut
        assert accounted(items, cut)


def test_a_cut_archive_can_be_continued(archive: Path) -> None:
    """Whatever the cut, opening the unfinished file goes on behind the last whole record, and says what was cut off."""
    data = archive.read_bytes()
    whole = [told(item) for item in scan(archive) if isinstance(item, Capture)]
    path = archive.with_name(f"cut-{archive.name}")
    for cut in range(0, len(data), 97):
        path.with_name(f"{path.name}.open").write_bytes(data[:cut])
        with ArchiveWriter(path) as writer:
            start = writer.write_resource("x:y", DATE, b"more", media_type="text/plain").offset
        items = list(scan(path))
        assert not [item for item in items if isinstance(item, Damage | UnreadableCapture)]
        found = [told(item) for item in items if isinstance(item, Capture)]
        assert found[:-1] == whole[: len(found) - 1]
        assert found[-1][3] == b"more"
        for note in writer.cuts:
            assert note.offset + note.length == cut
            assert note.offset <= start
        path.unlink()


def test_any_flipped_byte_is_found_or_harmless(compressed: Path) -> None:
    """In gzip members a flipped byte gives a typed error or the very same capture, in random access and in a scan."""
    data = compressed.read_bytes()
    good = [item for item in scan(compressed) if isinstance(item, Capture)]
    path = compressed.with_name("flipped.warc.gz")
    chance = random.Random(1)  # noqa: S311  reproducible on purpose
    for _ in range(600):
        at = chance.randrange(len(data))
        flipped = bytearray(data)
        flipped[at] ^= chance.randrange(1, 256)
        path.write_bytes(flipped)
        hit = next((c for c in good if c.offset <= at < c.offset + c.length), None)
        for capture in good:
            try:
                again = read_at(path, capture.offset, capture.length, capture.record_id)
            except ArchiveError:
                assert capture is hit
            else:
                assert told(again) == told(capture)
        items = list(scan(path))
        lost = {told(c) for c in good} - {told(item) for item in items if isinstance(item, Capture)}
        assert lost <= ({told(hit)} if hit else set())
        assert not lost or any(isinstance(item, Damage) for item in items)


def test_a_flipped_byte_in_an_uncompressed_block_is_found(plain: Path) -> None:
    """Without gzip the block digest stands guard: no flipped byte of a block goes unnoticed, and no other record suffers."""
    data = plain.read_bytes()
    good = [record for record in raw_records(plain) if isinstance(record, Record)]
    path = plain.with_name("flipped.warc")
    chance = random.Random(2)  # noqa: S311  reproducible on purpose
    for _ in range(400):
        record = chance.choice(good)
        start = record.offset + len(record.head.raw)
        flipped = bytearray(data)
        flipped[chance.randrange(start, start + record.head.length)] ^= chance.randrange(1, 256)
        path.write_bytes(flipped)
        with pytest.raises(DamagedRecord, match="WARC-Block-Digest"):
            read_at(path, record.offset, record.length)
        items = list(scan(path))
        assert [item.offset for item in items if isinstance(item, Damage)] == [record.offset]
        assert len(items) == len(good)


def test_a_flipped_byte_in_an_uncompressed_head_never_changes_a_payload(plain: Path) -> None:
    """A head is covered by no digest; whatever is flipped there, what is read as payload is the payload, or an error."""
    data = plain.read_bytes()
    good = [item for item in scan(plain) if isinstance(item, Capture)]
    heads = [(r.offset, len(r.head.raw)) for r in raw_records(plain) if isinstance(r, Record)]
    path = plain.with_name("flipped.warc")
    chance = random.Random(3)  # noqa: S311  reproducible on purpose
    for _ in range(600):
        offset, length = chance.choice(heads)
        flipped = bytearray(data)
        flipped[offset + chance.randrange(length)] ^= chance.randrange(1, 256)
        path.write_bytes(flipped)
        payloads = {item.payload for item in scan(path) if isinstance(item, Capture)}
        assert payloads <= {capture.payload for capture in good}
        assert len(payloads) >= len(good) - 1


@pytest.mark.parametrize(
    "garbage",
    [
        b"\0" * 50,
        b"\x1f\x8b\x08 no member",
        b"GARBAGE\r\n\r\n" * 9,
        b"\r\nWARC/1.1 is not a head",
        gzip.compress(b"x", mtime=0),
    ],
)
def test_garbage_between_records_hides_none_of_them(archive: Path, garbage: bytes) -> None:
    """Foreign bytes between any two records, before or behind all of them, cost nothing but a note."""
    data = archive.read_bytes()
    records = [record for record in raw_records(archive) if isinstance(record, Record)]
    good = [told(item) for item in scan(archive) if isinstance(item, Capture)]
    path = archive.with_name(f"garbage-{archive.name}")
    for place in [record.offset for record in records] + [len(data)]:
        path.write_bytes(data[:place] + garbage + data[place:])
        items = list(scan(path))
        assert [told(item) for item in items if isinstance(item, Capture)] == good
        assert [item.offset for item in items if isinstance(item, Damage)] in ([place], [place + 2])
        assert sum(isinstance(item, Skipped) for item in items) == 1


def test_records_appended_behind_a_torn_one_are_found(archive: Path) -> None:
    """What another tool appended to a torn archive is not hidden by the torn record before it."""
    data = archive.read_bytes()
    last = max(record.offset for record in raw_records(archive))
    good = [told(item) for item in scan(archive) if isinstance(item, Capture)]
    path = archive.with_name(f"torn-{archive.name}")
    for cut in range(last + 3, len(data) - 5, 11):
        path.write_bytes(data[:cut] + data)
        items = list(scan(path))
        assert [told(item) for item in items if isinstance(item, Capture)] == good[:-1] + good
        assert [(item.offset, item.length) for item in items if isinstance(item, Damage)] == [(last, cut - last)]


def test_a_single_member_archive_is_read(plain: Path) -> None:
    """All records in one gzip member: each is found by its id at the one address they share."""
    path = plain.with_name("single.warc.gz")
    path.write_bytes(gzip.compress(plain.read_bytes()))
    captures = [item for item in scan(path) if isinstance(item, Capture)]
    assert [told(c) for c in captures] == [told(c) for c in scan(plain) if isinstance(c, Capture)]
    for capture in captures:
        assert (capture.offset, capture.length) == (0, path.stat().st_size)
        assert read_at(path, 0, capture.length, capture.record_id) == capture


def test_a_cut_single_member_archive_gives_the_whole_records_before_the_cut(plain: Path) -> None:
    """Of an archive compressed as one stream and cut, every record that can be inflated whole is read, and one place is torn."""
    data = gzip.compress(plain.read_bytes(), mtime=0)
    good = [told(item) for item in scan(plain) if isinstance(item, Capture)]
    ends = [record.offset + len(record.head.raw) + record.head.length for record in raw_records(plain)][1:]
    path = plain.with_name("single.warc.gz")
    for cut in range(40, len(data), 5):
        path.write_bytes(data[:cut])
        items = tried(path)
        inflated = len(zlib.decompressobj(31).decompress(data[:cut]))
        whole = sum(end <= inflated for end in ends)
        assert [told(item) for item in items if isinstance(item, Capture)] == good[:whole]
        assert sum(isinstance(item, Damage) for item in items) == bool(items)
        for item in items:
            assert not isinstance(item, Capture) or read_at(path, 0, item.length, item.record_id) == item


def test_a_broken_single_member_archive_gives_what_digests_vouch_for(plain: Path) -> None:
    """Of an archive compressed as one broken stream, records before the flaw are read whose blocks have their digests."""
    data = gzip.compress(plain.read_bytes(), mtime=0)
    good = [item for item in scan(plain) if isinstance(item, Capture)]
    path = plain.with_name("single.warc.gz")
    chance = random.Random(5)  # noqa: S311  reproducible on purpose
    most = 0
    for _ in range(300):
        flipped = bytearray(data)
        flipped[chance.randrange(10, len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(flipped)
        items = tried(path)
        found = [item.payload for item in items if isinstance(item, Capture)]
        assert set(found) <= {item.payload for item in good}
        noticed = not items or isinstance(items[-1], Damage)
        assert noticed or gzip.decompress(flipped) == plain.read_bytes()  # there are bits that mean nothing
        most = max(most, len(found))
        for item in items:
            assert not isinstance(item, Capture) or read_at(path, 0, item.length, item.record_id) == item
    assert most == len(good)


def test_a_large_single_member_is_read_as_a_stream(
    plain: Path, monkeypatch: pytest.MonkeyPatch, page: Callable[[int], bytes]
) -> None:
    """A member too large to hold gives the same captures, and a record too large to keep is named, not lost."""
    monkeypatch.setattr("scraper.archive.members.HELD", 1000)
    path = plain.with_name("single.warc.gz")
    path.write_bytes(gzip.compress(plain.read_bytes()))
    assert [told(c) for c in scan(path) if isinstance(c, Capture)] == [told(c) for c in scan(plain) if isinstance(c, Capture)]
    capture = next(item for item in scan(path) if isinstance(item, Capture))
    assert read_at(path, 0, record_id=capture.record_id).payload == page(0)


def test_a_record_without_digest_must_end_where_it_says(tmp_path: Path) -> None:
    """Without a digest only the place of the next record confirms a length: one that fits nothing is damage."""
    path = tmp_path / "x.warc"
    head = "WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: x:{0}\r\nWARC-Date: 2020\r\nContent-Length: {1}\r\n\r\n"
    good = head.format("good", 5).encode() + b"whole\r\n\r\n"
    path.write_bytes(good + head.format("short", 4).encode() + b"longer\r\n\r\n" + good)
    kinds = [(type(item).__name__, getattr(item, "payload", None)) for item in scan(path)]
    assert kinds == [("Capture", b"whole"), ("Damage", None), ("Capture", b"whole")]


def test_a_lying_length_does_not_swallow_its_neighbours(plain: Path) -> None:
    """A Content-Length that reaches over the next records, or over the end of the file, costs its own record only."""
    data = plain.read_bytes()
    good = [told(item) for item in scan(plain) if isinstance(item, Capture)]
    second = [record for record in raw_records(plain) if isinstance(record, Record)][1]
    old = b"Content-Length: %d\r\n\r\n" % second.head.length
    for length in (0, 10, second.head.length + 900, 10**6, 10**17):
        path = plain.with_name("lying.warc")
        path.write_bytes(data.replace(old, b"Content-Length: %d\r\n\r\n" % length, 1))
        found = [told(item) for item in scan(path) if isinstance(item, Capture)]
        assert found == good[1:]


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
@pytest.mark.parametrize("notation", ["hex", "HEX", "base32", "base64"])
def test_digests_are_checked_in_every_notation(algorithm: str, notation: str, tmp_path: Path) -> None:
    """A right digest passes and a wrong one is damage, whatever its algorithm and notation."""
    import base64  # noqa: PLC0415
    import hashlib  # noqa: PLC0415

    for digested, whole in ((b"block", True), (b"other", False)):
        value = hashlib.new(algorithm, digested).digest()
        text = {
            "hex": value.hex(),
            "HEX": value.hex().upper(),
            "base32": base64.b32encode(value).decode().rstrip("="),
            "base64": base64.b64encode(value).decode(),
        }[notation]
        for field in ("WARC-Block-Digest", "WARC-Payload-Digest"):
            path = tmp_path / "x.warc"
            path.write_bytes(
                f"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Target-URI: x:y\r\nWARC-Date: {DATE}\r\n"
                f"{field}: {algorithm}:{text}\r\nContent-Length: 5\r\n\r\nblock\r\n\r\n".encode()
            )
            (item,) = scan(path)
            assert isinstance(item, Capture if whole else Damage)


def test_unknown_digests_are_no_damage(tmp_path: Path) -> None:
    """A digest that nobody here can compute is passed over."""
    path = tmp_path / "x.warc"
    path.write_bytes(
        f"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Target-URI: x:y\r\nWARC-Date: {DATE}\r\n"
        "WARC-Block-Digest: blake9:ABC\r\nContent-Length: 5\r\n\r\nblock\r\n\r\n".encode()
    )
    (item,) = scan(path)
    assert isinstance(item, Capture)


def test_noise_never_crashes_a_scan(compressed: Path) -> None:
    """Archives with whole stretches overwritten are read to their end, all bytes accounted for."""
    data = compressed.read_bytes()
    path = compressed.with_name("noise.warc.gz")
    chance = random.Random(4)  # noqa: S311  reproducible on purpose
    for _ in range(200):
        start = chance.randrange(len(data))
        noise = chance.randbytes(chance.randrange(1, 400))
        path.write_bytes((data[:start] + noise + data[start + len(noise) :])[: len(data)])
        items = tried(path)
        assert not items or accounted(items, path.stat().st_size)


def test_arc_records_are_captures(tmp_path: Path, page: Callable[[int], bytes], http: Callable[..., bytes]) -> None:
    """ARC of both versions, plain and in members, is read; a space in the URL is no hindrance, ids are stable."""
    block = http(page(1))
    first = b"filedesc://x.arc 0.0.0.0 20140216050221 text/plain 76\n1 0 Somebody\n"
    first += b"URL IP-address Archive-date Content-type Archive-length\n".ljust(76 - 13, b" ") + b"\n"
    lines = [
        b"http://example.com/a b?c=1 10.0.0.1 20140216050221 text/html %d\n" % len(block),
        b"http://example.com/2 10.0.0.1 20140216050221 text/html 200 abc - 12345678 x.arc %d\n" % len(block),
    ]
    parts = [first, *(line + block + b"\n" for line in lines)]
    for name, data in (("x.arc", b"".join(parts)), ("x.arc.gz", b"".join(gzip.compress(part) for part in parts))):
        path = tmp_path / name
        path.write_bytes(data)
        assert [item for item in scan(path) if isinstance(item, Damage)] == []
        captures = [item for item in scan(path) if isinstance(item, Capture)]
        assert [c.url for c in captures] == ["http://example.com/a b?c=1", "http://example.com/2"]
        assert {c.payload for c in captures} == {page(1)}
        assert {c.date for c in captures} == {"2014-02-16T05:02:21Z"}
        for capture in captures:
            assert read_at(path, capture.offset, capture.length, capture.record_id) == capture
        path.write_bytes(data[:-20] if name == "x.arc" else data[:-9])
        assert [type(item) for item in scan(path)] == [Skipped, Capture, Damage]


def test_flipped_bytes_of_gzip_headers_are_found(compressed: Path) -> None:
    """A member's header is covered by a CRC of its own: no byte of it can change unnoticed."""
    whole = compressed.read_bytes()
    capture = next(item for item in scan(compressed) if isinstance(item, Capture))
    for position in range(12):
        data = bytearray(whole)
        data[capture.offset + position] ^= 0xFF
        compressed.write_bytes(data)
        with pytest.raises(ArchiveError):
            read_at(compressed, capture.offset, capture.length)


def test_bits_of_foreign_gzip_headers_that_nothing_covers_are_harmless(compressed: Path) -> None:
    """Time stamp and operating system of another tool's member are covered by no check sum, and change nothing."""
    record = next(item for item in scan(compressed) if isinstance(item, Capture))
    data = bytearray(gzip.compress(zlib.decompress(compressed.read_bytes()[record.offset :], 31)))
    path = compressed.with_name("foreign.warc.gz")
    path.write_bytes(data)
    capture = read_at(path, 0)
    for position in range(4, 10):
        data[position] ^= 0xFF
    path.write_bytes(data)
    assert read_at(path, 0, len(data)) == capture


def test_a_record_torn_in_its_head_lends_nothing_to_the_next(plain: Path) -> None:
    """Heads that run into each other are told apart: no URL of the one stands beside the payload of the other."""
    data = plain.read_bytes()
    good = [item for item in scan(plain) if isinstance(item, Capture)]
    path = plain.with_name("torn.warc")
    for cut in range(good[0].offset + 1, good[0].offset + 300, 7):
        path.write_bytes(data[:cut] + data[good[1].offset :])
        assert [told(item) for item in scan(path) if isinstance(item, Capture)] == [told(item) for item in good[1:]]


def test_many_false_heads_cost_no_more_than_their_length(tmp_path: Path) -> None:
    """A file of nothing but torn heads is refused at once, not after reading each to the end of the file."""
    path = tmp_path / "x.warc"
    path.write_bytes(b"WARC/1.0\r\nWARC-Type: response\r\n" * 40_000)
    started = time.monotonic()
    assert all(isinstance(item, Damage) for item in scan(path))
    assert time.monotonic() - started < 10
