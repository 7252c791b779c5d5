"""Answers that an earlier run of a job archived, and that its spider may never have seen."""

from __future__ import annotations

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson

from scraper.archive import Record, index_path, raw_records
from scraper.crawl.answers import Answer, read
from scraper.crawl.latest import Place
from scraper.crawl.threads import in_thread
from scraper.errors import ArchiveError

if TYPE_CHECKING:
    from scraper.crawl.journal import Promise

_log = logging.getLogger(__name__)
_NAME: Final = re.compile(r"(?:-\d{5})?(\.warc(?:\.gz)?)")
_reading: Final = ThreadPoolExecutor(1, "scraper-recall")


async def recall(promise: Promise) -> Answer | None:
    """Read the answer that was going to be archived.

    Returns:
        None where there is none, or not the whole of it: it has to be fetched again.
    """
    return await in_thread(_reading, _recall, promise)


def _recall(promise: Promise) -> Answer | None:
    try:
        place = _place(promise)
        answer = read(place) if place else None
    except ArchiveError as error:
        _log.info("Fetched again, because the archive does not give it back: %s", error)
        return None
    return None if answer is None or answer.truncated else answer


def _place(promise: Promise) -> Place | None:
    """Where the record is: in the archive that was being written, or in one that follows it when that was full."""
    path = Path(promise.warc)
    stem, suffix, _ = _NAME.split(path.name, maxsplit=1)
    for each in sorted(path.parent.glob(f"{escape(stem)}*{suffix}")):
        offset = _offset(each, promise.record_id)
        if offset is not None:
            return Place("", 0, offset, each, promise.record_id)
    return None


def _offset(archive: Path, record_id: str) -> int | None:
    """Where a record begins, as the index says; without one (a kill before it was written), as the archive does."""
    index = index_path(archive)
    if index.exists():
        with index.open(encoding="utf-8") as file:
            found = (orjson.loads(line.split(" ", 2)[2])["offset"] for line in file if record_id in line)
            return next((int(offset) for offset in found), None)
    ids = ((each.head.fields.get("warc-record-id"), each.offset) for each in raw_records(archive) if isinstance(each, Record))
    return next((offset for found, offset in ids if found == record_id), None)
