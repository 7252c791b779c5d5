"""Archives read in ranges: whatever the cuts and the damage, the ranges together are the whole."""

from __future__ import annotations

import gzip
import random
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from scraper.archive import Item, Record, boundaries, index_path, raw_records, scan
from scraper.errors import NotAnArchive

if TYPE_CHECKING:
    from pathlib import Path


def joined(path: Path, cuts: list[int]) -> list[Item]:
    """What the ranges between some cuts give, one after the other."""
    return [item for start, end in pairwise([0, *cuts, None]) for item in scan(path, start=start or 0, end=end)]


def records_at(path: Path) -> set[int]:
    """Where whole records begin."""
    return {record.offset for record in raw_records(path) if isinstance(record, Record)}


def damaged(data: bytes, chance: random.Random) -> bytes:
    """A file of the same records with a few places cut out, overwritten, put in, or repeated."""
    for _ in range(chance.randrange(4)):
        at, size = chance.randrange(len(data)), chance.randrange(1, 300)
        put = chance.choice([b"", chance.randbytes(size), b"\r\n\r\nGARBAGE\r\n", data[:size], gzip.compress(b"x", mtime=0)])
        data = data[:at] + put + data[at + chance.choice([0, 1, size, len(put)]) :]
    return data


def test_ranges_cut_anywhere_give_what_one_scan_gives(archive: Path) -> None:
    """Cut before each item, before every item, and at random choices of items: the same items in the same order."""
    data = archive.read_bytes()
    path = archive.with_name(f"damaged-{archive.name}")
    chance = random.Random(7)  # noqa: S311  reproducible on purpose
    for _ in range(120):
        path.write_bytes(damaged(data, chance))
        try:
            whole = list(scan(path))
        except NotAnArchive:
            continue
        offsets = sorted({item.offset for item in whole})
        assert records_at(path) - {0} <= set(boundaries(path, 1)) <= set(offsets) - {0}
        assert joined(path, offsets) == whole
        assert joined(path, chance.sample(offsets, 1)) == whole
        assert joined(path, sorted(chance.sample(offsets, len(offsets) // 2))) == whole


def test_a_range_reads_its_last_record_to_the_end(archive: Path) -> None:
    """What begins in a range belongs to it, wherever it ends; a range in which nothing begins is empty."""
    first, second, *_ = (record.offset for record in raw_records(archive))
    assert [item.offset for item in scan(archive, end=1)] == [first]
    assert [item.offset for item in scan(archive, start=second, end=second + 1)] == [second]
    assert list(scan(archive, start=second, end=second)) == []
    assert list(scan(archive, start=archive.stat().st_size)) == []


def test_boundaries_make_ranges_of_the_asked_size(archive: Path) -> None:
    """Ranges have at least the asked size but for the last one, and none is larger than it must be."""
    records = [record for record in raw_records(archive) if isinstance(record, Record)]
    longest = max(record.length for record in records)
    for step in (1, 500, 1500, 10**6):
        cuts = list(boundaries(archive, step))
        sizes = [end - start for start, end in pairwise([0, *cuts])]
        assert all(step <= size < step + longest for size in sizes)
        assert joined(archive, cuts) == list(scan(archive))


def test_an_index_gives_the_boundaries_only_while_it_is_the_archives(archive: Path) -> None:
    """The index of the very archive is believed; of an archive that changed since, or where it points astray, it is not."""
    captures = [record.offset for record in raw_records(archive) if isinstance(record, Record)][1:]
    assert list(boundaries(archive, 1)) == captures
    data = archive.read_bytes()
    archive.write_bytes(data[captures[0] :])
    assert list(boundaries(archive, 1)) == [offset - captures[0] for offset in captures[1:]]
    archive.write_bytes(data)
    index = index_path(archive)
    index.write_bytes(index.read_bytes().replace(b'"offset":"%d"' % captures[1], b'"offset":"%d"' % (captures[1] + 1)))
    assert list(boundaries(archive, 1)) == captures[:1] + captures[2:]


@pytest.mark.shared_data
def test_foreign_archives_are_read_in_ranges_as_in_one(shared: Path) -> None:
    """Of every foreign archive, ranges of one item each give the items of one scan."""
    for path in sorted((shared / "archives").iterdir()):
        if path.suffix == ".wacz":
            continue
        cuts = [record.offset for record in raw_records(path) if isinstance(record, Record)]
        found = [str(item) for item in joined(path, sorted(set(cuts))[:: max(1, len(cuts) // 40)])]
        whole = list(scan(path))
        assert found == [str(item) for item in whole], path.name
        assert set(cuts) - {0} <= set(boundaries(path, 1)) <= {item.offset for item in whole}, path.name
