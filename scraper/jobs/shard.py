"""A shard, a range of an archive, and the one pure function that turns it into output: every engine calls it.

The same shard and the same plugins give the same bytes, whichever process on whichever machine works on it, so that engines differ
only in where shards run and in what they do when a process dies.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Protocol

import attrs

from scraper.archive import Capture, Damage, Originals, Revisit, Skipped, UnreadableCapture, scan
from scraper.errors import SiteError, Unmatched
from scraper.extract import extract, no_page, reject, reject_damage, reject_unreadable
from scraper.jobs.counts import Counts
from scraper.records import Extraction, Rejection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scraper.archive import Item
    from scraper.sites import Registry


@attrs.frozen(slots=True)
class Shard:
    """The records of an archive that begin in a range of bytes.

    Attributes:
        archive: The archive: a path or a URL.
        start: 0, or the offset of a record.
        end: The offset of the record behind the last one; None for the end of the file.
    """

    archive: str
    start: int = 0
    end: int | None = None


class Watch(Protocol):
    """Is told how far a shard is; an engine that watches over its workers learns from it what they died on."""

    def begin(self, index: int, offset: int) -> None:
        """An item was read: its number within the shard, from 0, and its offset in the archive."""

    def beat(self, counts: Counts) -> None:
        """A result was written."""

    def end(self, counts: Counts) -> None:
        """The item is done."""


class _Unwatched:
    """For whom nobody watches."""

    def begin(self, index: int, offset: int) -> None:
        """Nobody asks."""

    def beat(self, counts: Counts) -> None:
        """Nobody asks."""

    def end(self, counts: Counts) -> None:
        """Nobody asks."""


def extract_shard(
    shard: Shard,
    registry: Registry,
    out: IO[bytes],
    rejects: IO[bytes],
    *,
    site: str | None = None,
    originals: Originals | None = None,
    refused: Mapping[int, SiteError] | None = None,
    watch: Watch | None = None,
) -> Counts:
    """Extract a shard.

    Args:
        shard: What to read.
        registry: The sites.
        out: Takes the extractions, one JSON line each.
        rejects: Takes the rejections, one JSON line each.
        site: Only this site's captures are extracted; the others are counted as skipped.
        originals: Finds the captures that revisits refer to; by default in the archive itself and its folder.
        refused: Items, by number within the shard, that no site may have any more, and why: workers died on them.
        watch: Is told how far the shard is.

    Returns:
        The account.

    Raises:
        NotAnArchive: The archive is none, or cannot be read.
        OSError: The output cannot be written.
        Unmatched: There is no such site.
    """
    chosen = registry.only(site) if site else registry
    work = _Work(shard.archive, originals or Originals(), chosen, site, out, rejects, watch or _Unwatched())
    for index, item in enumerate(scan(shard.archive, start=shard.start, end=shard.end)):
        work.watch.begin(index, item.offset)
        work.take(item, (refused or {}).get(index))
        work.watch.end(work.counts)
    return work.counts


@attrs.define(slots=True)
class _Work:
    """The open outputs and the account of a shard under work."""

    archive: str
    originals: Originals
    registry: Registry
    site: str | None
    out: IO[bytes]
    rejects: IO[bytes]
    watch: Watch
    counts: Counts = attrs.field(factory=Counts)

    def take(self, item: Item, refusal: SiteError | None) -> None:
        """Deal with one item of an archive."""
        match item:
            case Capture():
                self.counts.captures += 1
                self._capture(item, refusal)
            case UnreadableCapture():
                self.counts.captures += 1
                self.counts.rejected += 1
                self._write(reject_unreadable(item))
            case Damage():
                self.counts.damaged += 1
                self._write(reject_damage(item))
            case Revisit():
                self._revisit(item, refusal)
            case Skipped():
                self.counts.others[item.reason] += 1

    def _revisit(self, revisit: Revisit, refusal: SiteError | None) -> None:
        """Deal with the capture that was met again, or say why it cannot be established."""
        self.counts.revisits += 1
        original = self.originals.resolve(revisit, self.archive)
        if isinstance(original, Skipped):
            self.counts.captures += 1
            self.counts.skipped[original.reason] += 1
        else:
            self.take(original, refusal)

    def _capture(self, capture: Capture, refusal: SiteError | None) -> None:
        why = no_page(capture)
        if why:
            self.counts.skipped[why] += 1
        elif refusal:
            self.counts.rejected += 1
            self._write(reject(capture, refusal))
        else:
            self._extract(capture)

    def _extract(self, capture: Capture) -> None:
        extracted = False
        for result in extract(capture, self.registry):  # one by one: a capture may hold thousands of records
            if self.site and isinstance(result, Rejection) and result.error == Unmatched.__name__:
                self.counts.skipped[f"not of site {self.site}"] += 1
                return
            extracted = extracted or isinstance(result, Extraction)
            self._write(result)
            self.watch.beat(self.counts)
        self.counts.extracted += extracted
        self.counts.rejected += not extracted

    def _write(self, result: Extraction | Rejection) -> None:
        if isinstance(result, Extraction):
            self.counts.extractions += 1
            self.out.write(result.line())
        else:
            self.counts.rejections += 1
            self.rejects.write(result.line())
