"""The plain engine: one archive after the other, in this process.

Output goes to a temporary name and is renamed when it is whole, so that a file of the asked name is always complete.
"""

from __future__ import annotations

import contextlib
from typing import IO, TYPE_CHECKING

from scraper.archive import Capture, Damage, Skipped, UnreadableCapture, scan
from scraper.errors import NotAnArchive, Unmatched, UsageError
from scraper.extract import extract, reject_damage, reject_unreadable
from scraper.jobs.counts import Counts
from scraper.records import Extraction, Rejection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from scraper.archive import Item
    from scraper.sites import Registry

    Notice = Callable[[Path, "Item"], None]


def extract_archives(
    archives: Iterable[Path],
    registry: Registry,
    out: Path,
    rejects: Path,
    *,
    site: str | None = None,
    notice: Notice = lambda _path, _item: None,
    complain: Callable[[NotAnArchive], None] = lambda _error: None,
) -> Counts:
    """Extract archives into a file of extractions and a file of rejections.

    Args:
        archives: The archive files, in the order of the output.
        registry: The sites.
        out: Where the extractions go, one JSON line each.
        rejects: Where the rejections go, one JSON line each.
        site: Only this site's captures are extracted; the others are counted as skipped.
        notice: Called after each item, for progress.
        complain: Called for each input that is no archive; the job goes on with the next.

    Returns:
        The account.

    Raises:
        UsageError: The output cannot be written.
        Unmatched: There is no such site.
    """
    job = _Job(registry.only(site) if site else registry, site)
    with _whole(out) as job.out, _whole(rejects) as job.rejects:
        for path in dict.fromkeys(archives):
            try:
                for item in scan(path):
                    job.take(item)
                    notice(path, item)
            except NotAnArchive as error:
                job.counts.unreadable += 1
                complain(error)
    return job.counts


class _Job:
    """The open outputs and the account of a running job."""

    out: IO[bytes]
    rejects: IO[bytes]

    def __init__(self, registry: Registry, site: str | None) -> None:
        self.registry = registry
        self.site = site
        self.counts = Counts()

    def take(self, item: Item) -> None:
        """Deal with one item of an archive."""
        match item:
            case Capture():
                self.counts.captures += 1
                self._extract(item)
            case UnreadableCapture():
                self.counts.captures += 1
                self.counts.rejected += 1
                self._write(reject_unreadable(item))
            case Damage():
                self.counts.damaged += 1
                self._write(reject_damage(item))
            case Skipped():
                self.counts.others[item.reason] += 1

    def _extract(self, capture: Capture) -> None:
        why = _no_page(capture)
        if why:
            self.counts.skipped[why] += 1
            return
        extracted = False
        for result in extract(capture, self.registry):  # one by one: a capture may hold thousands of records
            if self.site and isinstance(result, Rejection) and result.error == Unmatched.__name__:
                self.counts.skipped[f"not of site {self.site}"] += 1
                return
            extracted = extracted or isinstance(result, Extraction)
            self._write(result)
        self.counts.extracted += extracted
        self.counts.rejected += not extracted

    def _write(self, result: Extraction | Rejection) -> None:
        if isinstance(result, Extraction):
            self.counts.extractions += 1
            self.out.write(result.line())
        else:
            self.counts.rejections += 1
            self.rejects.write(result.line())


def _no_page(capture: Capture) -> str | None:
    """Say why a capture holds no page to extract: an error, a redirect, a page cut short, nothing at all."""
    if capture.status is not None and not 200 <= capture.status < 300:  # noqa: PLR2004  # success, RFC 9110 §15.3
        return f"HTTP status {capture.status}"
    if capture.truncated:  # what a cut page lacks could not be told from what it never showed
        return f"truncated: {capture.truncated}"
    return None if capture.payload else "empty payload"


@contextlib.contextmanager
def _whole(path: Path) -> Iterator[IO[bytes]]:
    """Open a file under a temporary name beside it, and rename it when the block ends well."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            yield file
        part.replace(path)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        with contextlib.suppress(OSError):  # what could not be made need not be removed
            part.unlink()
