"""The add-on: the one line that a Scrapy project adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import tldextract
from scrapy.downloadermiddlewares import cookies
from scrapy.exceptions import NotConfigured
from scrapy.settings import SETTINGS_PRIORITIES

from scraper.crawl.archiver import Archiver
from scraper.crawl.handlers import HANDLERS
from scraper.crawl.items import FORMATS, LinesExporter
from scraper.crawl.job import keep_journal
from scraper.crawl.middleware import ExtractionMiddleware
from scraper.crawl.options import DEFAULTS, Options
from scraper.crawl.replay import Replayer
from scraper.crawl.robots import obey

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

_NEXT_TO_ENGINE = 10


class Addon:
    """`ADDONS = {"scraper.crawl.Addon": 500}`: every page is archived, and every page that a site knows gives items.

    Args:
        crawler: The crawl.

    Attributes:
        archiver: What the crawl's components share.

    Raises:
        UsageError: A setting's value is of no use.
        NotAnArchive: What SCRAPER_REPLAY names is none.
        NotConfigured: SCRAPER_ARCHIVE is off.
    """

    def __init__(self, crawler: Crawler) -> None:
        for name, value in DEFAULTS.items():
            crawler.settings.set(name, value, priority="default")
        options = Options.of(crawler.settings)
        if not (options.archive or options.replay):
            raise NotConfigured("SCRAPER_ARCHIVE is off, and what is not archived cannot be extracted either")
        self.archiver = Replayer(crawler) if options.replay else Archiver(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Addon:
        """Make the add-on of a crawl."""
        return cls(crawler)

    def update_settings(self, settings: BaseSettings) -> None:
        """Put the download handlers, the spider middleware and the exporters in place.

        Args:
            settings: The crawl's settings, a spider's own included.
        """
        if isinstance(self.archiver, Replayer):
            self.archiver.update_settings(settings)
        else:
            self._wrap(settings["DOWNLOAD_HANDLERS"])
            keep_journal(settings)
        # The cookie middleware would fetch the public suffix list from its home; the one that comes with the package does.
        cookies._split_domain = tldextract.TLDExtract(  # noqa: SLF001  there is no public way
            suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True
        )
        obey(settings)
        settings.setdefault_in_component_priority_dict("SPIDER_MIDDLEWARES", ExtractionMiddleware, _NEXT_TO_ENGINE)
        for name in FORMATS:
            settings["FEED_EXPORTERS"].setdefault(name, LinesExporter)

    def _wrap(self, handlers: BaseSettings) -> None:
        """Stand around the handlers that are configured; None among them means: no such downloads.

        Scrapy's own defaults can have the priority of a project's settings here, and a spider's have a higher one.
        """
        for scheme, handler in HANDLERS.items():
            if scheme not in handlers or handlers[scheme] is not None:
                self.archiver.handlers[scheme] = handlers.get(scheme)
                handlers.set(scheme, handler, priority=max(handlers.getpriority(scheme) or 0, SETTINGS_PRIORITIES["project"]))
