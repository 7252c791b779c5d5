"""Hundreds of damaged archives: no crash, no hang, all of what the damage left whole is read and repaired, nothing else is."""

from __future__ import annotations

import gzip
import random
import time
from typing import TYPE_CHECKING, Any

import pytest
from damaging import damage, outside
from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator

from scraper.archive import Damage, Hole, Record, raw_records, repair, scan
from scraper.archive.compose import TERMINATOR, compose_head
from scraper.archive.digests import read_digest
from scraper.errors import ArchiveError, NotAnArchive, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

SECONDS = 20
SMALL = 60_000


def content(records: Iterable[Record | Hole]) -> list[tuple[bytes, bytes]]:
    """Head and block of each whole record."""
    return [(record.head.raw, record.block) for record in records if isinstance(record, Record)]


def tortured(originals: list[Path], folder: Path, count: int, seed: int) -> int:
    """Damage archives, read and repair each, check what came of it; returns how many records were outside the damage."""
    chance = random.Random(seed)  # noqa: S311  reproducible on purpose
    whole = {path: list(raw_records(path)) for path in originals}
    recovered = 0
    for number in range(count):
        path, donor = originals[number % len(originals)], chance.choice(originals)
        damaged = damage(path.read_bytes(), donor.read_bytes(), chance)
        target = folder / f"{number}-{path.name}"
        target.write_bytes(damaged.data)
        records = [record for record in whole[path] if isinstance(record, Record)]
        pure = len(records) == len(whole[path])
        expected = outside(records, damaged) if pure else []
        try:
            checked(target, expected, content([*records, *whole[donor]]))
        except AssertionError as error:
            raise AssertionError(f"{number} of seed {seed}: {path.name} with {donor.name}") from error
        recovered += len(expected)
        target.unlink()
    return recovered


def checked(path: Path, expected: list[Record], known: list[tuple[bytes, bytes]]) -> None:
    """Check what is read of a damaged archive, and what repair makes of it."""
    started = time.monotonic()
    try:
        read = list(raw_records(path))
        items = list(scan(path))
    except NotAnArchive:
        assert not expected
        return
    assert time.monotonic() - started < SECONDS
    found = content(read)
    assert {record.offset for record in read if isinstance(record, Hole)} <= {i.offset for i in items if isinstance(i, Damage)}
    remaining = list(found)
    for record in content(expected):
        assert record in remaining
        remaining.remove(record)
    for record in read:
        if isinstance(record, Record) and read_digest(record.head.fields.get("warc-block-digest")):
            assert record.block in {block for _, block in known}
    damaged = {id(record) for record, item in zip(read, items, strict=True) if isinstance(item, Damage)}
    repaired(path, [record for record in read if id(record) not in damaged])


def repaired(path: Path, good: list[Any]) -> None:
    """Check that repair writes the good records and nothing else, as two other readers see it too."""
    target = path.with_name("repaired.warc.gz")
    if any(record.head.arc for record in good) or not good:
        with pytest.raises((UsageError, ArchiveError)):
            repair(path, target)
        assert not target.exists()
        return
    try:
        done = repair(path, target)
    except UsageError:  # an ARC, of which a damaged record came first
        return
    assert done.kept == len(good)
    assert content(raw_records(target)) == content(good)
    if not any(b"\n\t" in record.head.raw for record in good):  # fastwarc refuses some folded heads, damaged or not
        with target.open("rb") as file:
            assert sum(1 for _ in FastIterator(file, parse_http=False)) == len(good)
    with target.open("rb") as file:
        blocks = [record.content_stream().read() for record in ArchiveIterator(file, no_record_parse=True)]
    assert blocks == [record.block for record in good]
    target.unlink()
    target.with_name(f"{target.name}.cdxj").unlink()


def composed(page: Callable[[int], bytes], http: Callable[..., bytes]) -> bytes:
    """An archive that is the same on every run."""
    parts = []
    for number in range(6):
        block, record_id = http(page(number)), f"<urn:uuid:00000000-0000-4000-8000-{number:012d}>"
        fields = [("WARC-Target-URI", f"https://example.com/{number}"), ("Content-Type", "application/http; msgtype=response")]
        parts += [compose_head("response", fields, block, date="2026-11-21T07:04:00Z", record_id=record_id), block, TERMINATOR]
    return b"".join(parts)


def test_what_damage_leaves_whole_is_read_and_repaired(
    tmp_path: Path, page: Callable[[int], bytes], http: Callable[..., bytes]
) -> None:
    """Archives in members, uncompressed and in one stream, with fifty damages each: cuts, flips, gaps, noise and splices."""
    plain, members, stream = (tmp_path / name for name in ("plain.warc", "members.warc.gz", "stream.warc.gz"))
    plain.write_bytes(composed(page, http))
    repair(plain, members)
    stream.write_bytes(gzip.compress(plain.read_bytes(), mtime=0))
    assert tortured([plain, members, stream], tmp_path, 150, seed=1) > 150


@pytest.mark.shared_data
def test_two_hundred_damaged_foreign_archives(shared: Path, tmp_path: Path) -> None:
    """Archives of other tools with cuts, flips and splices of each other."""
    originals = [path for path in sorted((shared / "archives").iterdir()) if path.suffix != ".wacz" and path.stat().st_size < SMALL]
    assert tortured(originals, tmp_path, 200, seed=2) > 100
