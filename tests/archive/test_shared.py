"""Archives of other tools, about a third of them damaged or odd on purpose."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from scraper.archive import Capture, Damage, Item, UnreadableCapture, raw_records, read_at, scan
from scraper.errors import NotAnArchive

if TYPE_CHECKING:
    from pathlib import Path

CAPTURES = {"response", "resource", "conversion"}


def theirs(path: Path) -> list[tuple[str, bytes]] | None:
    """URL and payload of each capture as warcio reads them; None where it gives up."""
    found = []
    try:
        with path.open("rb") as file:
            for record in ArchiveIterator(file, arc2warc=True):
                if record.rec_type in CAPTURES:
                    url = record.rec_headers.get_header("WARC-Target-URI").strip("<>").replace("%20", " ")
                    found.append((url, record.content_stream().read()))
    except (ArchiveLoadFailed, AttributeError):  # the latter: its brotli reader does not fit today's brotli
        return None
    return found


def covered(items: list[Item], size: int) -> bool:
    """Whether items fill a file but for newlines between them; records of one gzip member share their place."""
    places = sorted({(item.offset, item.length or 0) for item in items})
    slack = sum(b[0] - a[0] - a[1] for a, b in pairwise(places))
    return places[0][0] == 0 and 0 <= slack <= 4 * len(places) and size - sum(places[-1]) <= 4


@pytest.mark.shared_data
def test_every_record_of_every_foreign_archive_is_accounted_for(shared: Path) -> None:
    """No crash, no gap: each file is read to its end, and each capture is the same in random access."""
    kinds: Counter[str] = Counter()
    for path in sorted((shared / "archives").iterdir()):
        if path.suffix == ".wacz":
            with pytest.raises(NotAnArchive, match="scraper load"):
                list(scan(path))
            continue
        items = list(scan(path))
        kinds.update(type(item).__name__ for item in items)
        assert covered(items, path.stat().st_size), path.name
        for item in items:
            if isinstance(item, Capture):
                assert read_at(path, item.offset, item.length, item.record_id) == item
    assert kinds["Capture"] > 600
    assert kinds["Skipped"] > 900


def counted(path: Path) -> list[int]:
    """How many records warcio and fastwarc find; nothing of a reader that gives up."""
    counts = []
    with path.open("rb") as file, suppress(ArchiveLoadFailed):  # several records in one member are too much for it
        counts.append(
            sum(1 for record in ArchiveIterator(file, no_record_parse=True) if record.content_stream().read() is not None)
        )
    with path.open("rb") as file, suppress(OSError):  # an ARC, or a head with folded lines
        counts.append(sum(1 for _ in FastIterator(file, parse_http=False)))
    return counts


@pytest.mark.shared_data
def test_two_readers_count_the_records_of_undamaged_archives_alike(shared: Path) -> None:
    """Where we see no damage, every reader that gets to the end finds as many records as we do."""
    compared = 0
    for path in sorted((shared / "archives").iterdir()):
        if path.suffix != ".wacz" and not any(isinstance(item, Damage) for item in scan(path)):
            counts = counted(path)
            assert set(counts) <= {sum(1 for _ in raw_records(path))}, path.name
            compared += len(counts)
    assert compared > 100


@pytest.mark.shared_data
def test_undamaged_foreign_archives_read_as_warcio_reads_them(shared: Path) -> None:
    """Where nothing is damaged, captures, URLs and payload bytes are those of an independent reader."""
    compared = 0
    for path in sorted((shared / "archives").iterdir()):
        if path.suffix == ".wacz":
            continue
        items = list(scan(path))
        odd: list[Any] = [item for item in items if isinstance(item, Damage | UnreadableCapture)]
        other = theirs(path)
        if odd or other is None:
            continue
        ours = [(item.url.replace("%20", " "), item.payload) for item in items if isinstance(item, Capture)]
        assert [url for url, _ in ours] == [url for url, _ in other]
        for mine, its in zip(ours, other, strict=True):
            # warcio takes a block for HTTP by its URL, whatever Content-Type says: chrome-extension: is none to it
            assert mine == its or not mine[0].startswith("http"), path.name
        compared += len(ours)
    assert compared > 500
