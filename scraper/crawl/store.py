"""The archive of one crawl: written to by one thread at a time, and read back before anything is said about a page."""

from __future__ import annotations

import logging
import re
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import attrs

from scraper.archive import MAX_PAYLOAD, ArchiveWriter, Capture, Revisit, interpret, read_at, record_at
from scraper.archive.volume import unfinished
from scraper.crawl.dedupe import Dedupe
from scraper.crawl.records import Entry, entries, revisit, target
from scraper.errors import NotAnArchive, PayloadError, RecordNotFound, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from scraper.archive import Written
    from scraper.crawl.exchange import Download
    from scraper.crawl.options import Options

_log = logging.getLogger(__name__)
_UNFIT: Final = re.compile(r"[^\w.\-]+", re.ASCII)


@attrs.frozen
class Stored:
    """What became of a download.

    Attributes:
        counts: What was written, by the name under which it is counted.
        capture: The page as it stands in the archive, or None where it holds no page: an error, a redirect, nothing at all.
        unreadable: Why the page's payload cannot be decoded, if it cannot.
    """

    counts: Counter[str]
    capture: Capture | None = None
    unreadable: PayloadError | None = None


class Store:
    """Writes the records of downloads.

    Args:
        path: The archive; with a bound on size, the first.
        options: Bounds.
        info: Fields of the warcinfo record.
        software: Who writes, for the warcinfo record.

    Raises:
        ArchiveError: The archive cannot be written.
        UsageError: Another process writes it.
    """

    def __init__(self, path: Path, options: Options, *, software: str, info: dict[str, str]) -> None:
        self._writer = ArchiveWriter(path, max_size=options.max_size, software=software, info=info, sync_every=options.sync_every)
        self._dedupe = Dedupe(options.folder) if options.dedupe else None
        self._read_back = options.extract

    @property
    def path(self) -> Path:
        """The archive that is being written."""
        return self._writer.current

    def add(self, download: Download) -> Stored:
        """Write a download's records, and read its page back.

        Raises:
            ArchiveError: The disk is full or failing, or does not give back what was written.
        """
        counts: Counter[str] = Counter()
        page: _Page | None = None
        for entry in entries(download):
            added = self._add(entry, counts)
            page = added if entry.status is not None and _holds_page(entry) else page
        if page is None or not self._read_back or download.failure is not None:
            return Stored(counts)
        try:
            return Stored(counts, _capture(page))
        except PayloadError as error:
            return Stored(counts, unreadable=error)

    def close(self) -> None:
        """Finish the archive.

        Raises:
            ArchiveError: The disk is full or failing; `NAME.open` stays.
        """
        self._writer.close()
        if self._dedupe is not None:
            self._dedupe.close()

    def _add(self, entry: Entry, counts: Counter[str]) -> _Page:
        """Write a record, or in a response's place the revisit of what is archived already."""
        seen = self._dedupe.look(entry) if self._dedupe is not None else None
        original = seen.original if seen is not None else None
        kept = entry if original is None else revisit(entry, original.capture, original.digest)
        written = self._write(kept)
        if self._dedupe is not None and seen is not None and original is None:
            self._dedupe.note(seen, written)
        counts += _counted(kept, written)
        if original is not None:
            counts["archive/spared"] += len(entry.block) - len(kept.block)
        return _Page(written, None if original is None else original.capture)

    def _write(self, entry: Entry) -> Written:
        if entry.kind == "response":
            return self._writer.write_response(entry.url, entry.date, entry.block, record_id=entry.record_id, headers=entry.headers)
        headers = (target(entry), *entry.headers)
        return self._writer.write_record(entry.kind, headers, entry.block, date=entry.date, record_id=entry.record_id)


@attrs.frozen
class _Page:
    """A page that was written: where, and for a revisit the capture that holds its payload."""

    written: Written
    original: Capture | None


def _capture(page: _Page) -> Capture | None:
    """Read a page from the archive, with every check that a later reading makes."""
    at = page.written
    if page.original is None:
        capture = read_at(unfinished(at.path), at.offset, at.length, at.record_id)
        return attrs.evolve(capture, warc=at.path.name) if capture.payload else None
    item = interpret(record_at(unfinished(at.path), at.offset, at.record_id), at.path, max_payload=MAX_PAYLOAD)
    if not isinstance(item, Revisit):
        raise RecordNotFound("the revisit that was written is none", path=at.path, offset=at.offset)
    return attrs.evolve(page.original, revisit=item.visit)


def archive_path(folder: Path, spider: str) -> Path:
    """Name the archive of a crawl that begins now: `<spider>-<UTC timestamp>.warc.gz`."""
    return folder / f"{_stem(spider)}-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.warc.gz"


def recover(folder: Path, spider: str) -> list[Path]:
    """Finish what earlier crawls of a spider left unfinished because they were killed: cut torn ends off, rename, index.

    Args:
        folder: Where archives are.
        spider: The spider's name.

    Returns:
        The archives that are finished now. Those that a running crawl is writing to stay as they are.

    Raises:
        ArchiveError: The folder cannot be written to.
    """
    found = []
    for draft in sorted(folder.glob(f"{_stem(spider)}-*.warc.gz.open")):
        try:
            with ArchiveWriter(draft.with_suffix("")) as writer:
                found.append(writer.current)
        except (UsageError, NotAnArchive) as error:
            _log.info("%s stays as it is: %s", draft, error)
    return found


def _stem(spider: str) -> str:
    return _UNFIT.sub("_", spider) or "spider"


def _holds_page(entry: Entry) -> bool:
    """Whether a response is a success (RFC 9110 §15.3) that came whole; `scraper extract` asks the same."""
    whole = "WARC-Truncated" not in dict(entry.headers)
    return whole and entry.status is not None and 200 <= entry.status < 300  # noqa: PLR2004


def _counted(entry: Entry, written: Written) -> Counter[str]:
    """Count one record."""
    headers = dict(entry.headers)
    counts = Counter({"archive/records": 1, f"archive/records/{entry.kind}": 1, "archive/bytes": written.length})
    if entry.status is not None:
        counts[f"archive/fidelity/{headers['WARC-Scraper-Fidelity']}"] = 1
    if "WARC-Truncated" in headers and entry.kind != "revisit":
        counts[f"archive/truncated/{headers['WARC-Truncated']}"] = 1
    return counts
