"""Puts the extractions of a captured page beside what the spider's callback gives for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from scrapy.exceptions import NotConfigured

from scraper.crawl.archiver import Archiver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy.crawler import Crawler
    from scrapy.http import Response


class ExtractionMiddleware:
    """A spider middleware next to the engine, so that no other one mistakes extractions for the spider's items.

    Extractions come first, before the callback's own output is asked for: a callback that fails half-way takes none with it.
    """

    def __init__(self, archiver: Archiver) -> None:
        self._archiver = archiver

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware of a crawl.

        Raises:
            NotConfigured: SCRAPER_EXTRACT is off.
        """
        archiver = Archiver.of(crawler)
        if not archiver.options.extract:
            raise NotConfigured("SCRAPER_EXTRACT is off")
        return cls(archiver)

    async def process_spider_output(self, response: Response, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Yield the page's extractions, then what the callback gives."""
        for item in await self._archiver.extract(response.request):
            yield item
        async for each in result:
            yield each

    def process_spider_exception(self, response: Response, exception: Exception) -> None:  # noqa: ARG002  Scrapy's names
        """Count the page of a callback that failed before it gave anything."""
        self._archiver.missed(response.request)
