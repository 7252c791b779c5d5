"""WARC in and out: captures read with every check the archive allows, and written so that other tools agree.

for item in scan("crawl.warc.gz"):      # Capture | UnreadableCapture | Revisit | Skipped | Damage: every record accounted for
...
capture = read_at("crawl.warc.gz", offset=1234, record_id="<urn:uuid:…>")
"""

from __future__ import annotations

from scraper.archive.capture import Capture, Damage, Item, Revisit, Skipped, UnreadableCapture, Visit
from scraper.archive.framing import Hole, Record
from scraper.archive.index import Finder, archives_named, build_index, file_sha256, find, index_path, indexed_sha256
from scraper.archive.interpret import interpret
from scraper.archive.originals import Originals
from scraper.archive.place import Place, as_path
from scraper.archive.ranges import boundaries
from scraper.archive.reader import MAX_PAYLOAD, raw_records, read_at, record_at, scan
from scraper.archive.repairing import LeftOut, Repair, repair
from scraper.archive.volume import Cut
from scraper.archive.writer import ArchiveWriter, Written

__all__ = [
    "MAX_PAYLOAD",
    "ArchiveWriter",
    "Capture",
    "Cut",
    "Damage",
    "Finder",
    "Hole",
    "Item",
    "LeftOut",
    "Originals",
    "Place",
    "Record",
    "Repair",
    "Revisit",
    "Skipped",
    "UnreadableCapture",
    "Visit",
    "Written",
    "archives_named",
    "as_path",
    "boundaries",
    "build_index",
    "file_sha256",
    "find",
    "index_path",
    "indexed_sha256",
    "interpret",
    "raw_records",
    "read_at",
    "record_at",
    "repair",
    "scan",
]
