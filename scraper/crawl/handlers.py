"""Download handlers that archive every exchange before its response goes on: each hop, robots.txt, errors, failures.

They stand around the handlers that are configured. Scrapy's own for HTTP/1.1 is exchanged for the one that hears the wire;
around any other, what can be known is put together again from its response.
"""

from __future__ import annotations

import inspect
import logging
from typing import TYPE_CHECKING, Any, ClassVar, Self
from urllib.parse import urldefrag

from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError
from scrapy.utils.defer import ensure_awaitable
from scrapy.utils.misc import build_from_crawler, load_object

from scraper.crawl.archiver import Archiver
from scraper.crawl.exchange import Download, current, now
from scraper.crawl.job import JobScheduler
from scraper.crawl.recall import recall
from scraper.crawl.reconstruct import reconstruct
from scraper.crawl.replay import response_of

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from scraper.crawl.answers import Answer

_log = logging.getLogger(__name__)


class ArchivingHandler(BaseDownloadHandler):
    """Archives what another handler downloads.

    Args:
        crawler: The crawl.
        inner: The handler that downloads.
        archiver: The crawl's archiver.
    """

    lazy = False
    scheme: ClassVar[str]

    def __init__(self, crawler: Crawler, inner: Any, archiver: Archiver) -> None:
        super().__init__(crawler)
        self._inner = inner
        self._archiver = archiver
        self._old = not inspect.iscoroutinefunction(inner.download_request)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the handler that is configured for the scheme, and stand around it."""
        archiver = Archiver.of(crawler)
        named = archiver.handlers.get(cls.scheme) or crawler.settings["DOWNLOAD_HANDLERS_BASE"][cls.scheme]
        inner, fidelity = _build(load_object(named), crawler)
        archiver.note(cls.scheme, fidelity)
        return cls(crawler, inner, archiver)

    async def download_request(self, request: Request) -> Response:
        """Download, archive, and only then give the response out; an earlier run's, which its spider never saw, from the archive.

        Raises:
            ArchiveError: It could not be archived.
        """
        job = JobScheduler.of(self.crawler)
        promise = job.earlier(request) if job is not None else None
        answer = await recall(promise) if promise else None
        return await self._fetch(request, job) if answer is None else self._recalled(request, answer)

    def _recalled(self, request: Request, answer: Answer) -> Response:
        """Give out what an earlier run archived."""
        self.crawler.stats.inc_value("scraper/job/recalled")
        if self._archiver.options.extract:
            self._archiver.keep(request, answer.stored)
        request.meta["download_latency"] = 0.0
        return response_of(urldefrag(request.url).url, answer, [], with_body=True)

    async def _fetch(self, request: Request, job: JobScheduler | None) -> Response:
        download = Download(urldefrag(request.url).url)
        began = now()
        try:
            response = await self._download(request, download)
        except Exception as error:
            download.failure = error
            download.truncated = _why(error)
            await self._archive(request, download, job)
            raise
        if "dataloss" in response.flags:
            download.truncated = "disconnect"
        if not download.exchanges:
            download.exchanges.append(reconstruct(request, response, began))
        await self._archive(request, download, job)
        return response

    async def _archive(self, request: Request, download: Download, job: JobScheduler | None) -> None:
        """Archive a download; the job knows beforehand where it will be, and keeps the request if it could not be archived."""
        try:
            if job is not None and self._archiver.path and download.exchanges:
                job.promise(request, self._archiver.path, download.exchanges[-1].record_id)
            await self._archiver.add(request, download)
        except Exception:
            if job is not None:
                job.leave(request)
            raise

    async def close(self) -> None:
        """Close the handler within."""
        if hasattr(self._inner, "close"):
            await ensure_awaitable(self._inner.close())

    async def _download(self, request: Request, download: Download) -> Response:
        """Have the handler within download, and what it sends be heard for this download."""
        token = current.set(download)
        try:
            arguments = (request, self.crawler.spider) if self._old else (request,)
            response: Response = await ensure_awaitable(self._inner.download_request(*arguments))
            return response
        finally:
            current.reset(token)
            for exchange in download.exchanges:
                exchange.close()


class HttpHandler(ArchivingHandler):
    """For `http:`."""

    scheme = "http"


class HttpsHandler(ArchivingHandler):
    """For `https:`."""

    scheme = "https"


HANDLERS = {each.scheme: f"{each.__module__}.{each.__qualname__}" for each in (HttpHandler, HttpsHandler)}
"""The handlers by scheme, as DOWNLOAD_HANDLERS names them."""


def _build(cls: type[Any], crawler: Crawler) -> tuple[Any, str]:
    """Build a handler, and say how faithful its records will be."""
    if cls is not HTTP11DownloadHandler:
        _log.warning("%s gives no access to the wire: its records are reconstructed", cls.__qualname__)
        return build_from_crawler(cls, crawler), "reconstructed"
    try:
        from scraper.crawl import wire  # noqa: PLC0415  it may fail on a Scrapy whose private parts have other names

        lacking = wire.missing()
        if not lacking:
            return build_from_crawler(wire.RecordingHandler, crawler), "wire"
    except (ImportError, AttributeError) as error:
        lacking = [str(error)]
    _log.warning("This Scrapy and Twisted give no access to the wire (%s): records are reconstructed", "; ".join(lacking))
    return build_from_crawler(cls, crawler), "reconstructed"


def _why(error: Exception) -> str:
    """Why a response is not whole, in WARC-Truncated's words (WARC 1.1 §5.13)."""
    if isinstance(error, DownloadTimeoutError):
        return "time"
    return "length" if isinstance(error, DownloadCancelledError) else "disconnect"
