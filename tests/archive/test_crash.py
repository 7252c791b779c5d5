"""A writer that is killed loses nothing that it acknowledged."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from scraper.archive import ArchiveWriter, Capture, Damage, scan

if TYPE_CHECKING:
    from pathlib import Path

WRITER = """
import sys
from scraper.archive import ArchiveWriter
number = int(sys.argv[2])
with ArchiveWriter(sys.argv[1]) as writer:
    while True:
        body = (f"page {number} " * 3000).encode()
        writer.write_resource(f"https://example.com/{number}", "2026-11-21T07:04:00Z", body, media_type="text/plain")
        print(number, flush=True)
        number += 1
"""


def test_a_killed_writer_loses_no_acknowledged_record(tmp_path: Path) -> None:
    """Twenty times killed at a random moment and opened again: every acknowledged record is there, once and whole."""
    path = tmp_path / "x.warc.gz"
    chance = random.Random(5)  # noqa: S311  any moment will do
    acknowledged: list[int] = []
    for _ in range(20):
        start = max(acknowledged, default=-1) + 2  # a record may have been written and its acknowledgement lost
        with subprocess.Popen([sys.executable, "-c", WRITER, path, str(start)], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            first = process.stdout.readline()
            time.sleep(chance.random() / 20)
            process.kill()
            lines = (first + process.stdout.read()).splitlines()
        acknowledged += [int(line) for line in lines if line.isdigit()]
    with ArchiveWriter(path) as writer:
        assert len(writer.cuts) <= 1
    items = list(scan(path))
    assert not [item for item in items if isinstance(item, Damage)]
    numbers = [int(item.payload.split()[1]) for item in items if isinstance(item, Capture)]
    assert len(acknowledged) >= 20
    assert set(acknowledged) <= set(numbers)
    assert len(numbers) == len(set(numbers))
    assert all(item.payload.count(b"page") == 3000 for item in items if isinstance(item, Capture))


def test_an_unfinished_archive_is_readable_under_its_unfinished_name(tmp_path: Path) -> None:
    """While it is written, an archive bears the name `NAME.open`, and what was acknowledged can be read there."""
    path = tmp_path / "x.warc.gz"
    with ArchiveWriter(path, sync_every=1) as writer:
        writer.write_resource("x:y", "2026", b"z", media_type="text/plain")
        assert not path.exists()
        assert [item.payload for item in scan(f"{path}.open") if isinstance(item, Capture)] == [b"z"]
    assert not path.with_name("x.warc.gz.open").exists()


def test_what_was_cut_off_is_reported(tmp_path: Path) -> None:
    """The torn end of an unfinished archive is cut off with a note of where, how much and why."""
    path = tmp_path / "x.warc.gz"
    with ArchiveWriter(path) as writer:
        last = writer.write_resource("x:y", "2026", b"z" * 1000, media_type="text/plain")
    torn = path.rename(path.with_name("x.warc.gz.open"))
    torn.write_bytes(torn.read_bytes()[:-4])
    with ArchiveWriter(path) as writer:
        (cut,) = writer.cuts
    assert (cut.path, cut.offset, cut.length) == (path, last.offset, last.length - 4)
    assert "cut" in cut.reason
    assert path.stat().st_size == last.offset
