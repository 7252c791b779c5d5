"""One crawl's archive and extraction, shared by what Scrapy builds: download handlers, the spider middleware, the add-on.

Back-pressure needs no queue of its own: a download handler gives its response out only once its records are with the operating
system, so no more downloads wait for the writing thread than Scrapy has under way (`CONCURRENT_REQUESTS`).
"""

from __future__ import annotations

import atexit
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import scrapy
import twisted
from scrapy import signals
from scrapy.exceptions import CloseSpider, NotConfigured
from scrapy.utils.defer import deferred_from_coro

from scraper import __version__
from scraper.archive import UnreadableCapture
from scraper.crawl.guests import GuestThread
from scraper.crawl.items import ExtractionItem
from scraper.crawl.options import Options
from scraper.crawl.rejects import Rejects
from scraper.crawl.store import Store, archive_path, recover
from scraper.crawl.threads import in_thread
from scraper.errors import ArchiveError, PageTimeout, ScraperError, Unmatched
from scraper.extract import extract, reject, reject_unreadable
from scraper.records import Extraction, Rejection
from scraper.sites import Registry, load_registry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from scrapy import Request, Spider
    from scrapy.crawler import Crawler

    from scraper.archive import Capture
    from scraper.crawl.exchange import Download
    from scraper.crawl.store import Stored

_log = logging.getLogger(__name__)
REASON: Final = "archive_failed"
"""The close reason of a crawl that could not archive its pages, or not list its rejections."""


class Archiver:
    """Archives downloads, and extracts their pages.

    Args:
        crawler: The crawl; one archiver each.

    Raises:
        UsageError: A setting's value is of no use.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.options = Options.of(crawler.settings)
        self.handlers: dict[str, Any] = {}
        self._crawler = crawler
        self._writing = ThreadPoolExecutor(1, "scraper-archive")
        self._extracting = GuestThread("scraper-extract")
        self._captures: WeakKeyDictionary[Request, Capture] = WeakKeyDictionary()
        self._fidelity: dict[str, str] = {}
        self._store: Store | None = None
        self._rejects: Rejects | None = None
        self._registry = Registry([])
        self._failure: Exception | None = None
        crawler.signals.connect(self._open, signals.spider_opened)
        crawler.signals.connect(self._close, signals.spider_closed)

    @classmethod
    def of(cls, crawler: Crawler) -> Archiver:
        """Return a crawl's archiver, which its add-on holds.

        Raises:
            NotConfigured: The add-on is not in use.
        """
        for addon in crawler.addons.addons:
            archiver = getattr(addon, "archiver", None)
            if isinstance(archiver, cls):
                return archiver
        raise NotConfigured("the add-on scraper.crawl.Addon is not in ADDONS, or is switched off")

    @property
    def path(self) -> Path | None:
        """The archive that is being written; None when there is none."""
        return None if self._store is None else self._store.path

    def note(self, scheme: str, fidelity: str) -> None:
        """Say how faithful the records of a URL scheme will be, for the warcinfo record."""
        self._fidelity[scheme] = fidelity

    async def add(self, request: Request, download: Download) -> None:
        """Archive a download; it is with the operating system when this returns.

        Raises:
            ArchiveError: It could not be archived, or an earlier one could not: the crawl is being stopped.
        """
        if self._failure is not None or self._store is None:
            raise ArchiveError(f"not archived, the crawl is being stopped: {self._failure or 'there is no archive'}")
        try:
            stored = await in_thread(self._writing, self._store.add, download)
        except Exception as error:
            self._stop(error)
            raise
        self._count(stored.counts)
        self.keep(request, stored)

    async def extract(self, request: Request | None) -> list[ExtractionItem]:
        """Extract the page that was captured for a request, once; a page that no site knows gives nothing.

        Args:
            request: The request of a response; None, and a request whose response came from elsewhere (a cache), give nothing.
        """
        capture = None if request is None else self._captures.pop(request, None)
        if capture is None:
            return []
        results: list[Extraction | Rejection]
        try:
            results = await in_thread(self._extracting, lambda: list(extract(capture, self._registry)))
        except PageTimeout as error:  # and did not heed its interruption
            results = [reject(capture, error)]
        return list(self._items(results))

    def missed(self, request: Request | None) -> None:
        """Count a captured page whose callback failed before anything could be put beside its output."""
        if request is not None and self._captures.pop(request, None) is not None:
            self._count({"extract/missed": 1})

    def _items(self, results: list[Extraction | Rejection]) -> Iterator[ExtractionItem]:
        for result in results:
            if isinstance(result, Extraction):
                self._count({"extract/extractions": 1})
                yield ExtractionItem(result.to_json())
            elif result.error == Unmatched.__name__:
                self._count({"extract/unmatched": 1})
                self._list(result)
            else:
                self._reject(result)

    def _reject(self, rejection: Rejection) -> None:
        self._count({f"extract/rejections/{rejection.stage}": 1})
        place = f"{rejection.capture['warc']} at offset {rejection.capture['offset']}"
        _log.warning("%s (%s): %s: %s", rejection.capture["url"], place, rejection.error, rejection.reason)
        self._list(rejection)

    def _list(self, rejection: Rejection) -> None:
        """Take a rejection into the rejects file, if there is to be one."""
        if self._rejects is None or self._failure is not None:
            return
        try:
            self._rejects.add(rejection)
        except ArchiveError as error:
            self._stop(error)

    def keep(self, request: Request, stored: Stored) -> None:
        """Keep a page until its response reaches the spider."""
        if isinstance(stored.page, UnreadableCapture):
            self._reject(reject_unreadable(stored.page))
        elif stored.page is not None:
            self._captures[request] = stored.page

    async def _open(self, spider: Spider) -> None:
        """Begin the archive before the first request, and load the sites.

        Raises:
            CloseSpider: The archive cannot be written.
        """
        path = archive_path(self.options.folder, spider.name)
        settings = self._crawler.settings
        info = {
            "isPartOf": spider.name,
            "robots": "obey" if settings.getbool("ROBOTSTXT_OBEY") else "ignore",
            "http-header-user-agent": str(settings.get("USER_AGENT")),
            "fidelity": ", ".join(f"{scheme}: {how}" for scheme, how in sorted(self._fidelity.items())),
        }
        software = f"scraper/{__version__} Scrapy/{scrapy.__version__} Twisted/{twisted.__version__}"
        try:
            for left in await in_thread(self._writing, recover, self.options.folder, spider.name):
                _log.warning("Finished %s, which a crawl that was killed had left", left)
            self._store = await in_thread(self._writing, Store, path, self.options, software=software, info=info)
        except ScraperError as error:
            raise self._refused(error) from error
        atexit.register(self._close_at_exit)
        for scheme in self.handlers.keys() - self._fidelity.keys():
            _log.error("Nothing of %s: is archived: a later add-on took its download handler; give ours a higher number", scheme)
        _log.info("Archiving to %s", self._store.path)
        if self.options.extract:
            await self._load_sites()

    async def _load_sites(self) -> None:
        """Load the sites, and open the file for what they reject.

        Raises:
            CloseSpider: The file cannot be written.
        """
        if self.options.rejects is not None:
            try:
                self._rejects = Rejects.open(self.options.rejects)
            except ArchiveError as error:
                raise self._refused(error) from error
        self._registry = await in_thread(self._extracting, load_registry)
        for plugin in self._registry.plugins:
            if plugin.error is not None:
                _log.error("Plugin %s (%s) is not used: %s", plugin.name, plugin.origin, plugin.error)
        _log.info("Sites: %s", ", ".join(site.name for site in self._registry.sites) or "none, so nothing is extracted")

    async def _close(self) -> None:
        """Finish the archive once no download is under way any more."""
        if self._rejects is not None:
            self._rejects.close()
            self._rejects = None
        if self._store is None:
            return
        try:
            await in_thread(self._writing, self._store.close)
        except ScraperError as error:
            _log.critical("The archive stays unfinished: %s", error)
        atexit.unregister(self._close_at_exit)
        self._store = None
        self._writing.shutdown(wait=False)
        self._extracting.shutdown(wait=False)

    def _close_at_exit(self) -> None:
        """Finish the archive of a crawl that nobody closed: `scrapy shell` ends so. The threads have ended by then."""
        if self._store is not None:
            self._store.close()

    def _stop(self, error: Exception) -> None:
        """Stop the crawl, once: pages that cannot be archived must not be lost quietly."""
        if self._failure is not None:
            return
        self._refused(error)
        deferred_from_coro(self._crawler.engine.close_spider_async(reason=REASON))

    def _refused(self, error: Exception) -> CloseSpider:
        """Say why the crawl ends."""
        self._failure = error
        _log.critical("The crawl stops, because it cannot write: %s", error)
        return CloseSpider(REASON)

    def _count(self, counts: Mapping[str, int]) -> None:
        for name, number in counts.items():
            self._crawler.stats.inc_value(f"scraper/{name}", number)
