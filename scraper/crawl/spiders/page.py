"""Crawls any pages: `-a urls=…` names them, and whichever site knows a page extracts it."""

from __future__ import annotations

from plugins._shared.spider import UrlSpider, polite


class PageSpider(UrlSpider):
    """Asks for the pages that it is given; several hosts at a time, but one page of each."""

    name = "page"
    custom_settings = polite(depth=1, CONCURRENT_REQUESTS=8)
