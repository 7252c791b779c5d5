"""The archive of one crawl, written to by one thread at a time; what is said of a page is what readers will find in its record."""

from __future__ import annotations

import logging
import re
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import attrs

from scraper.archive import ArchiveWriter, Capture, Revisit, UnreadableCapture
from scraper.crawl.dedupe import Dedupe
from scraper.crawl.records import Entry, entries, revisit, target
from scraper.errors import NotAnArchive, UsageError

if TYPE_CHECKING:
    from pathlib import Path
    from typing import TypeGuard

    from scraper.archive import Written
    from scraper.archive.capture import Item
    from scraper.archive.payload import Payload
    from scraper.crawl.exchange import Download
    from scraper.crawl.options import Options

_log = logging.getLogger(__name__)
_UNFIT: Final = re.compile(r"[^\w.\-]+", re.ASCII)


@attrs.frozen
class Stored:
    """What became of a download.

    Attributes:
        counts: What was written, by the name under which it is counted.
        page: The page as it stands in the archive, or why it cannot be read; None where there is none: an error, a redirect,
            nothing at all.
    """

    counts: Counter[str]
    page: Capture | UnreadableCapture | None = None


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
        self._extract = options.extract

    @property
    def path(self) -> Path:
        """The archive that is being written."""
        return self._writer.current

    def add(self, download: Download) -> Stored:
        """Write a download's records.

        Raises:
            ArchiveError: The disk is full or failing.
        """
        counts: Counter[str] = Counter()
        page: Item | None = None
        for entry in entries(download):
            added = self._add(entry, counts)
            page = added if entry.status is not None and _succeeds(entry) else page
        return Stored(counts, page if self._extract and download.failure is None and holds_page(page) else None)

    def close(self) -> None:
        """Finish the archive.

        Raises:
            ArchiveError: The disk is full or failing; `NAME.open` stays.
        """
        self._writer.close()
        if self._dedupe is not None:
            self._dedupe.close()

    def _add(self, entry: Entry, counts: Counter[str]) -> Item:
        """Write a record, or in a response's place the revisit of what is archived already; and say what readers will find."""
        seen = self._dedupe.look(entry) if self._dedupe is not None else None
        original = seen.original if seen is not None else None
        kept = entry if original is None else revisit(entry, original.capture, original.digest)
        written = self._write(kept, None if seen is None else seen.payload)
        if self._dedupe is not None and seen is not None and original is None:
            self._dedupe.note(seen, written)
        counts += _counted(kept, written)
        if original is None:
            return written.item
        counts["archive/spared"] += len(entry.block) - len(kept.block)
        return attrs.evolve(original.capture, revisit=written.item.visit) if isinstance(written.item, Revisit) else written.item

    def _write(self, entry: Entry, payload: Payload | None) -> Written:
        url, date, record_id, headers = entry.url, entry.date, entry.record_id, entry.headers
        if entry.kind == "response":
            return self._writer.write_response(url, date, entry.block, record_id=record_id, headers=headers, payload=payload)
        return self._writer.write_record(entry.kind, (target(entry), *headers), entry.block, date=date, record_id=record_id)


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


def holds_page(item: Item | None) -> TypeGuard[Capture | UnreadableCapture]:
    """Whether something archived is a page, be it one that cannot be read."""
    return isinstance(item, UnreadableCapture) or (isinstance(item, Capture) and bool(item.payload))


def _succeeds(entry: Entry) -> bool:
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
