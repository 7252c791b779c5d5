"""Crawls Peeref: `-a urls=…` names the pages of works, by URL or path, with commas between them or in a file."""

from __future__ import annotations

from plugins._shared.spider import UrlSpider


class PeerefSpider(UrlSpider):
    """Asks for the pages that it is given."""

    name = "peeref"
    home = "https://www.peeref.com"
    hosts = ("peeref.com",)
