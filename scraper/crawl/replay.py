"""Replay: a crawl served from archives instead of the network, so that a changed spider runs again offline.

Every scheme that could leave the machine gets a download handler that knows archives only; robots.txt, redirects and retries go
through download handlers too, so no host is asked and no name looked up. Nothing is archived: extractions point at the captures
that were served, as those of `scraper extract` do.

Only places are kept in memory, the latest capture of each URL; a capture is read when it is asked for, in a thread.
"""

from __future__ import annotations

import ipaddress
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, cast
from urllib.parse import urldefrag

from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.exceptions import CloseSpider, ResponseDataLossError
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from scraper.archive import Originals, Record, raw_records
from scraper.archive.index import archives_in
from scraper.crawl.answers import Answer, read
from scraper.crawl.archiver import Archiver
from scraper.crawl.latest import Latest
from scraper.crawl.threads import in_thread
from scraper.errors import NotAnArchive, ScraperError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrapy import Request, Spider
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

_log = logging.getLogger(__name__)
REASON: Final = "replay_failed"
"""The close reason of a crawl that cannot be served from its archives."""
OFFLINE: Final[dict[str, Any]] = {
    "DOWNLOAD_DELAY": 0,
    "DOWNLOAD_SLOTS": {},
    "AUTOTHROTTLE_ENABLED": False,
    "HTTPCACHE_ENABLED": False,
}
"""Settings under replay: nobody is to be spared, and no cache stands before the archive."""
_LOCAL: Final = frozenset({"data", "file"})
_THREADS: Final = 4


def replayed(names: Iterable[str]) -> list[Path]:
    """Find the archives that SCRAPER_REPLAY names, and see that each is one.

    Args:
        names: Archives, or folders of archives.

    Raises:
        UsageError: There is no such file, or the folder holds no archive.
        NotAnArchive: A file is no archive, or cannot be read.
    """
    archives: dict[Path, None] = {}
    for name in names:
        found = list(archives_in(name))
        if not found:
            why = "holds no archive" if Path(name).is_dir() else "does not exist"
            raise UsageError(f"SCRAPER_REPLAY: {name} {why}")
        archives |= dict.fromkeys(found)
    for path in archives:
        if not any(isinstance(record, Record) for record in raw_records(path, max_block=0)):
            raise NotAnArchive("there is no whole record in this file", path=path)
    return list(archives)


class Replayer(Archiver):
    """Answers requests from archives, and extracts the captures that it answers with.

    Args:
        crawler: The crawl.

    Raises:
        UsageError: A setting's value is of no use.
        NotAnArchive: What SCRAPER_REPLAY names is no archive.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._latest = Latest(replayed(self.options.replay))
        self._originals = Originals(self._latest.archives)
        self._reading = ThreadPoolExecutor(_THREADS, "scraper-replay")
        self._given: set[str] = set()
        self._named = ", ".join(self.options.replay)

    def update_settings(self, settings: BaseSettings) -> None:
        """Take every scheme that could leave the machine, and drop the delays.

        The priority is a spider's: a project's or spider's delays go, what stands behind `-s` stays.
        """
        for name, value in OFFLINE.items():
            settings.set(name, value, priority="spider")
        handlers = settings["DOWNLOAD_HANDLERS"]
        for scheme in _remote(settings):
            handlers.set(scheme, HANDLER, priority="cmdline")

    async def answer(self, request: Request) -> Response:
        """Answer a request from the archives; with a 404 that says so where they hold no such capture.

        Raises:
            ArchiveError: The capture cannot be read any more.
            ResponseDataLossError: It is cut short, and DOWNLOAD_FAIL_ON_DATALOSS is on.
        """
        url = urldefrag(request.url).url
        found = await in_thread(self._reading, self._read, url) if request.method in {"GET", "HEAD"} else None
        request.meta["download_latency"] = 0.0
        if found is None or (found.url != url and found.leads_to(url)):
            return self._miss(request, url)
        self._count({"replay/hit": 1})
        record_id = (found.item.revisit or found.item).record_id
        if record_id not in self._given and request.method == "GET" and self.options.extract:
            self._given.add(record_id)
            self.keep(request, found.stored)
        return response_of(url, found, self._flags(request, found), with_body=request.method == "GET")

    def _read(self, url: str) -> Answer | None:
        """The latest answer to a URL that can be given: revisits without an original are passed over."""
        return next((answer for place in self._latest.find(url) if (answer := read(place, self._originals))), None)

    def _miss(self, request: Request, url: str) -> Response:
        self._count({"replay/miss": 1})
        text = f"No capture of {request.method} {url} in {self._named}\n"
        _log.info("%s", text.strip())
        declared = Headers({"Content-Type": "text/plain; charset=utf-8"})
        return responsetypes.from_args(headers=declared, url=url)(url, status=404, headers=declared, body=text.encode())

    def _flags(self, request: Request, found: Answer) -> list[str]:
        """The flags that a response had when it was fetched.

        Raises:
            ResponseDataLossError: It failed then, and fails now.
        """
        if found.truncated is None:
            return []
        if found.truncated == "unspecified":
            return ["download_stopped"]
        strict = self._crawler.settings.getbool("DOWNLOAD_FAIL_ON_DATALOSS")
        if request.meta.get("download_fail_on_dataloss", strict):
            raise ResponseDataLossError(f"{found.item.warc} holds a part of {request.url} only ({found.truncated})")
        return ["dataloss"]

    async def _open(self, spider: Spider) -> None:  # noqa: ARG002  Scrapy's name
        """List the captures before the first request, and load the sites.

        Raises:
            CloseSpider: The crawl cannot be served from the archives, or not from them alone.
        """
        try:
            self._refuse_others()
            await in_thread(self._reading, self._latest.learn)
        except ScraperError as error:
            _log.critical("The crawl stops, because it cannot be replayed: %s", error)
            raise CloseSpider(REASON) from error
        _log.info("Replaying %s: %d URLs, nothing is fetched and nothing archived", self._named, len(self._latest))
        if self.options.extract:
            await self._load_sites()

    def _refuse_others(self) -> None:
        """See that every request comes to us.

        Raises:
            UsageError: Another add-on has taken a download handler.
        """
        settings = self._crawler.settings
        handlers = settings.getwithbase("DOWNLOAD_HANDLERS")
        others = [scheme for scheme in _remote(settings) if handlers.get(scheme) not in {HANDLER, None}]
        if others:
            raise UsageError(f"a later add-on took the download handler of {', '.join(others)}; give ours a higher number")

    async def _close(self) -> None:
        """End the threads."""
        self._reading.shutdown(wait=False)
        self._extracting.shutdown(wait=False)


class ReplayHandler(BaseDownloadHandler):
    """A download handler that knows archives only."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._replayer = cast("Replayer", Replayer.of(crawler))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the handler of a crawl under replay."""
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        """Answer from the archives."""
        return await self._replayer.answer(request)


HANDLER: Final = f"{ReplayHandler.__module__}.{ReplayHandler.__qualname__}"


def _remote(settings: BaseSettings) -> list[str]:
    """The URL schemes that are downloaded, but for those of this machine and of the URL itself."""
    return sorted({*settings.getwithbase("DOWNLOAD_HANDLERS"), "http", "https"} - _LOCAL)


def response_of(url: str, found: Answer, flags: list[str], *, with_body: bool) -> Response:
    """The response that Scrapy's own handler would have made."""
    headers = Headers()
    for name, value in found.headers:
        headers.appendlist(name.encode("latin-1"), value.encode("latin-1"))
    body = found.body if with_body else b""
    address = None
    with suppress(ValueError):
        address = ipaddress.ip_address(found.address) if found.address else None
    made = responsetypes.from_args(headers=headers, url=url, body=body)
    return made(url, status=found.status, headers=headers, body=body, flags=flags, ip_address=address, protocol=found.protocol)
